/** What happens to features, bugs and mitigations after a load. */
export const POLICY_IDS = ['mainline', 'rfc', 'uek4', 'full'] as const;

export type PolicyId = (typeof POLICY_IDS)[number];

export interface Policy {
  readonly id: PolicyId;
  /** Patches of the 2020 series that are in; empty for the policies that are not built on it. */
  readonly patches: ReadonlySet<number>;
}

/** Patches of the series, first and last. */
export const FIRST_PATCH = 1;
export const LAST_PATCH = 7;
const ALL_PATCHES: readonly number[] = Array.from({ length: LAST_PATCH }, (_, index) => index + FIRST_PATCH);

/** What every released kernel does: nothing is looked at again but what lateLoad() itself touches. */
export const MAINLINE: Policy = { id: 'mainline', patches: new Set() };

/** @returns whether a policy is built on the 2020 series, so that `--patches` means something for it. */
export function takesPatches(id: PolicyId): boolean {
  return id === 'rfc' || id === 'full';
}

/**
 * @param id of the policy
 * @param patches of the series, for the policies that take them; all when absent
 */
export function policyOf(id: PolicyId, patches?: Iterable<number>): Policy {
  return { id, patches: new Set(takesPatches(id) ? (patches ?? ALL_PATCHES) : []) };
}

/** @returns the policy of that name, or null. */
export function policyNamed(name: string): PolicyId | null {
  return POLICY_IDS.find((id) => id === name) ?? null;
}

/**
 * Reads `1-7`, `1,2,5` or `1-3,6`.
 * @returns the numbers in order, or null for anything else: a number outside of the series, a range that runs backwards
 */
export function parsePatches(text: string): readonly number[] | null {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^\s*(\d)(?:\s*-\s*(\d))?\s*$/.exec(part);
    if (!match) return null;
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (first < FIRST_PATCH || last > LAST_PATCH || last < first) return null;
    for (let patch = first; patch <= last; patch++) found.add(patch);
  }
  return [...found].sort((one, other) => one - other);
}

/**
 * What a report under a policy takes for granted. No modelled kernel is one that a series was written for: rfc was sent against 5.8, uek4
 * shipped on 4.1, and full was never written by anybody.
 * @returns codes, whose words the views have
 */
export function policyAssumptions(policy: Policy): string[] {
  if (policy.id === 'mainline') return [];
  return [policy.id === 'full' ? 'policy-invention' : 'policy-port'];
}
