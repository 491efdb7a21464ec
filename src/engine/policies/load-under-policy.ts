import { type LateLoad, type LateLoadInput, lateLoad } from '../events/microcode-late-load.ts';
import { type Asked, askInhibitors, type InhibitorChoice, NO_INHIBITION } from '../inhibitors/ask-inhibitors.ts';
import { offerOf } from '../inhibitors/offer.ts';
import type { Finding, Machine } from '../model/machine.ts';
import { MAINLINE, type Policy } from './policy.ts';
import { reevaluate } from './reevaluate.ts';

/** What could be otherwise than in mainline. */
export interface Otherwise {
  readonly policy: Policy;
  readonly inhibitors: InhibitorChoice;
  /** Revision in the early-load image, where somebody has said so. */
  readonly earlyRevision: number | null;
}

export const AS_MAINLINE: Otherwise = { policy: MAINLINE, inhibitors: NO_INHIBITION, earlyRevision: null };

/** A load with everything that a policy does before and behind it. */
export interface PolicyLoad {
  /** Afterwards. The machine as it was, the very same object, where an inhibitor held. */
  readonly machine: Machine;
  /** The loader's own account: of what it did, or would have done had nobody held the update back. */
  readonly load: LateLoad;
  readonly asked: Asked;
  /** The policy held the update back: the loader was never called. */
  readonly inhibited: boolean;
  /** What the policy found when it looked again. */
  readonly findings: readonly Finding[];
}

/**
 * Writing 1 to the `reload` file under a policy: inhibitors first, then the loader, then what looks again. What the kernel refuses by itself it
 * refuses before it asks anybody: such a load ends as in mainline.
 * @param machine before the load; stays as it was
 */
export function loadUnderPolicy(machine: Machine, input: LateLoadInput, otherwise: Otherwise = AS_MAINLINE): PolicyLoad {
  const load = lateLoad(machine, input);
  const { decision } = load;
  const asked = askInhibitors(offerOf(machine, input.blob, load, otherwise.earlyRevision), otherwise.inhibitors);
  const tried = decision.outcome === 'updated' || decision.outcome === 'partial' || decision.outcome === 'failed';
  if (tried && asked.holding.length > 0) return { machine, load, asked, inhibited: true, findings: [] };
  const again = reevaluate(load.machine, otherwise.policy, { tried, taken: decision.updated.length > 0 });
  return { machine: again.machine, load, asked, inhibited: false, findings: again.findings };
}
