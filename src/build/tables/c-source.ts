import { evaluate } from './c-evaluate.ts';
import { expand, type Macro, parseDefine } from './c-macros.ts';
import { bracketed, splitTop, stripComments, type Token, tokenize } from './c-tokens.ts';

/** Reads a file of the kernel tree by its path from the top; null when the tree has no such file. */
export type ReadSource = (path: string) => string | null;

/** C text with comments gone and conditionals decided, and the macros defined up to its end. */
export interface CSource {
  readonly text: string;
  readonly macros: Map<string, Macro>;
}

/** What the tables need of headers that a C file includes from far away (linux/bits.h, linux/kconfig.h). */
const COMMON_DEFINES = [
  'BIT(nr) (1 << (nr))',
  'GENMASK(h, l) (((1 << ((h) - (l) + 1)) - 1) << (l))',
  '__KERNEL__ 1',
  '__initconst',
  '__init',
  '__initdata',
  'IS_ENABLED(option) 1',
];

/**
 * Preprocesses one file for a 64-bit kernel with every option on. Include lines are not followed: give the headers'
 * macros in `macros`.
 * @param text the file
 * @param macros macros of files read before; the result holds a copy with this file's added
 */
export function preprocess(text: string, macros: ReadonlyMap<string, Macro> = new Map()): CSource {
  const known = new Map(macros);
  for (const define of COMMON_DEFINES) addDefine(known, define);
  const kept: string[] = [];
  // Each open #if: are its lines kept, and has one of its branches been kept already.
  const open: { live: boolean; taken: boolean }[] = [];
  for (const line of stripComments(text).replace(/\\\n/g, ' ').split('\n')) {
    const directive = /^\s*#\s*(\w+)\s*(.*)$/.exec(line);
    const live = open.every((level) => level.live);
    if (directive === null) {
      if (live) kept.push(line);
      continue;
    }
    conditional(directive[1] ?? '', directive[2] ?? '', open, known);
    if (live && directive[1] === 'define') addDefine(known, directive[2] ?? '');
    if (live && directive[1] === 'undef') known.delete((directive[2] ?? '').trim());
  }
  return { text: kept.join('\n'), macros: known };
}

function addDefine(macros: Map<string, Macro>, line: string): void {
  const define = parseDefine(line);
  if (define !== null) macros.set(define[0], define[1]);
}

function conditional(word: string, rest: string, open: { live: boolean; taken: boolean }[], macros: ReadonlyMap<string, Macro>): void {
  const top = open[open.length - 1];
  if (word === 'if' || word === 'ifdef' || word === 'ifndef') {
    const live = word === 'if' ? holds(rest, macros) : isDefined(rest, macros) === (word === 'ifdef');
    open.push({ live, taken: live });
  } else if (word === 'endif') {
    open.pop();
  } else if (top !== undefined && (word === 'else' || word === 'elif')) {
    top.live = !top.taken && (word === 'else' || holds(rest, macros));
    top.taken ||= top.live;
  }
}

function isDefined(name: string, macros: ReadonlyMap<string, Macro>): boolean {
  const word = name.trim().split(/\s/)[0] ?? '';
  return macros.has(word) || (word.startsWith('CONFIG_') && word !== 'CONFIG_X86_32');
}

function holds(condition: string, macros: ReadonlyMap<string, Macro>): boolean {
  const decided = condition.replace(/defined\s*\(?\s*(\w+)\s*\)?/g, (_, name: string) => (isDefined(name, macros) ? '1' : '0'));
  const value = evaluate(expand(tokenize(decided), macros).map((token) => (/^[A-Za-z_]/.test(token.text) ? { text: '0' } : token)));
  return value !== 0;
}

/** The tokens inside the braces of `name[...] = { ... }`; null when the file has no such array or object. */
export function initializer(source: CSource, name: string): Token[] | null {
  const start = new RegExp(`\\b${name}\\s*\\[[^\\]]*\\]\\s*(?:\\w+\\s*)*=\\s*\\{`).exec(source.text);
  return start === null ? null : (bracketed(tokenize(source.text.slice(start.index + start[0].length - 1)), 0)?.inner ?? null);
}

/** The rows of `name[] = { {...}, MACRO(...), ... }`, macros unexpanded; a terminating `{}` row is left out. */
export function rows(source: CSource, name: string): Token[][] | null {
  const inner = initializer(source, name);
  return inner === null ? null : splitTop(inner, ',').filter((row) => row.length > 0 && !(row.length === 2 && row[0]?.text === '{'));
}

/** The body of the function `name`, without its braces, comments gone; null when the file does not define it. */
export function functionBody(source: CSource, name: string): string | null {
  const start = new RegExp(`^(?=\\w)[^;{}#]*\\b${name}\\([^)]*\\)\\s*\\{`, 'm').exec(source.text);
  if (start === null) return null;
  const from = start.index + start[0].length;
  let depth = 1;
  for (let i = from; i < source.text.length; i++) {
    if (source.text[i] === '{') depth++;
    if (source.text[i] === '}' && --depth === 0) return source.text.slice(from, i);
  }
  return null;
}

/** The constants of `enum name { ... }`, in order, with their values; empty when the text has no such enum. */
export function enumerators(source: CSource, name: string): (readonly [name: string, value: number])[] {
  const start = new RegExp(`\\benum\\s+${name}\\s*\\{`).exec(source.text);
  if (start === null) return [];
  const inner = bracketed(tokenize(source.text.slice(start.index + start[0].length - 1)), 0)?.inner ?? [];
  const list: (readonly [string, number])[] = [];
  let next = 0;
  for (const part of splitTop(inner, ',')) {
    const known = new Map([...source.macros, ...list.map(([key, value]): [string, Macro] => [key, { params: null, body: [{ text: String(value) }] }])]);
    if (part.length > 2) next = evaluate(expand(part.slice(2), known)) ?? next;
    if (part[0] !== undefined) list.push([part[0].text, next++]);
  }
  return list;
}
