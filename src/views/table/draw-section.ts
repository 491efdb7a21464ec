import { type Cell, type Column, cell, type Section } from '../page/page.ts';
import type { Paint } from './paint.ts';
import { type Line, measure, wrapCell } from './wrap.ts';

/*
 * Our own columns instead of cli-table3: that pads and measures every cell several times with regular expressions (49 ms for 300 rows), knows
 * no second layout for narrow terminals, and cuts words instead of wrapping them.
 */

const GAP = 2;
/** No column insists on more than this for one long word. */
const LONGEST_WORD = 32;

interface Need {
  readonly least: number;
  readonly natural: number;
}

function needOf(column: Column, index: number, rows: Section['rows']): Need {
  let { natural, word } = measure(cell(column.title));
  for (const row of rows) {
    const one = measure(row[index] ?? []);
    natural = Math.max(natural, one.natural);
    word = Math.max(word, one.word);
  }
  return { natural, least: Math.min(natural, Math.max(column.min ?? 0, Math.min(word, LONGEST_WORD))) };
}

/** @returns the width of each column, or null where they do not fit beside each other. */
export function columnWidths(section: Section, width: number): number[] | null {
  const needs = section.columns.map((column, index) => needOf(column, index, section.rows));
  const free = width - GAP * (needs.length - 1);
  const least = needs.reduce((sum, need) => sum + need.least, 0);
  if (least > free) return null;
  const wish = needs.reduce((sum, need) => sum + need.natural - need.least, 0);
  const share = wish === 0 ? 0 : Math.min(1, (free - least) / wish);
  return needs.map((need) => need.least + Math.floor((need.natural - need.least) * share));
}

function paintLine(line: Line | undefined, paint: Paint): string {
  return (line?.spans ?? []).map(paint).join('');
}

/** Puts cells beside each other, as high as the highest. */
function drawRow(cells: readonly Cell[], widths: readonly number[], paint: Paint): string[] {
  const wrapped = widths.map((width, index) => wrapCell(cells[index] ?? [], Math.max(2, width)));
  const height = Math.max(1, ...wrapped.map((one) => one.length));
  const drawn: string[] = [];
  for (let at = 0; at < height; at++) {
    let text = '';
    let pending = 0;
    for (const [index, column] of wrapped.entries()) {
      const line = column[at];
      if (line) text += ' '.repeat(pending) + paintLine(line, paint);
      pending = (line ? 0 : pending) + widths[index]! - (line?.width ?? 0) + GAP;
    }
    drawn.push(text);
  }
  return drawn;
}

function drawColumns(section: Section, widths: readonly number[], paint: Paint): string[] {
  const titles = section.columns.map((column) => cell(column.title, 'strong'));
  const rows = section.rows.map((row) => drawRow(row, widths, paint));
  return [...drawRow(titles, widths, paint), ...rows.flat()];
}

/** One row below the other, each column a labelled line: for narrow terminals. */
function drawStacked(section: Section, width: number, paint: Paint): string[] {
  const [first, ...columns] = section.columns;
  const badge = section.columns.findIndex((column) => column.badge);
  const label = Math.min(20, Math.max(...columns.map((column) => (column.badge ? 0 : column.title.length))));
  const drawn = drawRow([cell(first?.title ?? '', 'strong')], [width], paint);
  for (const [number, row] of section.rows.entries()) {
    if (number > 0) drawn.push('');
    drawn.push(...drawHead(row, badge, width, paint));
    for (const [index, column] of columns.entries()) {
      const value = row[index + 1] ?? [];
      if (index + 1 === badge || value.length === 0) continue;
      const cells = [[], cell(column.title.toLowerCase(), 'dim'), value];
      drawn.push(...drawRow(cells, [0, label, width - label - 2 * GAP], paint));
    }
  }
  return drawn;
}

function drawHead(row: readonly Cell[], badge: number, width: number, paint: Paint): string[] {
  const name = row[0] ?? [];
  const tag = badge > 0 ? (row[badge] ?? []) : [];
  const wide = measure(name).natural;
  if (tag.length > 0 && wide + GAP + measure(tag).natural <= width) return drawRow([name, tag], [wide, width - wide - GAP], paint);
  return [...drawRow([name], [width], paint), ...(tag.length > 0 ? drawRow([[], tag], [0, width - GAP], paint) : [])];
}

/**
 * Draws one table, in columns where they fit and stacked where they do not.
 * @param width in cells, 40 or more
 * @returns lines without line breaks, none wider than `width`
 */
export function drawSection(section: Section, width: number, paint: Paint): string[] {
  const caption = section.caption === undefined ? [] : drawRow([cell(section.caption)], [width], paint);
  const widths = columnWidths(section, width);
  return [...caption, ...(widths === null ? drawStacked(section, width, paint) : drawColumns(section, widths, paint))];
}
