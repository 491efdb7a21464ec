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
}

const GAP = 2;
const SHORTEST_PATH = 16;
const LEAST = 20;

/**
 * Sets rows in columns two blanks apart. Written here and not with a table package: those take longer for a folder of
 * updates than reading it does.
 * @param rows what is shown
 * @param columns from left to right; one that is empty in every row is left out
 * @param width columns of the terminal, or null; where rows would run over it, the first column (a path) loses its beginning and the last is wrapped
 * @param style colours
 * @returns lines with a line break each; text of files is escaped
 */
export function blobColumns<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number | null, style: Style): string {
  const all = rows.map((row) => columns.map((column) => escapeControl(column.text(row))));
  const used = columns.flatMap((_, index) => (all.some((row) => row[index] !== '') ? [index] : []));
  const shown = used.flatMap((index) => columns[index] ?? []);
  const cells = all.map((row) => used.map((index) => row[index] ?? ''));
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
  const [first = '', ...more] = wrapped(row.at(-1) ?? '', last);
  const mark = final === undefined ? String : paint(final);
  return [`${front.join('')}${mark(first)}`, ...more.map((text) => ' '.repeat(before) + mark(text))].map((line) => `${line.trimEnd()}\n`).join('');
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
