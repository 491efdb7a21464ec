import { escapeControl } from '../../base/escape.ts';
import { type Block, cell, type Page } from '../page/page.ts';
import { drawSection } from './draw-section.ts';
import { type Paint, painter } from './paint.ts';
import { textWidth } from './width.ts';
import { type Line, wrapCell } from './wrap.ts';

/** Narrower than this nothing is readable; narrower terminals break our lines. */
export const NARROWEST = 40;

function paintLines(lines: readonly Line[], paint: Paint): string[] {
  return lines.map((line) => line.spans.map(paint).join(''));
}

/** Segments in one line as long as they fit. */
function drawHeadline(segments: readonly string[], width: number, paint: Paint): string[] {
  const drawn: string[] = [];
  let line = '';
  for (const segment of segments) {
    const text = escapeControl(segment);
    if (line !== '' && textWidth(line) + 3 + textWidth(text) <= width) line += `   ${text}`;
    else {
      if (line !== '') drawn.push(line);
      line = text;
    }
  }
  return [...drawn, line].flatMap((text) =>
    textWidth(text) <= width ? [paint({ text, tone: 'strong' })] : paintLines(wrapCell(cell(text, 'strong'), width), paint),
  );
}

function drawBlock(block: Block, width: number, paint: Paint): string[] {
  if (block.kind === 'section') return drawSection(block, width, paint);
  if (block.kind === 'note') return paintLines(wrapCell(block.paragraphs, width), paint);
  const text = `-- ${escapeControl(block.text)} `;
  const fits = textWidth(text) < width;
  return fits
    ? [paint({ text: text + '-'.repeat(Math.max(0, Math.min(width, 100) - textWidth(text))), tone: 'strong' })]
    : paintLines(wrapCell(cell(text, 'strong'), width), paint);
}

const NEXT = 'NEXT   ';

/** Words of a shell: blanks inside quotes belong to a word. */
const SHELL_WORD = /(?:[^\s"']|"[^"]*"|'[^']*'|["'])+/g;

/**
 * A command that is wider than the line goes on behind a backslash, so that it can still be pasted. One word that is wider stays whole:
 * the terminal breaks it, and what is copied is right.
 */
function drawCommand(command: string, width: number): string[] {
  const drawn: string[] = [];
  for (const word of command.match(SHELL_WORD) ?? []) {
    const last = drawn.length - 1;
    const room = width - (last > 0 ? 2 : 0) - 2;
    if (last >= 0 && textWidth(drawn[last]!) + 1 + textWidth(word) <= room) drawn[last] += ` ${word}`;
    else drawn.push(word);
  }
  return drawn.map((text, at) => `${at > 0 ? '  ' : ''}${text}${at < drawn.length - 1 ? ' \\' : ''}`);
}

function drawNext(commands: readonly string[], width: number, paint: Paint): string[] {
  if (commands.length === 0) return [];
  const together = commands.map(escapeControl).join('      ');
  const rows =
    textWidth(together) + NEXT.length <= width ? [together] : commands.flatMap((command) => drawCommand(escapeControl(command), width - NEXT.length));
  return rows.map(
    (row, at) => (at === 0 ? paint({ text: NEXT.trimEnd(), tone: 'strong' }) + NEXT.slice(NEXT.trimEnd().length) : ' '.repeat(NEXT.length)) + row,
  );
}

/**
 * Draws a page for a terminal.
 * @param options width in cells; colour: with SGR codes
 * @returns the whole text, a line break at its end
 */
export function drawPage(page: Page, options: { readonly width: number; readonly colour: boolean }): string {
  const width = Math.max(NARROWEST, Math.floor(options.width) || NARROWEST);
  const paint = painter(options.colour);
  const groups = [
    drawHeadline(page.headline, width, paint),
    paintLines(wrapCell(page.answer, width), paint),
    ...page.blocks.map((block) => drawBlock(block, width, paint)),
    drawNext(page.next, width, paint),
  ];
  return `${groups
    .filter((group) => group.length > 0)
    .map((group) => group.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')}\n`;
}
