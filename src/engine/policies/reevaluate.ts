import type { Machine } from '../model/machine.ts';
import { reevaluateFull } from './full.ts';
import type { Policy } from './policy.ts';
import { type LoadProgress, type Reevaluated, TAKEN } from './reevaluated.ts';
import { reevaluateRfc } from './rfc.ts';
import { reevaluateUek4 } from './uek4.ts';

/**
 * What a policy does behind a late load: mainline nothing, the others look at features, bugs and mitigations again.
 * @param machine after the load; stays as it was
 * @param policy with the patches that are in
 * @param progress how far the load got; one that worked, unless given
 */
export function reevaluate(machine: Machine, policy: Policy, progress: LoadProgress = TAKEN): Reevaluated {
  switch (policy.id) {
    case 'rfc':
      return reevaluateRfc(machine, policy.patches, progress);
    case 'full':
      return reevaluateFull(machine, policy.patches, progress);
    case 'uek4':
      return reevaluateUek4(machine, progress);
    default:
      return { machine, findings: [] };
  }
}
