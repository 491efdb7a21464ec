import { amdCpus } from './amd.ts';
import { intelCpus } from './intel.ts';
import { hygonCpus, zhaoxinCpus } from './others.ts';
import type { CpuRow } from './types.ts';

export type { CpuRow } from './types.ts';

/** Code names by the vendor string of CPUID leaf 0. */
export const cpusByVendor: Readonly<Record<string, readonly CpuRow[]>> = {
  GenuineIntel: intelCpus,
  AuthenticAMD: amdCpus,
  HygonGenuine: hygonCpus,
  CentaurHauls: zhaoxinCpus,
  '  Shanghai  ': zhaoxinCpus,
};
