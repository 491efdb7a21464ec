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
}

/**
 * Sets rows in columns two blanks apart. Written here and not with a table package: those take longer for a folder of
 * updates than reading it does.
 * @param rows what is shown, a line each
 * @param columns from left to right; one that is empty in every row is left out
 * @param width columns of the terminal, or null; the last column is cut where it would run over
 * @param style colours
 * @returns lines with a line break each; text of files is escaped
 */
export function blobColumns<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number | null, style: Style): string {
  const cells = rows.map((row) => columns.map((column) => escapeControl(column.text(row))));
  const used = columns.flatMap((_, index) => (cells.some((row) => row[index] !== '') ? [index] : []));
  const widths = columns.map(({ title }, index) => cells.reduce((most, row) => Math.max(most, row[index]?.length ?? 0), title.length));
  const before = used.slice(0, -1).reduce((sum, index) => sum + (widths[index] ?? 0) + 2, 0);
  const last = width === null ? Number.POSITIVE_INFINITY : Math.max(12, width - before);
  const line = (texts: readonly string[], paints: readonly (Paint | undefined)[]): string => {
    const parts = used.map((index, place) => {
      const text = texts[index] ?? '';
      const isLast = place === used.length - 1;
      const shown = isLast ? cut(text, last) : columns[index]?.right ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0);
      return (paints[index] ?? String)(shown);
    });
    return `${parts.join('  ').trimEnd()}\n`;
  };
  const head = line(
    columns.map(({ title }) => title),
    columns.map(() => style.heading),
  );
  const body = rows.map((row, index) =>
    line(
      cells[index] ?? [],
      columns.map(({ paint }) => paint?.(row)),
    ),
  );
  return head + body.join('');
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 3))}...`;
}
