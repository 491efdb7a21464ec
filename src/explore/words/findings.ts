import type { Finding } from '../../engine/model/machine.ts';
import { asSentence, findingText as ledgerFinding } from '../../views/words/ledger-findings.ts';
import { policyFinding, policyFindingWords } from '../../views/words/policies.ts';
import { own } from '../../views/words/word-of.ts';

/** @returns a finding of an event or of a policy as a sentence. */
export function findingText(finding: Finding): string {
  return own(policyFindingWords, finding.code) === undefined ? ledgerFinding(finding) : asSentence(policyFinding(finding));
}

/** Codes by who says no. What is not listed is an event that does not make sense where it stands. */
const REFUSED_BY: readonly (readonly [RegExp, string])[] = [
  [/^load-inhibited$/, 'an inhibitor'],
  [/^guard-/, 'the guard'],
  [/^(load-|no-file|loader-)/, 'the kernel'],
  [/^(kvm-not-built|module-|boot-cpu-|smt-|not-in-this-policy|cpu-refused)/, 'the kernel'],
  [/^(kvm-|guest-features|guest-tsx|unknown-guest-model|custom-guest)/, 'KVM'],
  [/^msr-/, 'the CPU'],
];

/** @returns who refuses a step: `the kernel`, `KVM`, `the CPU`, `an inhibitor`, or `the timeline` where it asks for nothing that could be done. */
export function refusedBy(code: string): string {
  if (code === 'kvm-not-loaded' || code === 'kvm-loaded-already') return 'the timeline';
  return REFUSED_BY.find(([pattern]) => pattern.test(code))?.[1] ?? 'the timeline';
}
