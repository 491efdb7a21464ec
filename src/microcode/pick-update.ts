import { intelFit } from './judge-intel.ts';
import { loaderTraits } from './loader-traits.ts';
import type { UpdateRecord } from './update-record.ts';
import type { LoaderCpu, LoaderOptions } from './verdict.ts';

/**
 * Whether an update is for a CPU at all: vendor, signature, and Intel's platform flags. Revision, damage and every other rule are left out.
 * @source cpu/microcode/intel.c intel_find_matching_signature(); amd.c find_equiv_id()
 */
export function fitsCpu(update: UpdateRecord, cpu: LoaderCpu, options: LoaderOptions): boolean {
  if (update.vendor !== cpu.vendor) return false;
  if (cpu.vendor === 'GenuineIntel') return intelFit(update, cpu, loaderTraits(options.line)) === null;
  return update.applies.some((target) => target.signature === cpu.signature);
}

export interface PickOptions extends LoaderOptions {
  /** The one the kernel's loader takes; it comes before all others. */
  readonly chosen?: UpdateRecord | null;
  /** A revision to look for: no other counts. */
  readonly target?: number;
}

/**
 * The update that somebody means who asks what a file would do to a CPU, even where the kernel takes none of it: the newest sound one
 * that fits, else a damaged one, else one for another platform of the same signature.
 * @param updates all that is at hand
 * @returns null where no update is for a CPU of this signature, or none has the revision that was asked for
 */
export function pickUpdate(updates: readonly UpdateRecord[], cpu: LoaderCpu, options: PickOptions): UpdateRecord | null {
  const { chosen, target } = options;
  const mine = updates.filter((update) => fitsCpu(update, cpu, options));
  const sound = mine.filter(({ flaws }) => flaws.length === 0);
  if (target !== undefined) return newest(sound.filter(({ revision }) => revision === target)) ?? newest(mine.filter(({ revision }) => revision === target));
  const sameSignature = updates.filter(({ vendor, applies }) => vendor === cpu.vendor && applies.some(({ signature }) => signature === cpu.signature));
  return chosen ?? newest(sound) ?? newest(mine) ?? newest(sameSignature);
}

function newest(updates: readonly UpdateRecord[]): UpdateRecord | null {
  return updates.reduce<UpdateRecord | null>((best, update) => (best === null || update.revision > best.revision ? update : best), null);
}
