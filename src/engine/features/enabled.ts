import type { KernelTables } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';

const cache = new WeakMap<KernelTables, ReadonlyMap<string, string | null>>();

function disabledFeatures(tables: KernelTables): ReadonlyMap<string, string | null> {
  const known = cache.get(tables) ?? new Map(tables.disabledFeatures);
  cache.set(tables, known);
  return known;
}

/**
 * cpu_feature_enabled(): the boot CPU has the feature and the kernel was built with what it needs
 * (asm/cpufeature.h, asm/disabled-features.h, Kconfig.cpufeatures). A feature compiled out still shows in /proc/cpuinfo.
 */
export function featureEnabled(b: Boot, feature: string): boolean {
  const option = disabledFeatures(b.tables).get(feature);
  if (option === null || (option !== undefined && !b.config(option))) return false;
  return b.has(feature);
}
