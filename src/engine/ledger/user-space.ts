import { userSpaceFeatures } from '../../data/holders/user-space-features.ts';
import type { Boot } from '../boot/boot.ts';
import { capRef } from '../diff/causes.ts';
import type { Machine } from '../model/machine.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { cpuidRef, isSet } from '../silicon/refs.ts';
import { anyLost } from './holder.ts';

const MSR_TSX_FORCE_ABORT = 0x10f;
const MSR_IA32_TSX_CTRL = 0x122;
const CPUID_CLEAR = 2n;
const HLE_AND_RTM: ReadonlySet<string> = new Set(['cpuid:7.0.ebx[4]', 'cpuid:7.0.ebx[11]']);

const refs: Set<string> = new Set();

/** @returns whether programs choose their code by a bit. */
export function isUserSpaceBit(ref: string): boolean {
  if (refs.size === 0)
    for (const [leaf, subleaf, register, bits] of userSpaceFeatures) for (const bit of bits) refs.add(cpuidRef(leaf, subleaf, register, bit));
  return refs.has(ref);
}

/** Whether the kernel hides RTM and HLE in CPUID by an MSR (cpu/tsx.c tsx_clear_cpuid(), tsx_disable()). */
export function hidesTsx(kernel: Boot): boolean {
  return [MSR_IA32_TSX_CTRL, MSR_TSX_FORCE_ABORT].some((msr) => ((kernel.written.get(msr) ?? 0n) & CPUID_CLEAR) !== 0n);
}

/** The CPUID bit of a feature that is named as /proc/cpuinfo does; other references stand for themselves. */
function bitOf({ tables }: Boot, ref: string): string | null {
  if (!ref.startsWith('feature:')) return ref;
  const name = ref.slice('feature:'.length);
  const row = tables.features.find(([feature, , flag]) => flag === name || feature.toLowerCase() === name);
  return row ? capRef(tables, row[1]) : null;
}

/** @returns what a copy still has that the CPU has no longer. What only a boot would switch off is not among it, nor what the kernel made up itself. */
export function goneFromCpu(differences: readonly SnapshotDifference[], { kernel, threads }: Machine): readonly SnapshotDifference[] {
  return differences.filter(({ ref, held, now }) => {
    if (held !== true || now !== false) return false;
    const bit = bitOf(kernel, ref);
    return bit !== null && (!isSet(threads[0]!.silicon, bit) || (HLE_AND_RTM.has(bit) && hidesTsx(kernel)));
  });
}

/** @returns the code of what follows from a copy that has what is gone: an instruction that faults is worse than a feature that does nothing. */
export function lossSymptom(differences: readonly SnapshotDifference[], machine: Machine): string {
  const gone = goneFromCpu(differences, machine);
  if (gone.some(({ ref }) => isUserSpaceBit(ref))) return 'illegal-instruction';
  if (gone.length > 0) return 'feature-gone-and-still-used';
  return anyLost(differences) ? 'kept-though-a-boot-drops-it' : 'feature-unused';
}

/** The same for what guests are told. */
export function guestSymptom(differences: readonly SnapshotDifference[], machine: Machine): string {
  if (goneFromCpu(differences, machine).length > 0) return 'guests-keep-feature';
  return anyLost(differences) ? 'guests-keep-what-a-boot-drops' : 'guests-miss-feature';
}
