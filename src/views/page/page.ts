/*
 * What a report says to a person, before anybody decides how it looks: the pages are built once (diff-page.ts, eval-page.ts) and drawn three
 * times (table/, markdown/, html/). Texts in a page are raw: each drawer escapes for its own medium.
 */

/** What a piece of text means. Colour only repeats what the words say. */
export type Tone = 'plain' | 'good' | 'fine' | 'warn' | 'bad' | 'dim' | 'strong';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** Spans that run on in one line as long as it has room. */
export type Paragraph = readonly Span[];

/** Paragraphs below each other. */
export type Cell = readonly Paragraph[];

export interface Column {
  readonly title: string;
  /** Below this many characters its wrapped text is no longer readable; absent: its longest word decides. */
  readonly min?: number;
  /** Name of its line where rows are stacked; absent: the title in small letters. */
  readonly label?: string;
  /** Left out, highest first, before rows are stacked: what --explain or another section says too. */
  readonly spare?: number;
  /** Stands beside the name of the row where there is no room for columns. */
  readonly badge?: boolean;
}

/** One table. The first column names the row. */
export interface Section {
  readonly kind: 'section';
  readonly id: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** A sentence above the table. */
  readonly caption?: string;
}

/** A line between sections: what stands below it is of another kind. */
export interface Divider {
  readonly kind: 'divider';
  readonly text: string;
}

export interface Note {
  readonly kind: 'note';
  readonly paragraphs: Cell;
}

export type Block = Section | Divider | Note;

export interface Page {
  readonly title: string;
  /** Short facts of the first line: machine, revisions, kernel, policy. */
  readonly headline: readonly string[];
  /** The answer: two or three sentences, one paragraph each. */
  readonly answer: Cell;
  readonly blocks: readonly Block[];
  /** Commands that lead on. */
  readonly next: readonly string[];
}

/** @returns a piece of text. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

/** @returns a cell of one paragraph; without text an empty cell. */
export function cell(text: string, tone: Tone = 'plain'): Cell {
  return text === '' ? [] : [[{ text, tone }]];
}

/** @returns a cell with each text in a line of its own. */
export function lines(texts: readonly string[], tone: Tone = 'plain'): Cell {
  return texts.map((text) => [{ text, tone }]);
}

/** @returns a table, or null where it has no rows. */
export function section(id: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Section | null {
  return rows.length === 0 ? null : { kind: 'section', id, columns, rows };
}
