import type { Part } from '../vulnerabilities/_protection.ts';
import type { Draft } from './drafts.ts';
import type { Compared } from './feature-rows.ts';

/** Why nobody can say what protects: what decides it is not in the profile. */
export const NOT_KNOWN = 'not-known';

/**
 * An answer that rests on what nobody knows. Protection that stands under the kernel's own assumption stays, with little confidence; that
 * nothing protects, or that nothing is needed, would be a guess.
 */
function answer(part: Part, unknown: boolean): Part {
  return unknown && part.state !== 'protected' ? { ...part, state: 'unknown', why: NOT_KNOWN } : part;
}

/**
 * @param c the two records that say what rests on what
 * @param one what three kernels print and what protects under each
 * @returns the same with every answer that would be a guess taken back
 */
export function withoutGuesses(c: Pick<Compared, 'running' | 'rebooted'>, one: Draft): Draft {
  const { before, late, reboot } = one.looks;
  const lateUnknown = c.running.unknownBehind(late).length > 0;
  const beforeUnknown = before === null ? lateUnknown : c.running.unknownBehind(before).length > 0;
  const rebootUnknown = c.rebooted.unknownBehind(reboot).length > 0;
  if (!beforeUnknown && !lateUnknown && !rebootUnknown) return one;
  const parts = one.parts.map((part) => ({
    part: part.part,
    before: answer(part.before, beforeUnknown),
    late: answer(part.late, lateUnknown),
    reboot: answer(part.reboot, rebootUnknown),
  }));
  return { ...one, parts };
}
