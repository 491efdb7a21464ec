import { isText, type Key } from './key.ts';
import type { EditLine } from './state.ts';

/** Longer than any path or command line that a kernel takes (COMMAND_LINE_SIZE is 2048 on x86). */
const LONGEST = 4096;

function at(text: string, cursor: number): EditLine {
  return { text, cursor };
}

function wordBefore(characters: readonly string[], cursor: number): number {
  let start = cursor;
  while (start > 0 && characters[start - 1] === ' ') start--;
  while (start > 0 && characters[start - 1] !== ' ') start--;
  return start;
}

/** @returns the line with a text that was pasted at its cursor; what is no text of one line is a blank. */
export function pasteInto(line: EditLine, pasted: string): EditLine {
  const characters = [...line.text];
  const room = Math.max(0, LONGEST - characters.length);
  const added = [...pasted.replace(/[\s\p{Cc}]+/gu, ' ').trim()].slice(0, room);
  return at([...characters.slice(0, line.cursor), ...added, ...characters.slice(line.cursor)].join(''), line.cursor + added.length);
}

/**
 * One key in a line that is being typed.
 * @returns the line after it, or null for a key that no line listens to
 */
export function editLine(line: EditLine, key: Key): EditLine | null {
  const characters = [...line.text];
  const { cursor } = line;
  const without = (from: number, to: number): EditLine => at([...characters.slice(0, from), ...characters.slice(to)].join(''), from);
  if (isText(key)) return characters.length >= LONGEST ? line : at([...characters.slice(0, cursor), key, ...characters.slice(cursor)].join(''), cursor + 1);
  if (key === 'backspace' || key === 'ctrl-h') return cursor === 0 ? line : without(cursor - 1, cursor);
  if (key === 'delete') return without(cursor, cursor + 1);
  if (key === 'ctrl-u') return without(0, cursor);
  if (key === 'ctrl-k') return without(cursor, characters.length);
  if (key === 'ctrl-w') return without(wordBefore(characters, cursor), cursor);
  if (key === 'left' || key === 'ctrl-b') return at(line.text, Math.max(0, cursor - 1));
  if (key === 'right' || key === 'ctrl-f') return at(line.text, Math.min(characters.length, cursor + 1));
  if (key === 'home' || key === 'ctrl-a') return at(line.text, 0);
  if (key === 'end' || key === 'ctrl-e') return at(line.text, characters.length);
  return null;
}
