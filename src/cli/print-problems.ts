import { escapeControl, shorten } from '../base/escape.ts';
import type { Problem } from '../base/problem.ts';
import { writeErr } from './streams.ts';

/** @returns a problem as one line: `file: path: expected X, got Y`, with nothing in it that a terminal would obey. */
export function problemLine(problem: Problem): string {
  const place = [problem.file, problem.path].filter((part) => part !== undefined && part !== '').map((part) => `${shorten(part ?? '', 300)}: `);
  return escapeControl(`${place.join('')}expected ${shorten(problem.expected, 300)}, got ${shorten(problem.got, 300)}`);
}

/** Prints problems on standard error, one line each. */
export function printProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) writeErr(problems.map((problem) => `${problemLine(problem)}\n`).join(''));
}
