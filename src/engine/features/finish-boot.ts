import type { Boot } from '../boot/boot.ts';
import { type Cpu, copyCpu } from '../boot/cpu.ts';
import { initXstate } from './xstate.ts';

const MSR_K8_INT_PENDING_MSG = 0xc0010055;
const MSR_ARCH_LBR_DEPTH = 0x14cf;
/** Events that the architectural PMU must know, or the kernel does without it (ARCH_PERFMON_EVENTS_COUNT). */
const PERFMON_EVENTS = 7;
const C1E_ACTIVE = 0x1800_0000n;

/** arch_post_acpi_subsys_init(): erratum 400 bites where firmware uses C1E (kernel/process.c). */
function detectC1e(b: Boot): void {
  b.begin();
  if (!b.bug('AMD_E400')) return;
  if (((b.msr(MSR_K8_INT_PENDING_MSG) ?? 0n) & C1E_ACTIVE) === 0n) return;
  b.setBug('AMD_APIC_C1E', 'process/post-acpi/c1e-active');
  b.print('System has AMD C1E erratum E400. Workaround enabled.');
}

/**
 * The end of arch_cpu_finalize_init(): the FPU, then cpu_data(0) is copied from boot_cpu_data: what changes later does not
 * show in CPU 0's /proc/cpuinfo. The oldest line copies in smp_prepare_cpus(), when ACPI is up already.
 * @returns cpu_data(0)
 */
export function finishBoot(b: Boot): Cpu {
  initXstate(b);
  if (b.trait('cpu0-copied-after-acpi')) detectC1e(b);
  const cpu0 = copyCpu(b.cpu);
  b.begin();
  b.share('alternatives_patched', true, 'common/finalize-init/alternatives');
  b.patched = cpu0;
  return cpu0;
}

/** LBR capabilities without which intel_pmu_arch_lbr_init() gives architectural LBRs up. Dumps seldom have the MSR; a CPU with the feature has it. */
function archLbrUsable(b: Boot): boolean {
  const { eax } = b.cpuid(0x1c, 0);
  const depth = (32 - Math.clz32(eax & 0xff)) * 8;
  return depth !== 0 && (b.msrAccepts(MSR_ARCH_LBR_DEPTH, BigInt(depth)) || !b.knowsMsr(MSR_ARCH_LBR_DEPTH));
}

/** What changes boot_cpu_data before other CPUs come up, and no longer shows on CPU 0. */
export function afterCopy(b: Boot): void {
  if (!b.trait('cpu0-copied-after-acpi')) detectC1e(b);
  b.begin();
  // init_hw_perf_events() asks only where the PMU is architectural (events/intel/core.c intel_pmu_init(), lbr.c).
  if (b.cpu.vendor !== 'INTEL' || !b.has('ARCH_PERFMON') || b.cpuid(0xa, 0).eax >>> 24 < PERFMON_EVENTS) return;
  if (b.has('ARCH_LBR') && !archLbrUsable(b)) b.forceClear('ARCH_LBR', 'perf/arch-lbr/unusable');
}
