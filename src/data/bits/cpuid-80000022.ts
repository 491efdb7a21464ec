import type { BitRow } from './types.ts';

/** Leaves 0x80000022 and 0x80000026: AMD performance monitoring, topology. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid80000022Bits: readonly BitRow[] = [
  { ref: 'cpuid:80000022.0.eax[0]', name: 'PERFMON_V2', linux: 'PERFMON_V2', libvirt: 'perfmon-v2', qemu: 'perfmon-v2', text: 'Performance monitoring v2' },
  { ref: 'cpuid:80000022.0.eax[1]', name: 'AMD_LBR_V2', linux: 'AMD_LBR_V2', libvirt: null, qemu: null, text: 'Last Branch Record v2 extensions (LBR Stack)' },
  { ref: 'cpuid:80000022.0.eax[2]', name: 'AMD_LBR_PMC_FREEZE', linux: 'AMD_LBR_PMC_FREEZE', libvirt: null, qemu: null, text: 'Freezing core performance counters / LBR Stack' },
  { ref: 'cpuid:80000026.0.eax[29]', name: 'CORE_HAS_PWREFF_RANKING', linux: null, libvirt: null, qemu: null, text: 'This core has a power efficiency ranking' },
  { ref: 'cpuid:80000026.0.eax[30]', name: 'AMD_HTR_CORES', linux: 'AMD_HTR_CORES', libvirt: null, qemu: null, text: 'This domain level has hybrid (E, P) cores' },
  { ref: 'cpuid:80000026.0.eax[31]', name: 'DOMAIN_CORE_COUNT_ASYMM', linux: null, libvirt: null, qemu: null, text: 'The \'Core\' domain has asymmetric cores count' },
];
