import { escapeControl, shorten } from './escape.ts';
import { jsonPath } from './json-path.ts';
import { type DuplicateKey, type ScanFault, type ScanLimits, scanJson } from './json-scan.ts';
import type { Problem, Result } from './problem.ts';

/** No document of ours nests deeper than a dozen levels; a list of 200,000 values is far beyond the largest machine. */
export const JSON_LIMITS: ScanLimits = { depth: 64, values: 200_000 };

/** Lines break where an editor breaks them, so the figures lead to the place. */
function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines[lines.length - 1] ?? '').length + 1 };
}

/** @returns what stands at an offset, in words. */
function foundAt(text: string, offset: number): string {
  const code = text.charCodeAt(offset);
  if (Number.isNaN(code)) return text.trim() === '' ? 'an empty text' : 'the end of the text';
  if (code === 0) return 'a NUL byte';
  if (code < 0x20) return `the control character ${escapeControl(text[offset] ?? '')}`;
  const token = /^[\w.+-]+/.exec(text.slice(offset, offset + 40))?.[0] ?? String.fromCodePoint(text.codePointAt(offset) ?? 0);
  return `'${escapeControl(shorten(token, 30))}'`;
}

function faultProblem(text: string, fault: ScanFault): Problem {
  const { line, column } = lineAndColumn(text, fault.offset);
  const got = fault.code === 'bad-json' ? foundAt(text, fault.offset) : 'more';
  return { code: fault.code, path: `line ${line}, column ${column}`, expected: fault.expected, got };
}

function duplicateProblem(text: string, duplicate: DuplicateKey): Problem {
  const { line, column } = lineAndColumn(text, duplicate.offset);
  return { code: 'duplicate-key', path: jsonPath(duplicate.steps), expected: 'each key once', got: `the key again in line ${line}, column ${column}` };
}

/**
 * Reads a JSON text that a person may have written.
 * @param input the text; a byte order mark in front is skipped
 * @param limits deepest nesting and number of values; what exceeds them is a problem, so that later passes are bounded
 * @returns the value, or problems: the first syntax error with line and column, and every key that stands twice in one object
 */
export function parseJson(input: string, limits: ScanLimits = JSON_LIMITS): Result<unknown> {
  const text = input.charCodeAt(0) === 0xfeff ? input.slice(1) : input;
  const { fault, duplicates } = scanJson(text, limits);
  const problems = duplicates.map((duplicate) => duplicateProblem(text, duplicate));
  if (fault) problems.push(faultProblem(text, fault));
  if (problems.length > 0) return { value: null, problems };
  return { value: JSON.parse(text) as unknown, problems: [] };
}
