import type { Boot } from '../boot/boot.ts';
import type { OfferedUpdate } from './offered-file.ts';

const MSR_IA32_PLATFORM_ID = 0x17;

/** The processor that the loader sees: what `intel_collect_cpu_info()` collects. */
export interface IntelCpu {
  readonly signature: number;
  /** 1 << platform id; null: the profile does not say. */
  readonly platformMask: number | null;
}

/** @returns signature and platform mask of the boot CPU. */
export function intelCpu(b: Boot): IntelCpu {
  const signature = b.cpuidRegister(1, 0, 'eax');
  // Before the Pentium III there is no MSR 0x17: older lines then have no flags, newer ones platform 0.
  if (b.cpu.family === 6 && b.cpu.model < 5) return { signature, platformMask: b.trait('empty-platform-mask') ? 1 : 0 };
  const id = b.silicon.platformId ?? platformIdOfMsr(b);
  return { signature, platformMask: id === null ? null : 1 << id };
}

function platformIdOfMsr(b: Boot): number | null {
  if (!b.silicon.msrs.has(MSR_IA32_PLATFORM_ID)) return null;
  const value = b.msr(MSR_IA32_PLATFORM_ID);
  return value === null ? null : Number((value >> 50n) & 7n);
}

/** How an update fits a CPU: the signature may be right and the platform wrong. `assumed`: only because the platform is unknown. */
export type IntelFit = 'fits' | 'assumed' | 'other-platform' | 'other-signature';

/** intel_find_matching_signature(), and the empty mask that newer lines let match every platform (trait `empty-platform-mask`). */
export function intelFit(b: Boot, update: OfferedUpdate, cpu: IntelCpu): IntelFit {
  const same = update.applies.filter((target) => target.signature === cpu.signature);
  if (same.length === 0) return 'other-signature';
  if (cpu.platformMask === null) return 'assumed';
  const fits = same.some(({ platformFlags }) => {
    if (platformFlags === null) return true;
    if (platformFlags === 0) return b.trait('empty-platform-mask') || cpu.platformMask === 0;
    return ((cpu.platformMask ?? 0) & platformFlags) !== 0;
  });
  return fits ? 'fits' : 'other-platform';
}
