import type { State } from './state.ts';
import { tabOf } from './tabs/index.ts';
import { type MarkedRow, markedRows } from './tabs/marks.ts';
import type { Tab } from './tabs/tab.ts';

function textOf(row: MarkedRow): string {
  return row.cells
    .map((cell) => cell.map((paragraph) => paragraph.map(({ text }) => text).join('')).join(' '))
    .join(' ')
    .toLowerCase();
}

/** @returns the tab that is open, and its rows that filter and choice leave. */
export function visibleRows(state: State): { readonly tab: Tab | null; readonly rows: readonly MarkedRow[] } {
  const { session, at, shown, filter } = state;
  if (session === null) return { tab: null, rows: [] };
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const rows = markedRows(state.tab, at, session).filter((row) => {
    if (shown === 'news' && !row.news && row.mark === ' ') return false;
    if (shown === 'step' && row.mark === ' ') return false;
    return words.length === 0 || words.every((word) => textOf(row).includes(word));
  });
  return { tab: tabOf(state.tab, session.steps[at], session), rows };
}

/**
 * @returns the index of the selected row; where nobody has selected one, or it is not shown, the first that the step changed, and of a plan what comes
 *   first
 */
export function selectedIndex(state: State, rows: readonly MarkedRow[]): number {
  const selected = rows.findIndex(({ key }) => key === state.rows[state.tab]);
  if (selected >= 0) return selected;
  if (state.tab === 'plan') return 0;
  return Math.max(
    0,
    rows.findIndex(({ mark }) => mark !== ' '),
  );
}
