import type { Finding } from '../model/machine.ts';
import type { OfferedUpdate } from './offered-file.ts';

/** Why the kernel does not take an update, or takes it under protest. Codes are those of the blocker list; words are the views'. */
export interface LoadReason extends Finding {
  readonly enforcedBy: 'kernel';
  /** It stops the load; else the load runs and the reason only colours it (taint, mixed revisions). */
  readonly hard: boolean;
}

/** One thread before and after. `shown` is what /proc/cpuinfo and sysfs print, which can lag behind the silicon. */
export interface ThreadRevision {
  readonly cpu: number;
  readonly before: number;
  readonly after: number;
  readonly shown: number;
}

/** `nothing-to-do`: the write succeeds and changes nothing; `failed`: it was tried and no CPU took it. */
export type LoadOutcome = 'updated' | 'partial' | 'failed' | 'refused' | 'nothing-to-do';

export type LoadErrno = 'EPERM' | 'ENOENT' | 'EIO' | 'EBUSY' | 'EINVAL' | 'EBADFD';

/** What writing 1 to /sys/devices/system/cpu/microcode/reload does. */
export interface LoadDecision {
  readonly outcome: LoadOutcome;
  /** null: the write returns success. */
  readonly errno: LoadErrno | null;
  readonly reasons: readonly LoadReason[];
  /** The update that was chosen, or null. */
  readonly update: OfferedUpdate | null;
  /** Every thread, also those that did not change. */
  readonly revisions: readonly ThreadRevision[];
  /** CPU numbers whose silicon has another revision now. */
  readonly updated: readonly number[];
  /** Lines of the kernel log without time stamps; those of microcode_check() follow behind them. */
  readonly log: readonly string[];
  /** Taint bits that this write sets. */
  readonly taints: readonly string[];
  /** microcode_check() runs: features are compared, Zenbleed's chicken bit is looked at again. */
  readonly comparesFeatures: boolean;
  /** The image was copied in before the machine was stopped. */
  readonly staged: boolean;
  /** Patches the kernel keeps from here on and gives to every CPU that comes online. */
  readonly cache: readonly OfferedUpdate[];
  /** Messages printed once a boot that were printed now: share() each as `printed:<id>`, so that a second load stays silent. */
  readonly printedOnce: readonly string[];
  /** What the inputs did not say and was taken in the update's favour: `platform-id`, `integrity`, `digest`. */
  readonly assumed: readonly string[];
}

/** @returns a reason that stops the load. */
export function blocks(code: string, args: Finding['args'] = {}): LoadReason {
  return { code, enforcedBy: 'kernel', hard: true, args };
}

/** @returns a reason under which the load still runs. */
export function colours(code: string, args: Finding['args'] = {}): LoadReason {
  return { code, enforcedBy: 'kernel', hard: false, args };
}
