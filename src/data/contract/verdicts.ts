/** The closed set of verdicts, mildest first; meanings in the words of the views. */
export const VERDICTS = [
  'unchanged',
  'not-microcode',
  're-evaluated',
  'equivalent',
  'silent-fix',
  'pessimistic-report',
  'opt-out-overridden',
  'stranded',
  'not-engaged',
  'hazard',
] as const;

export type Verdict = (typeof VERDICTS)[number];
