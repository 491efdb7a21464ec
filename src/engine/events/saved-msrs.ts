import type { Boot } from '../boot/boot.ts';

/** Restored by code of its own: MSR_IA32_MISC_ENABLE and MSR_IA32_FEAT_CTL (arch/x86/power/cpu.c __restore_processor_state()). */
const ALWAYS: readonly number[] = [0x1a0, 0x3a];

/** msr_enum[] of pm_save_spec_msr(): SPEC_CTRL, TSX_CTRL, TSX_FORCE_ABORT, MCU_OPT_CTRL, LS_CFG, DE_CFG. */
const WITH_FEATURE: readonly (readonly [msr: number, feature: string])[] = [
  [0x48, 'MSR_SPEC_CTRL'],
  [0x122, 'MSR_TSX_CTRL'],
  [0x10f, 'TSX_FORCE_ABORT'],
  [0x123, 'SRBDS_CTRL'],
  [0xc0011020, 'LS_CFG_SSBD'],
  [0xc0011029, 'LFENCE_RDTSC'],
];

/** msr_save_cpu_table[]: what AMD's CPUID(1) is made to answer. */
const MSR_AMD64_CPUID_FN_1 = 0xc0011004;
const CPUID_FN_1_FAMILIES: readonly number[] = [0x15, 0x16];

/**
 * The MSRs that a suspend saves and a resume restores on the boot CPU. The list is made once, late in the boot, from boot_cpu_data:
 * an MSR that arrives by a late load is not in it (arch/x86/power/cpu.c pm_save_spec_msr(), pm_cpu_check()).
 * @param b the kernel at its boot
 */
export function savedMsrs(b: Boot): ReadonlySet<number> {
  const saved = new Set(ALWAYS);
  for (const [msr, feature] of WITH_FEATURE) if (b.has(feature)) saved.add(msr);
  if (b.cpu.vendor === 'AMD' && CPUID_FN_1_FAMILIES.includes(b.cpu.family)) saved.add(MSR_AMD64_CPUID_FN_1);
  return saved;
}
