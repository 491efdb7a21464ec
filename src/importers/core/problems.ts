import { shorten } from '../../base/escape.ts';
import type { Problem } from '../../base/problem.ts';

/** After so many a file is not damaged but something else. */
const KEPT = 100;

export interface ProblemList {
  /** Notes something wrong in a line of a file. */
  at(code: string, line: number, expected: string, got: string, file?: string): void;
  /** Notes something wrong that has no line. */
  add(code: string, path: string, expected: string, got: string, file?: string): void;
  take(problems: readonly Problem[], file?: string): void;
  /** @returns what was noted: the first hundred, and the number of the rest. */
  list(): Problem[];
}

/** @returns an empty list of problems that keeps the first hundred and counts the rest, so that garbage cannot fill the memory. */
export function problemList(): ProblemList {
  const kept: Problem[] = [];
  let more = 0;
  const push = (problem: Problem): void => {
    if (kept.length < KEPT) kept.push(problem);
    else more += 1;
  };
  const add: ProblemList['add'] = (code, path, expected, got, file) =>
    push({ code, path, expected, got: shorten(got, 80), ...(file === undefined ? {} : { file }) });
  return {
    add,
    at: (code, line, expected, got, file) => add(code, `line ${line}`, expected, got, file),
    take: (problems, file) => {
      for (const problem of problems) push(file === undefined ? problem : { file, ...problem });
    },
    list: () => (more === 0 ? [...kept] : [...kept, { code: 'more-problems', path: '$', expected: 'no further problem', got: `${more} more of them` }]),
  };
}
