import type { Boot } from '../boot/boot.ts';
import { addressSizes, cpuDetect, unlockCpuidLeaves } from './cpu-detect.ts';
import { parseEarlyCpuOptions } from './cpu-options.ts';
import { filterCpuidFeatures } from './filter.ts';
import { getCpuCap } from './get-cpu-cap.ts';
import { setupSplitLock } from './split-lock.ts';
import { topologyEarly, topologyWithVendor } from './topology-steps.ts';
import { cpuDev } from './vendors.ts';

/** Five levels of page tables: built in, on the CPU, and not refused (boot/compressed/pgtable_64.c). */
function fiveLevelPaging(b: Boot): boolean {
  const built = b.trait('la57-always-built') || b.config('CONFIG_X86_5LEVEL');
  return built && !b.flag('no5lvl') && b.cpu.level >= 7 && b.cpuidBit(7, 0, 'ecx', 16);
}

/**
 * early_identify_cpu(): the first look at the boot CPU, before any option is parsed but those that it searches for itself;
 * bug bits are decided here, from what is known by now (cpu/common.c).
 * @param setBugBits cpu_set_bug_bits(), called at its place
 */
export function earlyIdentify(b: Boot, setBugBits: (b: Boot) => void): void {
  const { cpu } = b;
  b.zero();
  cpu.extendedLevel = 0;
  cpu.revision = 0;
  cpuDetect(b, cpu);
  unlockCpuidLeaves(b, cpu);
  getCpuCap(b, cpu);
  b.begin();
  b.force('CPUID', 'common/early-identify/cpuid');
  addressSizes(b, cpu);
  parseEarlyCpuOptions(b);
  topologyEarly(b, cpu);
  const device = cpuDev(cpu);
  device.earlyInit?.(b, cpu);
  topologyWithVendor(b, cpu);
  filterCpuidFeatures(b, cpu);
  device.bspInit?.(b);
  b.begin();
  b.force('ALWAYS', 'common/early-identify/always');
  setBugBits(b);
  setupSplitLock(b);
  b.begin();
  if (!fiveLevelPaging(b)) b.forceClear('LA57', 'common/early-identify/no-5-level');
  b.begin();
  b.force('NOPL', 'common/detect-nopl/64-bit');
}
