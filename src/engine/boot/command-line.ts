import type { KernelSpec } from './kernel-spec.ts';

/** One option of a kernel command line: its name with `-` written as `_` (the kernel does not tell them apart), and its value. */
export interface Option {
  readonly name: string;
  /** The name as it stands there. */
  readonly written: string;
  readonly value: string | null;
}

/** COMMAND_LINE_SIZE less the closing zero: what is longer is cut off. */
const LINE_LENGTH = 2047;

/** isspace() of the kernel's Latin-1 table. */
function isSpace(char: string): boolean {
  return char === ' ' || (char >= '\t' && char <= '\r') || char === '\u00a0';
}

/** next_arg(): where the word ends that starts here, and where in it the first `=` stands (0: nowhere; at the front it does not count). */
function wordAt(line: string, start: number): { readonly end: number; readonly equals: number } {
  let quoted = line[start] === '"';
  const from = quoted ? start + 1 : start;
  let equals = 0;
  let at = from;
  for (; at < line.length; at++) {
    const char = line[at]!;
    if (isSpace(char) && !quoted) break;
    if (equals === 0 && char === '=') equals = at - from;
    if (char === '"') quoted = !quoted;
  }
  return { end: at, equals };
}

function named(written: string, value: string | null): Option {
  return { name: written.replaceAll('-', '_'), written, value };
}

/** Quotes go around the whole word or around the value, from the front only: in `a=b"` the quote is part of the value. */
function optionOf(word: string, equals: number): Option {
  const whole = word.startsWith('"');
  let text = whole ? word.slice(1) : word;
  if (equals === 0) return named(whole ? text.replace(/"$/, '') : text, null);
  if (whole || text[equals + 1] === '"') text = text.replace(/"$/, '');
  const value = text.slice(equals + 1);
  return named(text.slice(0, equals), value.startsWith('"') ? value.slice(1) : value);
}

/**
 * Splits a command line as parse_args() does: at white space outside double quotes; a bare `--` ends the kernel's part.
 * @param line the command line, as `/proc/cmdline` shows it
 * @returns the options in order; a repeated option stands as often as it was given (kernel/params.c parse_args(), lib/cmdline.c next_arg())
 */
export function parseCommandLine(line: string): Option[] {
  const options: Option[] = [];
  const text = line.slice(0, LINE_LENGTH);
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text[at]!)) at++;
    if (at >= text.length) return options;
    const { end, equals } = wordAt(text, at);
    const word = text.slice(at, end);
    if (equals === 0 && word.replace(/^"|"$/g, '') === '--') return options;
    options.push(optionOf(word, equals));
    at = end;
  }
}

/**
 * The words that cmdline_find_option() and cmdline_find_option_bool() look through. They know no quotes and no `--`: anything up to a blank
 * or control character is a word (arch/x86/lib/cmdline.c).
 */
export function rawWords(line: string): string[] {
  const words: string[] = [];
  let word = '';
  for (const char of line.slice(0, LINE_LENGTH)) {
    if (char > ' ') word += char;
    else if (word !== '') {
      words.push(word);
      word = '';
    }
  }
  return word === '' ? words : [...words, word];
}

interface CommandLine {
  readonly options: readonly Option[];
  readonly words: readonly string[];
}

/** Every event works on a copy of the kernel, but its command line is taken apart once. */
const commandLines = new WeakMap<KernelSpec, CommandLine>();

/** @returns the command line of a kernel taken apart, less what this release does not know. */
export function commandLineOf(spec: KernelSpec): CommandLine {
  const known = commandLines.get(spec);
  if (known) return known;
  const line = { options: parseCommandLine(spec.cmdline).filter(({ name }) => !spec.unknownOptions.has(name)), words: rawWords(spec.cmdline) };
  commandLines.set(spec, line);
  return line;
}
