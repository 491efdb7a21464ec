import { cellLines, inColumns, layoutOf } from './columns.ts';
import { windowOf } from './draw-lists.ts';
import { cutLine, exactly, flat, ink, inverted, type Line, line, lineWidth, type Pane, padLine, treeLines, wrapped } from './lines.ts';
import { type State, TAB_IDS } from './state.ts';
import { type MarkedRow, markedRows } from './tabs/marks.ts';
import type { Tab } from './tabs/tab.ts';
import { selectedIndex, visibleRows } from './visible.ts';
import { tabWords } from './words/tabs.ts';

/** Tabs, each with how many of its rows the last step changed. */
function tabLine(state: State, width: number): Line {
  const { session } = state;
  const build = (long: boolean): Line =>
    TAB_IDS.flatMap((id, at): Line => {
      // A plan is played, not looked up: it is counted only where it is shown.
      const rows = session === null || (id === 'plan' && state.tab !== 'plan') ? [] : markedRows(id, state.at, session);
      const count = rows.filter(({ mark }) => mark !== ' ').length;
      const text = `${at + 1} ${tabWords[id][long ? 0 : 1]}${count > 0 ? `${long ? ' ' : ''}*${count}` : ''}`;
      return [id === state.tab ? ink(`[${text}]`, 'strong', true) : ink(` ${text} `, count > 0 ? 'plain' : 'dim')];
    });
  const long = build(true);
  return lineWidth(long) <= width ? long : build(false);
}

const MARK_TONES = { '*': 'warn', '+': 'good', '-': 'bad', ' ': 'plain' } as const;

/** Sign of the selected row and sign of what the step did. */
const SIGNS = 3;

/**
 * Which rows are shown in full: those with news as far as there is room, and all where all have room. The selected one plays no part in it, so that
 * nothing jumps.
 */
function expanded(rows: readonly MarkedRow[], heights: readonly number[], free: number): ReadonlySet<number> {
  const more = heights.reduce((sum, height) => sum + height - 1, 0);
  if (more <= free) return new Set(heights.keys());
  const found = new Set<number>();
  let left = free;
  for (const [at, height] of heights.entries()) {
    const row = rows[at]!;
    if ((!row.news && row.mark === ' ') || height - 1 > left) continue;
    found.add(at);
    left -= height - 1;
  }
  return found;
}

/** One row: its signs, and its cells in one line or in full. */
function rowLines(row: MarkedRow, lines: readonly Line[], chosen: boolean, width: number): Line[] {
  return lines.map((cells, number): Line => {
    const signs = number === 0 ? [ink(chosen ? '>' : ' '), ink(row.mark, MARK_TONES[row.mark]), ink(' ')] : [ink(' '.repeat(SIGNS))];
    return chosen ? inverted(padLine([...signs, ...cells], width)) : [...signs, ...cells];
  });
}

function tableLines(state: State, tab: Tab, rows: readonly MarkedRow[], width: number, height: number): Line[] {
  if (height <= 0) return [];
  const inner = width - SIGNS;
  const layout = layoutOf(tab.columns, rows, inner);
  const titles = inColumns(
    tab.columns.map(({ title }) => [ink(title, 'dim')]),
    layout,
    inner,
  );
  const at = selectedIndex(state, rows);
  const { from, to } = windowOf(rows.length, at, height - 1);
  const full = rows.length < height ? rows.map(({ cells }) => cellLines(cells, layout, inner)) : [];
  const open = expanded(
    rows,
    full.map((lines) => lines.length),
    height - 1 - rows.length,
  );
  const drawn = rows.slice(from, to).flatMap((row, index): Line[] => {
    const lines = open.has(from + index) ? full[from + index]! : [inColumns(row.cells.map(flat), layout, inner)];
    return rowLines(row, lines, from + index === at, width);
  });
  const empty = state.filter.text === '' && state.shown === 'all' ? tab.empty : 'No row is left: esc shows all.';
  return [[ink(' '.repeat(SIGNS)), ...titles], ...(rows.length === 0 ? [line(`   ${empty}`, 'dim')] : drawn)];
}

/** A rule with the name of what stands below it. */
function rule(row: MarkedRow, width: number): Line {
  const head: Line = cutLine([ink('── ', 'dim'), ...flat(row.cells[0] ?? []), ink(' ')], width - 3);
  return [...head, ink('─'.repeat(Math.max(0, width - lineWidth(head))), 'dim')];
}

/** The selected row in full: every column a labelled line. */
function fieldLines(tab: Tab, row: MarkedRow, width: number): Line[] {
  if (tab.columns.length === 1) return wrapped(row.cells[0]?.[0] ?? [], width - 2).map((text): Line => [ink('  '), ...text]);
  const labels = tab.columns.map(({ title, label }) => label ?? title.toLowerCase());
  const wide = Math.max(...labels.slice(1).map((label) => label.length)) + 2;
  return tab.columns.slice(1).flatMap((_, index): Line[] => {
    const lines = (row.cells[index + 1] ?? []).flatMap((paragraph) => wrapped(paragraph, width - wide - 2));
    return lines.map((text, at) => [ink(`  ${(at === 0 ? labels[index + 1]! : '').padEnd(wide)}`, 'dim'), ...text]);
  });
}

/** From this height on there is room for the explanation itself. */
const TREE_HEIGHT = 12;

function detailLines(tab: Tab, row: MarkedRow | undefined, width: number, height: number): Line[] {
  if (row === undefined || height <= 1) return [];
  const tree = height >= TREE_HEIGHT && tab.columns.length > 1;
  const full = [rule(row, width), ...(tree ? treeLines(row.trees(), width - 1).map((text): Line => [ink(' '), ...text]) : fieldLines(tab, row, width))];
  return full.length <= height ? full : [...full.slice(0, height - 1), [...cutLine(full[height - 1] ?? [], width - 14), ink('  enter: more', 'dim')]];
}

const LEAST_DETAILS = 7;

/** A short tab leaves room for more about its selected row; the filter plays no part in it, so that nothing jumps while it is typed. */
function detailHeight(tab: Tab, height: number): number {
  const least = Math.min(LEAST_DETAILS, Math.floor(height / 3));
  return Math.max(least, Math.min(height - tab.rows.length - 3, Math.floor(height * 0.6)));
}

/** Tabs and rows, and below them the selected row in full where that has no pane of its own. */
export function rowsPane(state: State, width: number, height: number, details: boolean): Line[] {
  const { tab, rows } = visibleRows(state);
  if (tab === null) return [];
  const room = details ? detailHeight(tab, height) : 0;
  const table = tableLines(state, tab, rows, width, height - 1 - room);
  return [tabLine(state, width), ...exactly(table, height - 1 - room), ...detailLines(tab, rows[selectedIndex(state, rows)], width, room)];
}

/** Why the selected row is as it is. */
export function explanationPane(state: State, width: number, height: number): Pane {
  const { rows } = visibleRows(state);
  const lines = rows[selectedIndex(state, rows)]?.trees() ?? [];
  const drawn = [line('WHY', 'dim'), ...treeLines(lines, width)];
  return { width, lines: drawn.length > height ? [...drawn.slice(0, height - 1), line('enter: all of it', 'dim')] : drawn };
}
