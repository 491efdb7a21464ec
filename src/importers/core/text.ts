import type { ImportFile } from '../types.ts';

/** Longest line that is looked at; no dump has one a tenth as long. */
const LINE_LIMIT = 8192;
/** How much of a text a format is recognised by. */
const HEAD = 256 * 1024;
/** Largest file that is read as text: no dump is near, and it bounds time and memory. */
export const TEXT_LIMIT = 128 * 1024 * 1024;

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Without its end; cut where the line is longer than any row can be. */
  readonly text: string;
}

const decoded = new WeakMap<ImportFile, string>();

/** PowerShell's `>` writes UTF-16; a text without a mark is told by the NUL in every second byte. */
function utf16Kind(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, 512);
  let odd = 0;
  let even = 0;
  for (let at = 0; at < head.length; at += 1) {
    if (head[at] !== 0) continue;
    if (at % 2) odd += 1;
    else even += 1;
  }
  if (odd * 3 > head.length && even === 0) return 'utf-16le';
  return even * 3 > head.length && odd === 0 ? 'utf-16be' : null;
}

/** @returns whether a file is no text in any encoding: pictures and programs lie beside dumps. */
export function isBinary(file: ImportFile): boolean {
  return file.bytes.subarray(0, 1024).includes(0) && utf16Kind(file.bytes) === null;
}

function decode(bytes: Uint8Array): string {
  const wide = utf16Kind(bytes);
  if (wide) return new TextDecoder(wide).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

/**
 * Reads the text of a file: UTF-8, UTF-16 (by its mark or its NULs), else latin-1. The byte order mark is dropped.
 * @param file the file; the text is kept as long as it lives
 * @returns the text; of a file above TEXT_LIMIT only that much
 */
export function textOf(file: ImportFile): string {
  const known = decoded.get(file);
  if (known !== undefined) return known;
  const text = decode(file.bytes.subarray(0, TEXT_LIMIT));
  decoded.set(file, text);
  return text;
}

/** @returns the beginning of a file's text: enough to tell its format. */
export function headOf(file: ImportFile): string {
  return textOf(file).slice(0, HEAD);
}

/** Walks the lines of a text, ended by LF or CR LF; of a line longer than LINE_LIMIT only the beginning is given. */
export function* lines(text: string): Generator<Line> {
  let number = 0;
  let at = 0;
  while (at < text.length) {
    number += 1;
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const raw = text.slice(at, Math.min(end, at + LINE_LIMIT));
    yield { number, text: raw.endsWith('\r') ? raw.slice(0, -1) : raw };
    at = end + 1;
  }
}

/**
 * Counts the lines of a text that have a form: how a format is recognised.
 * @param text the beginning of a file
 * @param form an expression for one line
 * @param enough where counting stops
 * @returns the number of such lines, at most `enough`
 */
export function countLines(text: string, form: RegExp, enough = 2): number {
  let found = 0;
  for (const line of lines(text)) {
    if (form.test(line.text)) found += 1;
    if (found >= enough) break;
  }
  return found;
}
