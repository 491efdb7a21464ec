import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';

/** filter_cpuid_features(): takes away what needs a CPUID level that this CPU does not have (cpu/common.c). */
export function filterCpuidFeatures(b: Boot, cpu: Cpu): void {
  for (const [feature, level] of b.tables.levels) {
    b.begin();
    if (!b.hasBit(feature, cpu)) continue;
    const missing = level >= 0x8000_0000 ? level > cpu.extendedLevel : level > cpu.level;
    if (missing) b.clear(feature, 'common/filter-cpuid-features/level', cpu);
  }
}
