import type { Problem } from '../base/problem.ts';
import { problemList } from './limits.ts';

const NEWLINE = 10;
const SLASH = 47;
const STAR = 42;
const SEMICOLON = 59;

/** Intel's text form: `0x00000001, 0x00000028, ...`, four words a line, comments as in C or behind `;` or `//`. */
export interface DatText {
  /** The words as little-endian bytes: what the binary form of the same updates would be. */
  readonly bytes: Uint8Array;
  readonly problems: readonly Problem[];
}

/**
 * Turns the old `microcode.dat` text into bytes.
 * @param text the file
 * @returns the bytes of every word that could be read, and a problem with its line for everything else
 * @source the format is read by iucode_tool(8), `-t d`
 */
export function parseDatText(text: Uint8Array): DatText {
  const list = problemList();
  // A word takes two characters at least (`1,`), so the bytes can never outgrow twice the text.
  const words = new Uint32Array(Math.ceil(text.length / 2) + 1);
  let count = 0;
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const next = skipSpaceOrComment(text, at);
    if (next !== at) {
      for (let i = at; i < next; i++) if (text[i] === NEWLINE) line++;
      at = next;
      continue;
    }
    const end = tokenEnd(text, at);
    const value = word(text, at, end);
    if (value === null) list.add({ code: 'bad-word', path: `line ${line}`, expected: 'a hexadecimal word of 32 bits', got: shown(text, at, end) });
    else words[count++] = value;
    at = end;
  }
  return { bytes: littleEndian(words.subarray(0, count)), problems: list.problems };
}

/** Spaces, commas and whole comments; an unclosed comment runs to the end. */
function skipSpaceOrComment(text: Uint8Array, start: number): number {
  const byte = text[start] as number;
  if (byte <= 32 || byte === 44) return start + 1;
  const next = text[start + 1];
  if (byte === SEMICOLON || (byte === SLASH && next !== STAR)) {
    const newline = text.indexOf(NEWLINE, start);
    return newline < 0 ? text.length : newline;
  }
  if (byte !== SLASH) return start;
  for (let at = start + 2; ; at++) {
    at = text.indexOf(STAR, at);
    if (at < 0) return text.length;
    if (text[at + 1] === SLASH) return at + 2;
  }
}

function tokenEnd(text: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const byte = text[at] as number;
    if (byte <= 32 || byte === 44 || byte === SEMICOLON || byte === SLASH) break;
    at++;
  }
  return at;
}

function word(text: Uint8Array, start: number, end: number): number | null {
  let at = start;
  if (text[at] === 48 && (text[at + 1] === 120 || text[at + 1] === 88)) at += 2;
  if (end - at < 1 || end - at > 8) return null;
  let value = 0;
  for (; at < end; at++) {
    const digit = hexDigit(text[at] as number);
    if (digit < 0) return null;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function littleEndian(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((value, i) => {
    view.setUint32(i * 4, value, true);
  });
  return bytes;
}

function shown(text: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...text.subarray(start, Math.min(end, start + 24)));
}
