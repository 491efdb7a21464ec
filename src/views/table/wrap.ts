import { escapeControl } from '../../base/escape.ts';
import type { Cell, Paragraph, Span, Tone } from '../page/page.ts';
import { fitting, textWidth } from './width.ts';

/** One line of a cell as it stands on the screen. */
export interface Line {
  readonly spans: readonly Span[];
  readonly width: number;
}

interface Word {
  readonly pieces: Span[];
  width: number;
}

/** Cuts a paragraph into words; a word may go on from one span into the next. */
function wordsOf(paragraph: Paragraph): Word[] {
  const words: Word[] = [];
  let open = false;
  for (const { text, tone } of paragraph) {
    for (const piece of escapeControl(text).split(/( +)/)) {
      if (piece === '') continue;
      if (piece.startsWith(' ')) {
        open = false;
        continue;
      }
      const width = textWidth(piece);
      const last = words[words.length - 1];
      if (open && last) {
        last.pieces.push({ text: piece, tone });
        last.width += width;
      } else words.push({ pieces: [{ text: piece, tone }], width });
      open = true;
    }
  }
  return words;
}

/** A word wider than a line is cut at the edge; nothing of it is lost. */
function cut(word: Word, width: number): Word[] {
  if (word.width <= width) return [word];
  const parts: Word[] = [];
  let part: Word = { pieces: [], width: 0 };
  for (const { text, tone } of word.pieces) {
    let rest = text;
    while (rest !== '') {
      if (part.width >= width) {
        parts.push(part);
        part = { pieces: [], width: 0 };
      }
      const piece = fitting(rest, width - part.width);
      const wide = textWidth(piece);
      if (part.width > 0 && part.width + wide > width) {
        parts.push(part);
        part = { pieces: [], width: 0 };
        continue;
      }
      part.pieces.push({ text: piece, tone });
      part.width += wide;
      rest = rest.slice(piece.length);
    }
  }
  return [...parts, part];
}

/** Neighbours of one tone become one span. */
function joined(pieces: readonly Span[]): Span[] {
  const spans: Span[] = [];
  for (const piece of pieces) {
    const last = spans[spans.length - 1];
    if (last && last.tone === piece.tone) spans[spans.length - 1] = { text: last.text + piece.text, tone: last.tone };
    else spans.push(piece);
  }
  return spans;
}

/** A blank takes the tone of its neighbours when they agree. */
function blank(line: readonly Span[], next: Word): Span {
  const before = line[line.length - 1]?.tone;
  const tone: Tone = before === next.pieces[0]?.tone ? before! : 'plain';
  return { text: ' ', tone };
}

/**
 * Breaks one paragraph into lines.
 * @param width in cells, 2 or more: a wide character must find room
 */
export function wrapParagraph(paragraph: Paragraph, width: number): Line[] {
  const done: Line[] = [];
  let spans: Span[] = [];
  let used = 0;
  for (const word of wordsOf(paragraph).flatMap((one) => cut(one, width))) {
    if (used > 0 && used + 1 + word.width > width) {
      done.push({ spans: joined(spans), width: used });
      spans = [];
      used = 0;
    }
    if (used > 0) {
      spans.push(blank(spans, word));
      used += 1;
    }
    spans.push(...word.pieces);
    used += word.width;
  }
  return used > 0 || spans.length > 0 ? [...done, { spans: joined(spans), width: used }] : done;
}

/** @returns the lines of a cell in a column of a width. */
export function wrapCell(cell: Cell, width: number): Line[] {
  return cell.flatMap((paragraph) => wrapParagraph(paragraph, width));
}

/** @returns the width of the widest paragraph unbroken, and of the widest word. */
export function measure(cell: Cell): { readonly natural: number; readonly word: number } {
  let natural = 0;
  let word = 0;
  for (const paragraph of cell) {
    const words = wordsOf(paragraph);
    natural = Math.max(
      natural,
      words.reduce((sum, one) => sum + one.width + 1, -1),
    );
    for (const one of words) word = Math.max(word, one.width);
  }
  return { natural: Math.max(0, natural), word };
}
