import { cellLines, inColumns, layoutOf } from './columns.ts';
import { cutLine, exactly, flat, ink, inverted, type Line, line, lineWidth, type Pane, padLine, treeLines, wrapped } from './lines.ts';
import { type Listed, listing } from './listing.ts';
import { type State, TAB_IDS } from './state.ts';
import { type MarkedRow, markedRows } from './tabs/marks.ts';
import type { Tab } from './tabs/tab.ts';
import { selectedIndex, visibleRows } from './visible.ts';
import { tabWords } from './words/tabs.ts';

/** What a tab's count needs at most: `*32`. */
const COUNT = 3;

/** Tabs, each with how many of its rows the last step changed. Their names depend on the width alone: a step changes no name. */
function tabLine(state: State, width: number): Line {
  const { session } = state;
  const long = TAB_IDS.reduce((sum, id) => sum + tabWords[id][0].length + COUNT + '[1 ]'.length, 0) <= width;
  return TAB_IDS.flatMap((id, at): Line => {
    // A plan is played, not looked up: it is counted only where it is shown.
    const rows = session === null || (id === 'plan' && state.tab !== 'plan') ? [] : markedRows(id, state.at, session);
    const count = rows.filter(({ mark }) => mark !== ' ').length;
    const text = `${at + 1} ${tabWords[id][long ? 0 : 1]}${count > 0 ? `*${count}` : ''}`;
    return [id === state.tab ? ink(`[${text}]`, 'strong', true) : ink(` ${text} `, count > 0 ? 'plain' : 'dim')];
  });
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

/** How many rows are left out, and how many of these have news. */
function leftOut(rows: readonly MarkedRow[], where: string): Line {
  const news = rows.filter((row) => row.news).length;
  return line(`   ... ${rows.length} more${where}${news === 0 ? '' : `, ${news} with news`}`, 'dim');
}

/** The rows that have room, one line each; `below`: a line says what is left out below them. */
function shortened(rows: readonly MarkedRow[], at: number, room: number, below: boolean): readonly Listed[] {
  const news = rows.findIndex((row) => !row.news);
  const listed = listing(rows.length, news < 0 ? rows.length : news, at, rows.length > room && below ? room - 1 : room);
  const last = listed[listed.length - 1];
  return below && typeof last === 'number' && last < rows.length - 1 ? [...listed, { from: last + 1, to: rows.length }] : listed;
}

function tableLines(state: State, tab: Tab, rows: readonly MarkedRow[], width: number, height: number, below: boolean): Line[] {
  if (height <= 0) return [];
  const inner = width - SIGNS;
  const layout = layoutOf(tab.columns, rows, inner);
  const titles = inColumns(
    tab.columns.map(({ title }) => [ink(title, 'dim')]),
    layout,
    inner,
  );
  const at = selectedIndex(state, rows);
  const full = rows.length < height ? rows.map(({ cells }) => cellLines(cells, layout, inner)) : [];
  const open = expanded(
    rows,
    full.map((lines) => lines.length),
    height - 1 - rows.length,
  );
  const drawn = shortened(rows, at, height - 1, below).flatMap((one): Line[] => {
    if (typeof one !== 'number') return [leftOut(rows.slice(one.from, one.to), one.to === rows.length ? ' below' : '')];
    const row = rows[one]!;
    const lines = open.has(one) ? full[one]! : [inColumns(row.cells.map(flat), layout, inner)];
    return rowLines(row, lines, one === at, width);
  });
  const empty = state.filter.text === '' && state.shown === 'all' ? tab.empty : 'No row is left: esc shows all.';
  return [[ink(' '.repeat(SIGNS)), ...titles], ...(rows.length === 0 ? [line(`   ${empty}`, 'dim')] : drawn)];
}

/** A rule with the name of what stands below it, and which row it is of how many. */
function rule(row: MarkedRow, place: string, width: number): Line {
  const tail = ink(` ${place} ──`, 'dim');
  const head: Line = cutLine([ink('── ', 'dim'), ...flat(row.cells[0] ?? []), ink(' ')], width - lineWidth([tail]) - 1);
  return [...head, ink('─'.repeat(Math.max(0, width - lineWidth([...head, tail]))), 'dim'), tail];
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

const MORE = 'enter: more';

/** The last line where not all has room; what it says stands at the right, apart from what it cuts. */
function cutOff(last: Line, width: number): Line {
  return [...padLine(last, width - MORE.length - 2), ink(`  ${MORE}`, 'dim')];
}

function detailLines(tab: Tab, rows: readonly MarkedRow[], at: number, width: number, height: number): Line[] {
  const row = rows[at];
  if (row === undefined || height <= 1) return [];
  const tree = height >= TREE_HEIGHT && tab.columns.length > 1;
  const full = [
    rule(row, `${at + 1} of ${rows.length}`, width),
    ...(tree ? treeLines(row.trees(), width - 1).map((text): Line => [ink(' '), ...text]) : fieldLines(tab, row, width)),
  ];
  return full.length <= height ? full : [...full.slice(0, height - 1), cutOff(full[height - 1] ?? [], width)];
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
  const table = tableLines(state, tab, rows, width, height - 1 - room, !details);
  return [tabLine(state, width), ...exactly(table, height - 1 - room), ...detailLines(tab, rows, selectedIndex(state, rows), width, room)];
}

/** Why the selected row is as it is. */
export function explanationPane(state: State, width: number, height: number): Pane {
  const { rows } = visibleRows(state);
  const lines = rows[selectedIndex(state, rows)]?.trees() ?? [];
  const drawn = [line('WHY', 'dim'), ...treeLines(lines, width)];
  return { width, lines: drawn.length > height ? [...drawn.slice(0, height - 1), line(MORE, 'dim')] : drawn };
}
