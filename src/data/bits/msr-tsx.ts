import type { BitRow } from './types.ts';

/** TSX_FORCE_ABORT (0x10f), TSX_CTRL (0x122) and MCU_OPT_CTRL (0x123). `macro` is the name in asm/msr-index.h. */
// biome-ignore format: one line a bit
export const msrTsxBits: readonly BitRow[] = [
  { ref: 'msr:10f[0]', name: 'RTM_FORCE_ABORT', linux: null, libvirt: null, qemu: null, macro: 'MSR_TFA_RTM_FORCE_ABORT', text: 'Every RTM transaction aborts; frees a performance counter' },
  { ref: 'msr:10f[1]', name: 'TSX_CPUID_CLEAR', linux: null, libvirt: null, qemu: null, macro: 'MSR_TFA_TSX_CPUID_CLEAR', text: 'CPUID hides RTM and HLE' },
  { ref: 'msr:10f[2]', name: 'SDV_ENABLE_RTM', linux: null, libvirt: null, qemu: null, macro: 'MSR_TFA_SDV_ENABLE_RTM', text: 'RTM works although it always aborts: for development' },
  { ref: 'msr:122[0]', name: 'RTM_DISABLE', linux: null, libvirt: null, qemu: null, macro: 'TSX_CTRL_RTM_DISABLE', text: 'RTM transactions abort at once' },
  { ref: 'msr:122[1]', name: 'CPUID_CLEAR', linux: null, libvirt: null, qemu: null, macro: 'TSX_CTRL_CPUID_CLEAR', text: 'CPUID hides RTM and HLE' },
  { ref: 'msr:123[0]', name: 'RNGDS_MITG_DIS', linux: null, libvirt: null, qemu: null, macro: 'RNGDS_MITG_DIS', text: 'SRBDS mitigation switched off' },
  { ref: 'msr:123[1]', name: 'RTM_ALLOW', linux: null, libvirt: null, qemu: null, macro: 'RTM_ALLOW', text: 'TSX development mode' },
  { ref: 'msr:123[2]', name: 'RTM_LOCKED', linux: null, libvirt: null, qemu: null, macro: null, text: 'TSX development mode is locked' },
  { ref: 'msr:123[3]', name: 'FB_CLEAR_DIS', linux: null, libvirt: null, qemu: null, macro: 'FB_CLEAR_DIS', text: 'VERW no longer clears fill buffers' },
  { ref: 'msr:123[4]', name: 'GDS_MITG_DIS', linux: null, libvirt: null, qemu: null, macro: 'GDS_MITG_DIS', text: 'GDS mitigation switched off' },
  { ref: 'msr:123[5]', name: 'GDS_MITG_LOCKED', linux: null, libvirt: null, qemu: null, macro: 'GDS_MITG_LOCKED', text: 'GDS mitigation locked on' },
];
