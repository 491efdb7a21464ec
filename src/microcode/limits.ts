import type { Problem } from '../base/problem.ts';

/**
 * What one file may make us remember. Real files stay far below (166 updates in all of Debian's Intel package), and
 * everything beyond is still walked and judged, only not listed: a crafted file of 52-byte updates shall not cost
 * twenty times its size.
 */
export const LIMITS = { updates: 4096, targets: 65_536, targetsOfAnId: 64, metaBlocks: 64, members: 4096, effects: 65_536, problems: 200 } as const;

/** Collects problems up to the limit, and says once that there were more. */
export interface ProblemList {
  readonly problems: Problem[];
  readonly add: (problem: Problem) => void;
}

/** @returns an empty list that stops growing at `LIMITS.problems`. */
export function problemList(): ProblemList {
  const problems: Problem[] = [];
  const add = (problem: Problem): void => {
    if (problems.length < LIMITS.problems) problems.push(problem);
    else if (problems.length === LIMITS.problems) {
      problems.push({ code: 'more-problems', path: problem.path, expected: `at most ${LIMITS.problems} problems in a file`, got: 'more, from here on' });
    }
  };
  return { problems, add };
}
