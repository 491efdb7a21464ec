import type { Blob } from '../../data/contract/blob.ts';
import type { LoadDecision } from '../loader/load-decision.ts';
import type { Finding, Machine } from '../model/machine.ts';
import type { Silicon } from '../silicon/silicon.ts';

/** What the rules look at: the machine, the update, and what the loader and the update would do to it. */
export interface Offer {
  readonly machine: Machine;
  readonly blob: Blob;
  readonly decision: LoadDecision;
  /** The boot CPU's silicon as the update would leave it. */
  readonly after: Silicon;
  /** Flags of /proc/cpuinfo whose CPUID bit the update takes away. */
  readonly lostFlags: readonly string[];
  /** Revision in the early-load image; null: nobody knows, or the image holds this update. */
  readonly earlyRevision: number | null;
}

/** Somebody who holds the update back, and why. */
export interface Holder extends Pick<Finding, 'args'> {
  readonly holder: string;
  /** Code of the reason where it is another than the inhibitor's own. */
  readonly reason?: string;
}

/** One kind of blocker (kernel-facts 6.2): who takes it, what frees it, who enforces it, and what follows where somebody overrides it. */
export interface Inhibitor {
  readonly id: string;
  readonly enforcedBy: 'kernel' | 'policy';
  /** `hard`: nothing good can come of the load. `soft`: something goes stale that can be cured. */
  readonly severity: 'hard' | 'soft';
  /** Named in `--force`, it does not hold. Never for what the kernel enforces: no option of ours changes a kernel. */
  readonly overridable: boolean;
  /** Code of what frees it. */
  readonly release: string;
  /** Codes of what follows an update in spite of it. */
  readonly consequences: readonly string[];
  /** Who holds it now. A holder that stands twice in the list holds it twice. */
  readonly holders: (offer: Offer) => readonly Holder[];
}

/** @returns the same object; only there so that the shape is checked where it is written. */
export function policyInhibitor(rule: Omit<Inhibitor, 'enforcedBy' | 'overridable'>): Inhibitor {
  return { ...rule, enforcedBy: 'policy', overridable: true };
}
