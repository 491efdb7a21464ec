import type { Problem } from '../base/problem.ts';
import type { Finding } from './finding.ts';

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const LONGEST = 60;

/** @returns what a value is, in a few words; texts are quoted and cut. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') {
    const quoted = JSON.stringify(value.slice(0, LONGEST));
    return value.length > LONGEST ? `${quoted}...` : quoted;
  }
  return String(value);
}

/** @returns `$.cpuid[3].eax`; keys that are no plain word are quoted. */
function pathText(steps: readonly (string | number)[]): string {
  return steps.reduce<string>(
    (path, step) => path + (typeof step === 'number' ? `[${step}]` : IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`),
    '$',
  );
}

/** @returns a finding as a problem of a file. */
export function asProblem(finding: Finding): Problem {
  return { code: finding.code, path: pathText(finding.steps), expected: finding.expected, got: finding.got };
}
