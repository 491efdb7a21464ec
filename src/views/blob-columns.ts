import { escapeControl } from '../base/escape.ts';

/** How a view marks text; the identity where there are no colours. */
export type Paint = (text: string) => string;

export interface Style {
  readonly heading: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly dim: Paint;
}

export const PLAIN: Style = { heading: String, good: String, bad: String, dim: String };

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly right?: boolean;
  readonly paint?: (row: Row) => Paint;
  /** The last column only: so many characters it gets at least, and its text is broken into lines of that length. */
  readonly least?: number;
  /** Can be left out where rows would run over the terminal, the highest first; 0 or absent: never. */
  readonly spare?: number;
}

/** Lines of a table, and what had no room in it. */
export interface BlobTable {
  readonly text: string;
  /** Titles of the columns that were left out. */
  readonly leftOut: readonly string[];
}

const GAP = 2;
const SHORTEST_PATH = 16;
/** A file's name without its folder mostly fits into this. */
const NAME = 24;
const LEAST = 20;

/**
 * Sets rows in columns two blanks apart. Written here and not with a table package: those take longer for a folder of
 * updates than reading it does.
 * @param rows what is shown
 * @param columns from left to right; one that is empty in every row is left out
 * @param width columns of the terminal, or null; where rows would run over it, the folder that all paths of the first column share stands above
 * the table, columns that can be spared go, the paths lose their beginnings and the last column is wrapped
 * @param style colours
 * @returns lines with a line break each; text of files is escaped
 */
export function blobTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number | null, style: Style): BlobTable {
  const all = rows.map((row) => columns.map((column) => escapeControl(column.text(row))));
  const used = columns.flatMap((_, index) => (all.some((row) => row[index] !== '') ? [index] : []));
  const natural = used
    .map((index) => columns[index]?.title.length ?? 0)
    .map((title, at) => Math.max(title, ...all.map((row) => row[used[at] ?? 0]?.length ?? 0)));
  const over = width !== null && natural.reduce((sum, each) => sum + each + GAP, -GAP) > width;
  const folder = over ? cutFolder(all) : '';
  const { kept, leftOut } = width === null || !over ? { kept: used, leftOut: [] } : fitting(all, columns, used, width);
  const shown = kept.flatMap((index) => columns[index] ?? []);
  const cells = all.map((row) => kept.map((index) => row[index] ?? ''));
  const text = drawn(rows, cells, shown, width, style);
  return { text: folder === '' ? text : `${style.dim(`In ${folder}:`)}\n${text}`, leftOut };
}

/** The lines of `blobTable`, where nothing can be left out. */
export function blobColumns<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number | null, style: Style): string {
  return blobTable(rows, columns, width, style).text;
}

/** Takes the folder that all paths share off them. @returns it, with its slash; empty where they share none. */
function cutFolder(cells: readonly string[][]): string {
  const paths = cells.map((row) => row[0] ?? '');
  const [first = ''] = paths;
  let end = first.lastIndexOf('/') + 1;
  while (end > 0 && !paths.every((path) => path.startsWith(first.slice(0, end)))) end = first.lastIndexOf('/', end - 2) + 1;
  for (const row of cells) row[0] = (row[0] ?? '').slice(end);
  return first.slice(0, end);
}

/** Leaves columns out, the most dispensable first, until names of files have room beside the others. */
function fitting<Row>(cells: readonly string[][], columns: readonly Column<Row>[], used: readonly number[], width: number) {
  const leftOut: string[] = [];
  let kept = [...used];
  const needed = (index: number): number => {
    const widest = cells.reduce((most, row) => Math.max(most, row[index]?.length ?? 0), columns[index]?.title.length ?? 0);
    if (index === kept[0]) return Math.min(widest, NAME);
    return index === kept.at(-1) ? Math.min(widest, columns[index]?.least ?? LEAST) : widest;
  };
  const most = (): number => kept.reduce((best, index) => ((columns[index]?.spare ?? 0) > (columns[best]?.spare ?? 0) ? index : best), kept[0] ?? 0);
  while (kept.reduce((sum, index) => sum + needed(index) + GAP, -GAP) > width) {
    const spared = most();
    if ((columns[spared]?.spare ?? 0) === 0) break;
    leftOut.push(columns[spared]?.title ?? '');
    kept = kept.filter((index) => index !== spared);
  }
  return { kept, leftOut };
}

function drawn<Row>(rows: readonly Row[], cells: string[][], shown: readonly Column<Row>[], width: number | null, style: Style): string {
  const least = shown.at(-1)?.least ?? LEAST;
  if (width !== null) shortenPaths(cells, shown, width, least);
  const widths = widthsOf(cells, shown);
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP, 0);
  const last = width === null ? Number.POSITIVE_INFINITY : Math.max(least, width - before);
  const head = shown.map(({ title }) => title);
  const lines = [lineOf(head, widths, shown, () => style.heading, last, before)];
  for (const [index, row] of rows.entries()) lines.push(lineOf(cells[index] ?? [], widths, shown, (column) => column.paint?.(row) ?? String, last, before));
  return lines.join('');
}

function widthsOf<Row>(cells: readonly (readonly string[])[], columns: readonly Column<Row>[]): number[] {
  return columns.map(({ title }, index) => cells.reduce((most, row) => Math.max(most, row[index]?.length ?? 0), title.length));
}

/** Paths of one folder differ at their ends, so it is the beginning that can go. */
function shortenPaths<Row>(cells: string[][], columns: readonly Column<Row>[], width: number, least: number): void {
  const widths = widthsOf(cells, columns);
  const others = widths.slice(1, -1).reduce((sum, each) => sum + each + GAP, 0) + Math.min(least, widths.at(-1) ?? 0);
  const room = Math.max(SHORTEST_PATH, width - others - GAP);
  for (const row of cells) {
    const path = row[0] ?? '';
    if (path.length > room) row[0] = `...${path.slice(path.length - room + 3)}`;
  }
}

function lineOf<Row>(
  row: readonly string[],
  widths: readonly number[],
  columns: readonly Column<Row>[],
  paint: (column: Column<Row>) => Paint,
  last: number,
  before: number,
): string {
  const front = columns.slice(0, -1).map((column, index) => {
    const text = row[index] ?? '';
    const width = widths[index] ?? 0;
    return paint(column)(column.right ? text.padStart(width) : text.padEnd(width)) + ' '.repeat(GAP);
  });
  const final = columns.at(-1);
  const text = row.at(-1) ?? '';
  const [first = '', ...more] = final?.right === true ? [text.padStart(widths.at(-1) ?? 0)] : wrapped(text, last);
  const mark = final === undefined ? String : paint(final);
  return [`${front.join('')}${mark(first)}`, ...more.map((text) => ' '.repeat(before) + mark(text))].map((line) => `${line.trimEnd()}\n`).join('');
}

/** @returns a sentence broken into lines of a terminal, or as it is where there is none. */
export function wrapSentence(text: string, width: number | null): string {
  return width === null ? text : wrapped(text, width).join('\n');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
