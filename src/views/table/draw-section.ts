import { type Cell, type Column, cell, type Section } from '../page/page.ts';
import type { Paint } from './paint.ts';
import { type Line, measure, wrapCell } from './wrap.ts';

/*
 * Our own columns instead of cli-table3: that pads and measures every cell several times with regular expressions (49 ms for 300 rows), knows
 * no second layout for narrow terminals, and cuts words instead of wrapping them.
 */

const GAP = 2;
/** No column insists on more than this for one long word; a path of sysfs fits. */
const LONGEST_WORD = 48;

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

/** Fills columns like vessels: all rise together, a column stops at its natural width, so that only the long texts are wrapped. */
function fill(needs: readonly Need[], free: number): number[] {
  const widths = needs.map((need) => need.least);
  let left = free - widths.reduce((sum, width) => sum + width, 0);
  while (left > 0) {
    const open = needs.map((_, index) => index).filter((index) => widths[index]! < needs[index]!.natural);
    if (open.length === 0) break;
    const lowest = Math.min(...open.map((index) => widths[index]!));
    const at = open.find((index) => widths[index] === lowest)!;
    widths[at]! += 1;
    left -= 1;
  }
  return widths;
}

/** @returns the width of each column, or null where they do not fit beside each other. */
export function columnWidths(section: Section, width: number): number[] | null {
  const needs = section.columns.map((column, index) => needOf(column, index, section.rows));
  const free = width - GAP * (needs.length - 1);
  return needs.reduce((sum, need) => sum + need.least, 0) > free ? null : fill(needs, free);
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

function labelOf(column: Column): string {
  return column.label ?? column.title.toLowerCase();
}

/** One row below the other, each column a labelled line: for narrow terminals. */
function drawStacked(section: Section, width: number, paint: Paint): string[] {
  const [first, ...columns] = section.columns;
  const badge = section.columns.findIndex((column) => column.badge);
  const label = Math.min(20, Math.max(...columns.map((column) => (column.badge ? 0 : labelOf(column).length))));
  const drawn = drawRow([cell(first?.title ?? '', 'strong')], [width], paint);
  for (const [number, row] of section.rows.entries()) {
    if (number > 0) drawn.push('');
    drawn.push(...drawHead(row, badge, width, paint));
    for (const [index, column] of columns.entries()) {
      const value = row[index + 1] ?? [];
      if (index + 1 === badge || value.length === 0) continue;
      const cells = [[], cell(labelOf(column), 'dim'), value];
      drawn.push(...drawRow(cells, [0, label, width - label - 2 * GAP], paint));
    }
  }
  return drawn;
}

/** Beside the name a badge needs this much room; else it stands below. */
const BADGE = 16;

function drawHead(row: readonly Cell[], badge: number, width: number, paint: Paint): string[] {
  const name = row[0] ?? [];
  const tag = badge > 0 ? (row[badge] ?? []) : [];
  const wide = measure(name).natural;
  if (tag.length > 0 && wide + GAP + BADGE <= width) return drawRow([name, tag], [wide, width - wide - GAP], paint);
  return [...drawRow([name], [width], paint), ...(tag.length > 0 ? drawRow([[], tag], [0, width - GAP], paint) : [])];
}

/** The section without its most dispensable column; null where it has none left. */
function slimmer(section: Section): Section | null {
  const most = Math.max(0, ...section.columns.map((column) => column.spare ?? 0));
  if (most === 0) return null;
  const stays = (_: unknown, index: number): boolean => section.columns[index]!.spare !== most;
  return { ...section, columns: section.columns.filter(stays), rows: section.rows.map((row) => row.filter(stays)) };
}

/** Columns if they fit, at worst without the dispensable ones. */
function inColumns(section: Section, width: number, paint: Paint): string[] | null {
  for (let slim: Section | null = section; slim !== null; slim = slimmer(slim)) {
    const widths = columnWidths(slim, width);
    if (widths !== null) return drawColumns(slim, widths, paint);
  }
  return null;
}

/**
 * Draws one table, in columns where they fit and stacked where they do not.
 * @param width in cells, 40 or more
 * @returns lines without line breaks, none wider than `width`
 */
export function drawSection(section: Section, width: number, paint: Paint): string[] {
  const caption = section.caption === undefined ? [] : drawRow([cell(section.caption)], [width], paint);
  return [...caption, ...(inColumns(section, width, paint) ?? drawStacked(section, width, paint))];
}
