import type { Cell } from '../views/page/page.ts';
import { textWidth } from '../views/table/width.ts';
import { cutLine, flat, type Line, lineWidth, padLine, wrapped } from './lines.ts';
import type { TabColumn, TabRow } from './tabs/tab.ts';

const GAP = 2;
/** A column does not rise above this for one long text. */
const WIDEST = 64;

/** Which columns are shown, and how wide they are. */
export interface Layout {
  readonly shown: readonly number[];
  readonly widths: readonly number[];
}

function least(columns: readonly TabColumn[], shown: readonly number[]): number {
  return shown.reduce((sum, at) => sum + columns[at]!.min, 0) + GAP * (shown.length - 1);
}

/** Without the most dispensable columns until the rest fits; the first one stays. */
function fitting(columns: readonly TabColumn[], width: number): number[] {
  let shown = columns.map((_, at) => at);
  while (least(columns, shown) > width) {
    const spare = shown.filter((at) => columns[at]!.spare !== undefined).sort((one, other) => columns[other]!.spare! - columns[one]!.spare!);
    const victim = spare[0] ?? (shown.length > 1 ? shown[shown.length - 1] : undefined);
    if (victim === undefined) break;
    shown = shown.filter((at) => at !== victim);
  }
  return shown;
}

/** The widths that columns want, where none of them must give way. */
function naturals(columns: readonly TabColumn[], rows: readonly TabRow[]): number[] {
  return columns.map(({ title }, at) =>
    Math.min(
      WIDEST,
      rows.reduce((most, { cells }) => Math.max(most, lineWidth(flat(cells[at] ?? []))), textWidth(title)),
    ),
  );
}

/** All columns rise together from their least width; each stops where it has room for its longest text. */
export function layoutOf(columns: readonly TabColumn[], rows: readonly TabRow[], width: number): Layout {
  const shown = fitting(columns, width);
  const natural = naturals(columns, rows);
  const widths = shown.map((at) => Math.min(natural[at]!, Math.max(columns[at]!.min, textWidth(columns[at]!.title))));
  // A title may be wider than what the column needs at least.
  for (let at = widths.length - 1; at >= 0 && total(widths) > width; at--) widths[at] = Math.max(1, Math.min(widths[at]!, columns[shown[at]!]!.min));
  for (const [index, at] of shown.entries()) {
    const wish = Math.min(columns[at]!.wish ?? 0, natural[at]!);
    if (wish > widths[index]!) widths[index]! += Math.max(0, Math.min(wish - widths[index]!, width - total(widths)));
  }
  let left = width - total(widths);
  while (left > 0) {
    const open = widths.map((_, at) => at).filter((at) => widths[at]! < natural[shown[at]!]!);
    if (open.length === 0) break;
    const lowest = open.reduce((one, other) => (widths[other]! < widths[one]! ? other : one));
    widths[lowest] = widths[lowest]! + 1;
    left--;
  }
  return { shown, widths };
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one, 0) + GAP * (widths.length - 1);
}

/** Cells beside each other, each cut to its column. */
export function inColumns(cells: readonly Line[], { shown, widths }: Layout, width: number): Line {
  const pieces = shown.flatMap((at, index) => {
    const wide = widths[index]!;
    const piece = cells[at] ?? [];
    return index === shown.length - 1
      ? cutLine(piece, wide)
      : padLine(piece, wide + GAP).length === 0
        ? []
        : [...padLine(piece, wide), { text: ' '.repeat(GAP), tone: 'plain' as const }];
  });
  return cutLine(pieces, width);
}

/** The cells of one row in full, each wrapped in its column. */
export function cellLines(cells: readonly Cell[], layout: Layout, width: number): Line[] {
  const wide = new Map(layout.shown.map((at, index) => [at, layout.widths[index]!]));
  const columns = cells.map((cell, at) => (wide.has(at) ? cell.flatMap((paragraph) => wrapped(paragraph, wide.get(at)!)) : []));
  const height = Math.max(1, ...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, number) =>
    inColumns(
      columns.map((lines) => lines[number] ?? []),
      layout,
      width,
    ),
  );
}
