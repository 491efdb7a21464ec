import type { PlayedStep, Session } from '../session.ts';
import type { TabId } from '../state.ts';
import { tabOf } from './index.ts';
import type { Tab, TabColumn, TabRow } from './tab.ts';

/** What the last step did to a row: changed, new, gone, or nothing. */
export type Mark = '*' | '+' | '-' | ' ';

export interface MarkedRow extends TabRow {
  readonly mark: Mark;
}

function textOf(row: TabRow, columns: readonly TabColumn[]): string {
  const told = row.cells.filter((_, at) => columns[at]?.derived !== true);
  return told.map((cell) => cell.map((paragraph) => paragraph.map(({ text }) => text).join('')).join('\n')).join('\t');
}

/** News, then what the step did, then the rest; what stands in the order of time stays in it. */
function ordered(rows: readonly MarkedRow[], inTime: boolean): readonly MarkedRow[] {
  if (inTime) return rows;
  const rank = ({ news, mark }: MarkedRow): number => (news ? 0 : mark === ' ' ? 2 : 1);
  return [...rows].sort((one, other) => rank(one) - rank(other));
}

function mark({ rows, columns }: Tab, before: readonly TabRow[]): MarkedRow[] {
  const was = new Map(before.map((row) => [row.key, textOf(row, columns)]));
  const is = new Set(rows.map(({ key }) => key));
  const gone = before.filter(({ key }) => !is.has(key)).map((row): MarkedRow => ({ ...row, mark: '-', news: false }));
  const here = rows.map((row): MarkedRow => {
    const text = was.get(row.key);
    return { ...row, mark: text === undefined ? '+' : text === textOf(row, columns) ? ' ' : '*' };
  });
  return [...here, ...gone];
}

const known = new WeakMap<PlayedStep, Map<TabId, readonly MarkedRow[]>>();

/**
 * The rows of a tab after a step, each with what that step did to it: first those with news, then those that the step changed, brought or took away,
 * then the others, each group in the tab's own order. The first step marks nothing: everything would be new.
 */
export function markedRows(id: TabId, at: number, session: Session): readonly MarkedRow[] {
  const step = session.steps[at];
  if (step === undefined) return [];
  const made = known.get(step) ?? new Map<TabId, readonly MarkedRow[]>();
  known.set(step, made);
  const before = session.steps[at - 1];
  const tab = tabOf(id, step, session);
  const unmarked = (): MarkedRow[] => tab.rows.map((row): MarkedRow => ({ ...row, mark: ' ' }));
  const marked = made.get(id) ?? ordered(before?.machine ? mark(tab, tabOf(id, before, session).rows) : unmarked(), tab.inTime === true);
  made.set(id, marked);
  return marked;
}
