import { parseHex32 } from '../base/hex.ts';
import { cpuidOf } from '../engine/silicon/silicon.ts';
import type { ListedUpdate, Prepared } from './outside.ts';

const VENDORS: Readonly<Record<string, string>> = { INTEL: 'GenuineIntel', AMD: 'AuthenticAMD' };

/** CPUID leaf 0, EBX: the first four letters of the vendor. */
const EBX: ReadonlyMap<number, string> = new Map([
  [0x756e6547, 'INTEL'],
  [0x68747541, 'AMD'],
]);

/**
 * Whether an update's header is for a CPU: signature, and platform flags where both sides name them. An empty mask fits, as newer kernels have it
 * (cpu/microcode/intel.c intel_find_matching_signature(), amd.c find_equiv_id()); the loader itself judges when it is loaded.
 */
export function fits(update: ListedUpdate, { slots }: Prepared): boolean {
  const silicon = slots[0]?.silicon;
  if (silicon === undefined) return false;
  const vendor = VENDORS[EBX.get(cpuidOf(silicon, 0, 0).ebx >>> 0) ?? ''];
  const signature = cpuidOf(silicon, 1, 0).eax >>> 0;
  if (vendor !== update.vendor) return false;
  return update.applies.some((target) => {
    if (parseHex32(target.signature) !== signature) return false;
    const flags = target.platformFlags === undefined ? null : parseHex32(target.platformFlags);
    return flags === null || flags === 0 || silicon.platformId === null || ((flags >>> silicon.platformId) & 1) === 1;
  });
}

/** @returns whether an update is newer than what the CPU has: the kernel takes no other. */
export function isNewer(update: ListedUpdate, { slots }: Prepared): boolean {
  const revision = parseHex32(update.revision ?? '');
  return revision !== null && revision > (slots[0]?.revision ?? 0);
}
