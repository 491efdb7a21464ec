import { escapeControl } from '../base/escape.ts';
import type { Cell, Paragraph, Span, Tone } from '../views/page/page.ts';
import type { TreeNode } from '../views/page/tree.ts';
import { drawTree } from '../views/table/draw-tree.ts';
import { painter } from '../views/table/paint.ts';
import { fitting, textWidth } from '../views/table/width.ts';
import { wrapParagraph } from '../views/table/wrap.ts';

/** A piece of a line; `inverse` is what is selected. */
export interface Ink extends Span {
  readonly inverse?: boolean;
}

/** One line of the screen, before it is known whether there are colours. Its texts carry no control characters. */
export type Line = readonly Ink[];

/** Stands where a text was cut. */
const CUT = '…';

/** @returns a line of one piece; what a terminal could obey is written out. */
export function line(text: string, tone: Tone = 'plain'): Line {
  return [ink(text, tone)];
}

/** @returns a piece of a line. */
export function ink(text: string, tone: Tone = 'plain', inverse = false): Ink {
  return { text: escapeControl(text), tone, ...(inverse ? { inverse } : {}) };
}

/** @returns how many cells a line fills. */
export function lineWidth(pieces: Line): number {
  return pieces.reduce((sum, { text }) => sum + textWidth(text), 0);
}

/** @returns the line in at most so many cells; what does not fit is cut, and the cut is seen. */
export function cutLine(pieces: Line, width: number): Line {
  if (width <= 0) return [];
  if (lineWidth(pieces) <= width) return pieces;
  const kept: Ink[] = [];
  let left = width - 1;
  for (const piece of pieces) {
    const wide = textWidth(piece.text);
    if (wide <= left) {
      kept.push(piece);
      left -= wide;
      continue;
    }
    // fitting() gives one character at least, which may be too wide for what is left.
    const text = left > 0 ? fitting(piece.text, left) : '';
    const fits = textWidth(text) <= left;
    kept.push({ ...piece, text: `${fits ? text : ''}${CUT}` });
    break;
  }
  return kept;
}

/** @returns the line in exactly so many cells. */
export function padLine(pieces: Line, width: number): Line {
  const cut = cutLine(pieces, width);
  const free = width - lineWidth(cut);
  if (free <= 0) return cut;
  const last = cut[cut.length - 1];
  return [...cut, { text: ' '.repeat(free), tone: 'plain', ...(last?.inverse ? { inverse: true } : {}) }];
}

/** @returns the line as what is selected. */
export function inverted(pieces: Line): Line {
  return pieces.map((piece) => ({ ...piece, inverse: true }));
}

/** @returns exactly so many lines: what is missing is empty, what is too much is gone. */
export function exactly(lines: readonly Line[], height: number): Line[] {
  const kept = lines.slice(0, Math.max(0, height));
  return [...kept, ...Array.from({ length: Math.max(0, height - kept.length) }, (): Line => [])];
}

/** A column of the screen. */
export interface Pane {
  readonly lines: readonly Line[];
  readonly width: number;
}

/** Panes beside each other, with a line between them. */
export function beside(panes: readonly Pane[], height: number): Line[] {
  const columns = panes.map(({ lines, width }) => exactly(lines, height).map((one) => padLine(one, width)));
  return Array.from({ length: height }, (_, at) =>
    columns.flatMap((column, index) => (index === 0 ? column[at]! : [{ text: ' │ ', tone: 'dim' as const }, ...column[at]!])),
  );
}

/** @returns a paragraph in lines of a width. */
export function wrapped(paragraph: Paragraph, width: number): Line[] {
  return wrapParagraph(paragraph, Math.max(2, width)).map(({ spans }) => spans);
}

/** @returns a cell in one line: its paragraphs one after the other. */
export function flat(cell: Cell): Line {
  return cell.flatMap((paragraph, at) => [...(at > 0 ? [ink('; ', 'dim')] : []), ...paragraph.map(({ text, tone }) => ink(text, tone))]);
}

const TONES: readonly Tone[] = ['plain', 'good', 'fine', 'warn', 'bad', 'dim', 'strong'];

/** A drawn tree is text; tones go through it as a control character and a digit, which no text has once it is escaped. */
function tagged({ text, tone }: Span): string {
  return text === '' ? '' : `\u0001${TONES.indexOf(tone)}${text}\u0001`;
}

function untagged(text: string): Line {
  return text
    .split('\u0001')
    .flatMap((piece, at) =>
      piece === '' ? [] : [at % 2 === 1 ? { text: piece.slice(1), tone: TONES[Number(piece[0])] ?? 'plain' } : { text: piece, tone: 'plain' as const }],
    );
}

/** @returns trees as lines, an empty line between them. */
export function treeLines(trees: readonly TreeNode[], width: number): Line[] {
  return trees.flatMap((tree, at) => [...(at > 0 ? [[]] : []), ...drawTree(tree, Math.max(40, width), tagged).map(untagged)]);
}

/** Selected text is seen without colour, too: it has a sign in front of it. Here it is only made plainer. */
const INVERSE = ['\u001b[7m', '\u001b[27m'] as const;

/** @returns a line as it is written to the terminal. */
export function paintLine(pieces: Line, colour: boolean): string {
  const paint = painter(colour);
  const text = pieces.map((piece) => (colour && piece.inverse && piece.text !== '' ? INVERSE[0] + paint(piece) + INVERSE[1] : paint(piece))).join('');
  return colour ? text : text.trimEnd();
}
