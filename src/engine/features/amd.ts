import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { clearNonstandard3dnow, nullSegment, serializingLfence, svmDisabledByBios } from './amd-common.ts';
import { amdErratum } from './amd-early.ts';
import { initZen, listedErrata } from './amd-zen.ts';
import { flipMsrBit } from './msr-access.ts';

const MSR_AMD64_CPUID_FN_1 = 0xc0011004;
const CPUID_FN_1_RDRAND_BIT = 62;
const K8_REVISION_F = 0x40;

/** K8: string instructions, LAHF and the two errata of its interrupts and of SWAPGS (init_amd_k8()). */
function initK8(b: Boot, cpu: Cpu): void {
  b.begin();
  const signature = b.cpuidRegister(1, 0, 'eax', cpu);
  if ((signature >= 0x0f48 && signature < 0x0f50) || signature >= 0x0f58) b.set('REP_GOOD', 'amd/k8/rep-good', cpu);
  b.begin();
  // Only revision D and later have it, whatever firmware claims (erratum 110).
  if (cpu.model < 0x14 && b.has('LAHF_LM', cpu) && !b.has('HYPERVISOR', cpu)) b.clear('LAHF_LM', 'amd/k8/erratum-110', cpu);
  b.begin();
  b.setBug('SWAPGS_FENCE', 'amd/k8/swapgs-fence', cpu);
  const e400 = cpu.model > K8_REVISION_F + 1 || (cpu.model === K8_REVISION_F + 1 && cpu.stepping >= 2);
  if (e400 && !b.trait('amd-erratum-lists')) b.forceBug('AMD_E400', 'amd/k8/erratum-400');
}

/** Family 0x10: a page table race of the TLB, and the idle erratum (init_amd_gh()). */
function initFamily10h(b: Boot, cpu: Cpu): void {
  b.begin();
  if (b.trait('amd-erratum-lists')) {
    if (amdErratum(b, 'amd_erratum_383', 3, cpu)) b.setBug('AMD_TLB_MMATCH', 'amd/fam10h/erratum-383', cpu);
    return;
  }
  b.setBug('AMD_TLB_MMATCH', 'amd/fam10h/erratum-383', cpu);
  if (cpu.model > 2 || (cpu.model === 2 && cpu.stepping >= 1)) b.forceBug('AMD_E400', 'amd/fam10h/erratum-400');
}

/**
 * clear_rdrand_cpuid_bit(): families 0x15 and 0x16 may come back from suspend with RDRAND dead, so it is hidden in CPUID,
 * where the override MSR exists. That the bit stands in the MSR as in CPUID shows that it does.
 */
function hideRdrand(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!b.config('CONFIG_PM_SLEEP') || !b.cpuidBit(1, 0, 'ecx', 30, cpu) || b.params('rdrand').includes('force')) return;
  if (flipMsrBit(b, MSR_AMD64_CPUID_FN_1, CPUID_FN_1_RDRAND_BIT, false, cpu) <= 0) return;
  b.clear('RDRAND', 'amd/init/rdrand-after-suspend', cpu);
}

const FAMILIES: Readonly<Record<number, (b: Boot, cpu: Cpu) => void>> = { 15: initK8, 16: initFamily10h, 21: hideRdrand, 22: hideRdrand };

/** Features that newer parts have without a bit for them. */
function impliedFeatures(b: Boot, cpu: Cpu): void {
  b.begin();
  if (cpu.family > 0x11) b.set('ARAT', 'amd/init/arat', cpu);
  b.begin();
  if (!b.has('3DNOWPREFETCH', cpu) && (b.has('3DNOW', cpu) || b.has('LM', cpu))) b.set('3DNOWPREFETCH', 'amd/init/prefetchw', cpu);
}

/** init_amd() behind early_init_amd() (cpu/amd.c), AMD's c_init. */
export function initAmd(b: Boot, cpu: Cpu): void {
  clearNonstandard3dnow(b, cpu);
  b.begin();
  if (cpu.family >= 0x10) b.set('REP_GOOD', 'amd/init/rep-good', cpu);
  if (b.has('FSRM', cpu)) b.set('FSRS', 'amd/init/fsrm-implies-fsrs', cpu);
  b.begin();
  if (cpu.family < 6) b.clear('MCE', 'amd/init/k6-mce', cpu);
  FAMILIES[cpu.family]?.(b, cpu);
  initZen(b, cpu);
  b.begin();
  if (cpu.family >= 6 && !b.has('XSAVEERPTR', cpu)) b.setBug('FXSAVE_LEAK', 'amd/init/fxsave-leak', cpu);
  svmDisabledByBios(b, cpu);
  serializingLfence(b, cpu);
  impliedFeatures(b, cpu);
  b.begin();
  if (!b.has('XENPV', cpu)) b.setBug('SYSRET_SS_ATTRS', 'amd/init/sysret-ss-attrs', cpu);
  nullSegment(b, cpu);
  if (b.trait('amd-erratum-lists')) listedErrata(b, cpu);
  b.begin();
  b.clear('APIC_MSRS_FENCE', 'amd/init/no-apic-fence', cpu);
}
