import type { BitRow } from './types.ts';

/** IA32_MISC_ENABLE (0x1a0). `macro` is the name in asm/msr-index.h. */
// biome-ignore format: one line a bit
export const msrMiscEnableBits: readonly BitRow[] = [
  { ref: 'msr:1a0[0]', name: 'FAST_STRING', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_FAST_STRING', text: 'Fast string operations' },
  { ref: 'msr:1a0[1]', name: 'TCC', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_TCC', text: 'Thermal control circuit' },
  { ref: 'msr:1a0[2]', name: 'X87_COMPAT', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_X87_COMPAT', text: 'x87 compatibility' },
  { ref: 'msr:1a0[3]', name: 'TM1', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_TM1', text: 'Thermal monitor 1' },
  { ref: 'msr:1a0[4]', name: 'SPLIT_LOCK_DISABLE', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_SPLIT_LOCK_DISABLE', text: 'Split lock disable' },
  { ref: 'msr:1a0[6]', name: 'L3CACHE_DISABLE', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_L3CACHE_DISABLE', text: 'L3 cache disable' },
  { ref: 'msr:1a0[7]', name: 'EMON', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_EMON', text: 'Performance monitoring available' },
  { ref: 'msr:1a0[8]', name: 'SUPPRESS_LOCK', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_SUPPRESS_LOCK', text: 'Suppress lock' },
  { ref: 'msr:1a0[9]', name: 'PREFETCH_DISABLE', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_PREFETCH_DISABLE', text: 'Hardware prefetcher disable' },
  { ref: 'msr:1a0[10]', name: 'FERR', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_FERR', text: 'FERR# multiplexing' },
  { ref: 'msr:1a0[11]', name: 'BTS_UNAVAIL', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_BTS_UNAVAIL', text: 'Branch trace storage not available' },
  { ref: 'msr:1a0[12]', name: 'PEBS_UNAVAIL', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_PEBS_UNAVAIL', text: 'PEBS not available' },
  { ref: 'msr:1a0[13]', name: 'TM2', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_TM2', text: 'Thermal monitor 2' },
  { ref: 'msr:1a0[16]', name: 'ENHANCED_SPEEDSTEP', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_ENHANCED_SPEEDSTEP', text: 'Enhanced SpeedStep' },
  { ref: 'msr:1a0[18]', name: 'MWAIT', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_MWAIT', text: 'MONITOR and MWAIT enabled' },
  { ref: 'msr:1a0[19]', name: 'ADJ_PREF_DISABLE', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_ADJ_PREF_DISABLE', text: 'Adjacent line prefetch disable' },
  { ref: 'msr:1a0[20]', name: 'SPEEDSTEP_LOCK', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_SPEEDSTEP_LOCK', text: 'SpeedStep setting locked' },
  { ref: 'msr:1a0[22]', name: 'LIMIT_CPUID', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_LIMIT_CPUID', text: 'CPUID limited to leaf 2 or 3' },
  { ref: 'msr:1a0[23]', name: 'XTPR_DISABLE', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_XTPR_DISABLE', text: 'xTPR messages disabled' },
  { ref: 'msr:1a0[24]', name: 'L1D_CONTEXT', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_L1D_CONTEXT', text: 'L1 data cache context mode' },
  { ref: 'msr:1a0[34]', name: 'XD_DISABLE', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_XD_DISABLE', text: 'Execute disable bit hidden' },
  { ref: 'msr:1a0[37]', name: 'DCU_PREF_DISABLE', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_DCU_PREF_DISABLE', text: 'L1 data prefetcher disable' },
  { ref: 'msr:1a0[38]', name: 'TURBO_DISABLE', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_TURBO_DISABLE', text: 'Turbo disable' },
  { ref: 'msr:1a0[39]', name: 'IP_PREF_DISABLE', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_MISC_ENABLE_IP_PREF_DISABLE', text: 'IP prefetcher disable' },
];
