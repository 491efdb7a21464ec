import type { Inhibitor } from './inhibitor.ts';
import { kernelRules } from './kernel-rules.ts';
import { policyRules } from './policy-rules.ts';

/** Every blocker of kernel-facts 6.2, in the order in which they are asked: the kernel's own, then hard rules of a policy, then soft ones. */
export const inhibitors: readonly Inhibitor[] = [...kernelRules, ...policyRules];

/** @returns the rule of an id, or undefined. */
export function inhibitorOf(id: string): Inhibitor | undefined {
  return inhibitors.find((rule) => rule.id === id);
}
