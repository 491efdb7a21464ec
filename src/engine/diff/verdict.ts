import type { ProtectionState } from '../model/report.ts';
import { type Verdict, worse } from '../model/report.ts';
import type { Part } from '../vulnerabilities/_protection.ts';

/** What one means of protection amounts to: in the running kernel before and after the load, and after a reboot. */
export interface PartInThree {
  readonly part: string;
  readonly before: Part;
  readonly late: Part;
  readonly reboot: Part;
}

const RANK: Readonly<Record<ProtectionState, number>> = { exposed: 0, unknown: 1, partly: 2, protected: 3, 'not-affected': 3 };

/**
 * The verdict on one means. Nothing here knows a vulnerability: the three answers to "what protects" and the two texts decide.
 * @param sameText sysfs says after a reboot what it says now
 */
export function verdictOfPart({ before, late, reboot }: PartInThree, sameText: boolean): Verdict {
  if (compare(late, before) < 0 || (late.undone && !before.undone)) return 'hazard';
  // A promise that the load itself has brought is empty, whatever a reboot would make of it.
  if (late.onlyReported && !before.onlyReported) return 'not-engaged';
  const ahead = compare(late, reboot);
  if (ahead < 0) return late.onlyReported ? 'not-engaged' : 'stranded';
  if (ahead > 0 && reboot.optedOut) return 'opt-out-overridden';
  // A reboot that cannot load the update goes back; one that gives less than the machine had before is a loss.
  if (ahead > 0) return compare(late, before) > 0 ? 'pessimistic-report' : 'hazard';
  if (late.reEvaluated && late.why !== before.why) return 're-evaluated';
  if (compare(late, before) > 0) return sameText ? 'silent-fix' : 'pessimistic-report';
  // The same protection by other means: a reboot changes speed or words, nothing else.
  return sameText && (late.state === 'exposed' || late.why === reboot.why) ? 'unchanged' : 'equivalent';
}

/** @returns whether one answer protects more than another. */
export function protectsMore(one: Part, other: Part): boolean {
  return compare(one, other) > 0;
}

/** @returns positive where one protects more than the other; what nobody knows is no less than what is not needed. */
function compare(one: Part, other: Part): number {
  const states = [one.state, other.state];
  if (states.includes('unknown') && states.includes('not-affected')) return 0;
  return RANK[one.state] - RANK[other.state];
}

/**
 * The verdict on a row: the worst of its parts.
 * @param needsMicrocode microcode plays a part in this protection; where it does not, an unchanged row says so
 */
export function verdictOfRow(parts: readonly PartInThree[], sameText: boolean, affected: boolean, needsMicrocode: boolean): Verdict {
  const verdict = parts.map((part) => verdictOfPart(part, sameText)).reduce(worse, 'unchanged');
  return verdict === 'unchanged' && affected && !needsMicrocode ? 'not-microcode' : verdict;
}

/**
 * One word for a row of several means: protected when all are, exposed when none protects, else partly.
 * Means that this CPU does not need do not count.
 */
export function overall(parts: readonly Part[]): ProtectionState {
  const counted = parts.filter((part) => part.state !== 'not-affected' && part.state !== 'unknown');
  if (counted.length === 0) return parts.some((part) => part.state === 'unknown') ? 'unknown' : 'not-affected';
  const states = new Set(counted.map((part) => part.state));
  if (states.size === 1) return counted[0]!.state;
  return 'partly';
}
