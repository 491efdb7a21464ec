/**
 * A small XML tokenizer of our own: dumps use elements, attributes and text, nothing else. It knows the five named entities and
 * character numbers and expands no others, so an entity bomb stays what it is: text. It keeps a stack of names of bounded depth,
 * reads from left to right once, and never fetches anything. A library would add start-up time and code for features that must be off.
 */
import type { ProblemList } from './problems.ts';

export interface XmlOpen {
  readonly kind: 'open';
  /** Local name, without prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Names of the elements around it, outermost first. */
  readonly path: readonly string[];
  readonly line: number;
}

export interface XmlText {
  readonly kind: 'text';
  readonly text: string;
  readonly path: readonly string[];
  readonly line: number;
}

export interface XmlClose {
  readonly kind: 'close';
  readonly name: string;
  readonly path: readonly string[];
  readonly line: number;
}

export type XmlToken = XmlOpen | XmlText | XmlClose;

const DEPTH = 64;
const NAME = /[A-Za-z_:][\w:.-]{0,99}/y;
const ATTRIBUTE = /\s+([A-Za-z_:][\w:.-]{0,99})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_END = /\s*(\/?)>/y;
const TEXT_KEPT = 65_536;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function withEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(\w{1,4}));/g, (whole, hexadecimal: string, decimal: string, name: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Where the markup that begins at `at` ends, for what is skipped whole: comments, CDATA, instructions, DOCTYPE with its subset. */
function skipped(text: string, at: number): number | null {
  const until = (mark: string, from: number): number => {
    const end = text.indexOf(mark, from);
    return end < 0 ? text.length : end + mark.length;
  };
  if (text.startsWith('<!--', at)) return until('-->', at + 4);
  if (text.startsWith('<?', at)) return until('?>', at + 2);
  if (!text.startsWith('<!', at)) return null;
  const end = until('>', at);
  const subset = text.slice(at, end).indexOf('[');
  return subset < 0 ? end : until('>', until(']', at + subset));
}

interface Cursor {
  at: number;
  line: number;
  counted: number;
}

/** Counts lines as the cursor moves: every character once. */
function lineHere(text: string, cursor: Cursor): number {
  for (let next = text.indexOf('\n', cursor.counted); next >= 0 && next < cursor.at; next = text.indexOf('\n', cursor.counted)) {
    cursor.line += 1;
    cursor.counted = next + 1;
  }
  return cursor.line;
}

function readAttributes(text: string, from: number): { attributes: Map<string, string>; at: number } {
  const attributes = new Map<string, string>();
  let at = from;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(text);
    if (!found) return { attributes, at };
    if (attributes.size < 256) attributes.set(local(found[1] ?? ''), withEntities(found[2] ?? found[3] ?? ''));
    at = ATTRIBUTE.lastIndex;
  }
}

function nameAt(text: string, at: number): string | null {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[0] ?? null;
}

/**
 * Walks an XML text.
 * @param text the text
 * @param problems takes what is not well-formed, with its line; the walk ends there
 * @returns the elements and texts in order; an empty element is opened and closed
 */
export function* xmlTokens(text: string, problems: ProblemList): Generator<XmlToken> {
  const path: string[] = [];
  const cursor: Cursor = { at: 0, line: 1, counted: 0 };
  const fail = (code: string, expected: string): void =>
    problems.at(code, lineHere(text, cursor), expected, cursor.at < text.length ? text.slice(cursor.at, cursor.at + 80) : 'the end of the file');
  while (cursor.at < text.length) {
    const open = text.indexOf('<', cursor.at);
    const end = open < 0 ? text.length : open;
    if (path.length > 0 && end > cursor.at) {
      const raw = text.slice(cursor.at, Math.min(end, cursor.at + TEXT_KEPT));
      if (raw.trim() !== '') yield { kind: 'text', text: withEntities(raw), path, line: lineHere(text, cursor) };
    }
    cursor.at = end;
    if (open < 0) break;
    if (text.startsWith('<![CDATA[', open)) {
      const cdata = text.indexOf(']]>', open);
      if (cdata < 0) return fail('xml-truncated', ']]> at the end of the character data');
      if (path.length > 0) yield { kind: 'text', text: text.slice(open + 9, Math.min(cdata, open + TEXT_KEPT)), path, line: lineHere(text, cursor) };
      cursor.at = cdata + 3;
      continue;
    }
    const past = skipped(text, open);
    if (past !== null) {
      cursor.at = past;
      continue;
    }
    const closing = text[open + 1] === '/';
    const name = nameAt(text, open + (closing ? 2 : 1));
    if (name === null) return fail('bad-xml', 'the name of an element behind <');
    const { attributes, at } = closing ? { attributes: new Map<string, string>(), at: open + 2 + name.length } : readAttributes(text, open + 1 + name.length);
    TAG_END.lastIndex = at;
    const tagEnd = TAG_END.exec(text);
    if (!tagEnd) return fail('bad-xml', `attributes in quotes and > at the end of <${name}`);
    const line = lineHere(text, cursor);
    if (closing) {
      if (path.pop() !== local(name)) return fail('bad-xml', 'the end of the element that is open');
      yield { kind: 'close', name: local(name), path, line };
    } else {
      if (path.length >= DEPTH) return fail('xml-too-deep', `at most ${DEPTH} levels`);
      yield { kind: 'open', name: local(name), attributes, path, line };
      if (tagEnd[1] === '/') yield { kind: 'close', name: local(name), path, line };
      else path.push(local(name));
    }
    cursor.at = TAG_END.lastIndex;
  }
  if (path.length > 0) fail('xml-truncated', `</${path[path.length - 1]}>`);
}

/** @returns whether a text begins as XML does; other texts quote elements too. */
export function looksLikeXml(head: string): boolean {
  return /^\s{0,1000}</.test(head);
}
