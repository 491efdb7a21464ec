import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { matchIndex } from '../boot/cpu-match.ts';
import { modelNumber } from './cpu-detect.ts';
import { initFeatCtl } from './feat-ctl.ts';
import { modelListed } from './model-list.ts';
import { msrBitOr } from './msr-access.ts';

const MSR_PLATFORM_INFO = 0xce;
const PLATFORM_INFO_CPUID_FAULT_BIT = 31;
const MSR_MISC_FEATURES_ENABLES = 0x140;
const MSR_IA32_MISC_ENABLE = 0x1a0;
const BTS_UNAVAIL_BIT = 11;
const PEBS_UNAVAIL_BIT = 12;
const DUNNINGTON = 0x61d;
const NEHALEM_EX = 0x62e;
const WESTMERE_EX = 0x62f;
const GOLDMONT = 0x65c;
const LUNARLAKE_M = 0x6bd;

/** Version and number of counters in leaf 0xa: the architectural PMU needs more than one counter. */
export function archPerfmon(b: Boot, cpu: Cpu): void {
  b.begin();
  if (cpu.level <= 9) return;
  const eax = b.cpuidRegister(0xa, 0, 'eax', cpu);
  if (eax & 0xff && ((eax >>> 8) & 0xff) > 1) b.set('ARCH_PERFMON', 'intel/init/arch-perfmon', cpu);
}

/** Debug store: BTS and PEBS are there unless the MSR says that firmware or fuse took them. */
function debugStore(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!b.has('DS')) return;
  if (!msrBitOr(b, MSR_IA32_MISC_ENABLE, BTS_UNAVAIL_BIT, false, cpu)) b.set('BTS', 'intel/init/bts', cpu);
  if (!msrBitOr(b, MSR_IA32_MISC_ENABLE, PEBS_UNAVAIL_BIT, false, cpu)) b.set('PEBS', 'intel/init/pebs', cpu);
}

/** MONITOR and CLFLUSH before MONITOR do not work as they should on these models. */
function monitorBugs(b: Boot, cpu: Cpu): void {
  b.begin();
  const model = modelNumber(cpu);
  if (b.has('CLFLUSH') && (model === DUNNINGTON || model === NEHALEM_EX || model === WESTMERE_EX))
    b.setBug('CLFLUSH_MONITOR', 'intel/init/clflush-monitor', cpu);
  b.begin();
  const listed = model === GOLDMONT || (model === LUNARLAKE_M && b.trait('monitor-bug-lunar-lake'));
  if (b.has('MWAIT') && listed) b.setBug('MONITOR', 'intel/init/monitor', cpu);
}

/** init_intel_misc_features(): CPUID faulting and, on Xeon Phi, MWAIT in user space (cpu/intel.c). */
function miscFeatures(b: Boot, cpu: Cpu): void {
  b.begin();
  if (b.msr(MSR_MISC_FEATURES_ENABLES, cpu) === null) {
    for (const feature of ['CPUID_FAULT', 'RING3MWAIT']) b.leaveFeature(feature, 'intel/init/no-misc-features', cpu);
    return;
  }
  if (b.msrBit(MSR_PLATFORM_INFO, PLATFORM_INFO_CPUID_FAULT_BIT, cpu)) b.set('CPUID_FAULT', 'intel/init/cpuid-fault', cpu);
  else b.leaveFeature('CPUID_FAULT', 'intel/init/no-cpuid-fault', cpu);
  b.begin();
  if (modelListed(b, 'probe_xeon_phi_r3mwait', cpu) === null || b.shared('ring3mwait_disabled') === true) return;
  b.set('RING3MWAIT', 'intel/init/ring3mwait', cpu);
}

/** init_intel() behind early_init_intel() (cpu/intel.c), Intel's c_init. */
export function initIntel(b: Boot, cpu: Cpu): void {
  archPerfmon(b, cpu);
  b.begin();
  if (b.has('XMM2', cpu)) b.set('LFENCE_RDTSC', 'intel/init/lfence', cpu);
  debugStore(b, cpu);
  monitorBugs(b, cpu);
  b.begin();
  // Later kernels believe the fast string bit of MISC_ENABLE instead, in early_init_intel().
  if (cpu.family === 6 && !b.trait('rep-good-by-fast-string')) b.set('REP_GOOD', 'intel/init/rep-good', cpu);
  if (matchIndex(b, b.tables.matchTables.zmm_exclusion_list ?? []) >= 0) b.set('PREFER_YMM', 'intel/init/prefer-ymm', cpu);
  initFeatCtl(b, cpu);
  miscFeatures(b, cpu);
}
