import { parseJson } from '../../base/json.ts';
import { scanJson } from '../../base/json-scan.ts';
import type { ProblemList } from './problems.ts';

/** A reply with every property of every CPU model of QEMU has some ten thousand values. */
const LIMITS = { depth: 32, values: 1_000_000 };
const DOCUMENTS = 64;
/** UTF-16 units; what a tool answers about one machine has a hundredth of it. */
const LENGTH = 16 * 1024 * 1024;

/** Tools write several JSON documents one after the other; the scanner says where the first ends. */
function documentEnd(text: string): number {
  const { fault } = scanJson(text, LIMITS);
  return fault?.code === 'bad-json' && fault.expected === 'nothing more' ? fault.offset : text.length;
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/**
 * Reads a text that holds one JSON document or several, one behind the other.
 * @param text the text
 * @param problems takes the first syntax error, with its line in the whole text
 * @returns the documents before the first error
 */
export function jsonDocuments(text: string, problems: ProblemList): readonly unknown[] {
  const documents: unknown[] = [];
  if (text.length > LENGTH) {
    problems.add('file-too-large', '$', `at most ${LENGTH} characters of JSON`, `${text.length}`);
    return documents;
  }
  let rest = text.trimEnd();
  let line = 0;
  while (rest.trim() !== '' && documents.length < DOCUMENTS) {
    const end = documentEnd(rest);
    const part = rest.slice(0, end);
    const { value, problems: found } = parseJson(part, LIMITS);
    const fatal = found.filter((problem) => problem.code !== 'duplicate-key');
    if (fatal.length > 0) {
      problems.take(fatal.map((problem) => ({ ...problem, path: problem.path.replace(/^line (\d+)/, (_, n: string) => `line ${Number(n) + line}`) })));
      return documents;
    }
    documents.push(found.length > 0 ? (JSON.parse(part) as unknown) : value);
    line += countNewlines(part);
    rest = rest.slice(end);
  }
  return documents;
}

/** @returns the value as an object, or null. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

/** @returns the value as a list; empty when it is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
