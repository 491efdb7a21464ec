/**
 * A JSON syntax checker that builds nothing. JSON.parse() is fast but says neither line nor column, takes the last of two
 * equal keys without a word and has no bounds; so the text is walked once here first, with a stack of our own instead of recursion.
 */
export interface ScanFault {
  readonly code: 'bad-json' | 'too-deep' | 'too-many-values';
  /** Offset in UTF-16 units. */
  readonly offset: number;
  readonly expected: string;
}

export interface DuplicateKey {
  /** Keys and indexes from the root to the second of the two. */
  readonly steps: readonly (string | number)[];
  readonly offset: number;
}

export interface ScanLimits {
  readonly depth: number;
  readonly values: number;
}

export interface ScanResult {
  readonly fault: ScanFault | null;
  /** At most the first 101; more are counted only by the caller's own limit. */
  readonly duplicates: readonly DuplicateKey[];
}

interface Frame {
  /** Keys seen so far; null for a list. */
  readonly keys: Set<string> | null;
  step: string | number;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS = ['true', 'false', 'null'];
const DUPLICATES_KEPT = 101;
const ESCAPES = '"\\/bfnrt';

/** @returns the offset of the first character at or after `at` that is not JSON white space. */
function skipSpace(text: string, at: number): number {
  let here = at;
  for (;;) {
    const code = text.charCodeAt(here);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return here;
    here += 1;
  }
}

/** @returns the offset behind the string that opens at `at`, or the negated offset (minus one) of what is wrong in it. */
function stringEnd(text: string, at: number): number {
  for (let here = at + 1; here < text.length; here += 1) {
    const code = text.charCodeAt(here);
    if (code === 0x22) return here + 1;
    if (code < 0x20) return -here - 1;
    if (code !== 0x5c) continue;
    here += 1;
    const escaped = text[here] ?? '';
    if (escaped === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(text.slice(here + 1, here + 5))) return -here;
      here += 4;
    } else if (escaped === '' || !ESCAPES.includes(escaped)) return -here;
  }
  return -text.length - 1;
}

/** @returns the offset behind the number, true, false or null at `at`, or -1. */
function scalarEnd(text: string, at: number): number {
  NUMBER.lastIndex = at;
  if (NUMBER.test(text)) return NUMBER.lastIndex;
  const word = WORDS.find((candidate) => text.startsWith(candidate, at));
  return word === undefined ? -1 : at + word.length;
}

/** Where a walk stands. Changed by the steps below, and by nothing outside this file. */
interface Walk {
  readonly text: string;
  readonly limits: ScanLimits;
  readonly frames: Frame[];
  readonly duplicates: DuplicateKey[];
  at: number;
  values: number;
}

/** A step that finds a fault leaves `at` on it. */
type Step = Omit<ScanFault, 'offset'> | null;

const bad = (expected: string): Step => ({ code: 'bad-json', expected });

/** Reads a string; @returns a fault that stands inside of it, or null. */
function stepString(walk: Walk): Step {
  const end = stringEnd(walk.text, walk.at);
  walk.at = end < 0 ? -end - 1 : end;
  return end < 0 ? bad('a well-formed string') : null;
}

/** Reads the key of the next entry and its colon; entries of a list have none. */
function stepKey(walk: Walk, frame: Frame): Step {
  if (frame.keys === null) return null;
  walk.at = skipSpace(walk.text, walk.at);
  if (walk.text[walk.at] !== '"') return bad('a key in double quotes');
  const start = walk.at;
  const fault = stepString(walk);
  if (fault) return fault;
  const raw = walk.text.slice(start + 1, walk.at - 1);
  const key = raw.includes('\\') ? (JSON.parse(walk.text.slice(start, walk.at)) as string) : raw;
  if (frame.keys.has(key) && walk.duplicates.length < DUPLICATES_KEPT) {
    walk.duplicates.push({ steps: [...walk.frames.slice(0, -1).map((outer) => outer.step), key], offset: start });
  }
  frame.keys.add(key);
  frame.step = key;
  walk.at = skipSpace(walk.text, walk.at);
  if (walk.text[walk.at] !== ':') return bad("':' after the key");
  walk.at += 1;
  return null;
}

/** Opens an object or list; @returns whether a value of its own comes next (an empty one is closed at once), or a fault. */
function stepOpen(walk: Walk, open: '{' | '['): Step | boolean {
  if (walk.frames.length >= walk.limits.depth) return { code: 'too-deep', expected: `at most ${walk.limits.depth} levels` };
  walk.at = skipSpace(walk.text, walk.at + 1);
  if (walk.text[walk.at] === (open === '{' ? '}' : ']')) {
    walk.at += 1;
    return false;
  }
  const frame: Frame = { keys: open === '{' ? new Set() : null, step: 0 };
  walk.frames.push(frame);
  return stepKey(walk, frame) ?? true;
}

/** Reads values downwards until one has ended. */
function stepValue(walk: Walk): Step {
  for (;;) {
    walk.at = skipSpace(walk.text, walk.at);
    walk.values += 1;
    if (walk.values > walk.limits.values) return { code: 'too-many-values', expected: `at most ${walk.limits.values} values` };
    const open = walk.text[walk.at];
    if (open === '"') return stepString(walk);
    if (open !== '{' && open !== '[') {
      const end = scalarEnd(walk.text, walk.at);
      if (end < 0) return bad('a JSON value');
      walk.at = end;
      return null;
    }
    const inside = stepOpen(walk, open);
    if (inside === false) return null;
    if (inside !== true) return inside;
  }
}

/** A value has ended: closes what ends with it; @returns whether a value follows, or a fault. */
function stepEnd(walk: Walk): Step | boolean {
  for (;;) {
    walk.at = skipSpace(walk.text, walk.at);
    const frame = walk.frames[walk.frames.length - 1];
    if (frame === undefined) return walk.at < walk.text.length ? bad('nothing more') : false;
    const next = walk.text[walk.at];
    if (next === ',') {
      walk.at += 1;
      if (typeof frame.step === 'number') frame.step += 1;
      return stepKey(walk, frame) ?? true;
    }
    if (next !== (frame.keys ? '}' : ']')) return bad(frame.keys ? "',' or '}'" : "',' or ']'");
    walk.at += 1;
    walk.frames.pop();
  }
}

/**
 * Walks a JSON text.
 * @param text the text, without byte order mark
 * @param limits deepest nesting and largest number of values
 * @returns the first syntax fault or broken limit, and the duplicated keys found before it
 */
export function scanJson(text: string, limits: ScanLimits): ScanResult {
  const walk: Walk = { text, limits, frames: [], duplicates: [], at: 0, values: 0 };
  for (;;) {
    const inside = stepValue(walk);
    const after = inside ?? stepEnd(walk);
    if (after === false) return { fault: null, duplicates: walk.duplicates };
    if (after !== true && after !== null) return { fault: { ...after, offset: walk.at }, duplicates: walk.duplicates };
  }
}
