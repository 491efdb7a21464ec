import type { BitRow } from './types.ts';

/** CORE_CAPS (0xcf), PERF_CAPABILITIES (0x345), PLATFORM_INFO (0xce), TEST_CTRL (0x33), MCU_ENUMERATION (0x7b). `macro` is the name in asm/msr-index.h. */
// biome-ignore format: one line a bit
export const msrCapabilitiesBits: readonly BitRow[] = [
  { ref: 'msr:cf[2]', name: 'INTEGRITY_CAPS', linux: null, libvirt: null, qemu: null, macro: 'MSR_IA32_CORE_CAPS_INTEGRITY_CAPS', text: 'MSR INTEGRITY_CAPS (0x2d9) exists' },
  { ref: 'msr:cf[4]', name: 'RSM_IN_CPL0_ONLY', linux: null, libvirt: null, qemu: null, macro: null, text: 'RSM works in supervisor mode only' },
  { ref: 'msr:cf[5]', name: 'SPLIT_LOCK_DETECT', linux: null, libvirt: 'split-lock-detect', qemu: 'split-lock-detect', macro: 'MSR_IA32_CORE_CAPS_SPLIT_LOCK_DETECT', text: 'Split locks can raise #AC (MSR 0x33 bit 29)' },
  { ref: 'msr:345[6]', name: 'PEBS_TRAP', linux: null, libvirt: null, qemu: null, macro: 'PERF_CAP_PEBS_TRAP', text: 'PEBS records are trap-like' },
  { ref: 'msr:345[7]', name: 'ARCH_REG', linux: null, libvirt: null, qemu: null, macro: 'PERF_CAP_ARCH_REG', text: 'PEBS saves architectural registers' },
  { ref: 'msr:345[12]', name: 'SMM_FREEZE', linux: null, libvirt: null, qemu: null, macro: null, text: 'Counters can freeze in SMM' },
  { ref: 'msr:345[13]', name: 'FW_WRITES', linux: null, libvirt: null, qemu: null, macro: 'PERF_CAP_FW_WRITES', text: 'Counters take full-width writes' },
  { ref: 'msr:345[14]', name: 'PEBS_BASELINE', linux: null, libvirt: null, qemu: null, macro: 'PERF_CAP_PEBS_BASELINE', text: 'Extended PEBS' },
  { ref: 'msr:345[15]', name: 'METRICS', linux: null, libvirt: null, qemu: null, macro: null, text: 'Performance metrics (top-down) exist' },
  { ref: 'msr:345[16]', name: 'PT', linux: null, libvirt: null, qemu: null, macro: null, text: 'PEBS output can go to processor trace' },
  { ref: 'msr:345[17]', name: 'PEBS_TIMING_INFO', linux: null, libvirt: null, qemu: null, macro: 'PERF_CAP_PEBS_TIMING_INFO', text: 'PEBS records carry timing' },
  { ref: 'msr:ce[31]', name: 'CPUID_FAULT', linux: null, libvirt: null, qemu: null, macro: 'MSR_PLATFORM_INFO_CPUID_FAULT', text: 'CPUID in user mode can fault' },
  { ref: 'msr:33[29]', name: 'SPLIT_LOCK_DETECT', linux: null, libvirt: null, qemu: null, macro: 'MSR_TEST_CTRL_SPLIT_LOCK_DETECT', text: 'Split locks raise #AC' },
  { ref: 'msr:7b[4]', name: 'MCU_STAGING', linux: null, libvirt: null, qemu: null, macro: 'MCU_STAGING', text: 'Microcode can be staged before it is loaded' },
  { ref: 'msr:bd[0]', name: 'LEGACY_XAPIC_DISABLED', linux: null, libvirt: null, qemu: null, macro: 'LEGACY_XAPIC_DISABLED', text: 'Only x2APIC mode is left' },
];
