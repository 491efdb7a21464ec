import type { BitRow } from './types.ts';

/** Speculation control on both vendors: SPEC_CTRL (0x48), PRED_CMD (0x49), FLUSH_CMD (0x10b) and AMD VIRT_SPEC_CTRL (0xc001011f). `macro` is the name in asm/msr-index.h. */
// biome-ignore format: one line a bit
export const msrSpeculationBits: readonly BitRow[] = [
  { ref: 'msr:48[0]', name: 'IBRS', linux: null, libvirt: null, qemu: null, macro: 'SPEC_CTRL_IBRS', text: 'Indirect branches restricted' },
  { ref: 'msr:48[1]', name: 'STIBP', linux: null, libvirt: null, qemu: null, macro: 'SPEC_CTRL_STIBP', text: 'Sibling thread does not steer indirect branches' },
  { ref: 'msr:48[2]', name: 'SSBD', linux: null, libvirt: null, qemu: null, macro: 'SPEC_CTRL_SSBD', text: 'Speculative store bypass disabled' },
  { ref: 'msr:48[3]', name: 'IPRED_DIS_U', linux: null, libvirt: null, qemu: null, macro: null, text: 'Indirect predictions kept back in user mode' },
  { ref: 'msr:48[4]', name: 'IPRED_DIS_S', linux: null, libvirt: null, qemu: null, macro: null, text: 'Indirect predictions kept back in supervisor mode' },
  { ref: 'msr:48[5]', name: 'RRSBA_DIS_U', linux: null, libvirt: null, qemu: null, macro: null, text: 'Alternate return predictors off in user mode' },
  { ref: 'msr:48[6]', name: 'RRSBA_DIS_S', linux: null, libvirt: null, qemu: null, macro: 'SPEC_CTRL_RRSBA_DIS_S', text: 'Alternate return predictors off in supervisor mode' },
  { ref: 'msr:48[7]', name: 'PSFD', linux: null, libvirt: null, qemu: null, macro: null, text: 'Predictive store forwarding disabled' },
  { ref: 'msr:48[8]', name: 'DDPD_U', linux: null, libvirt: null, qemu: null, macro: null, text: 'Data dependent prefetcher off in user mode' },
  { ref: 'msr:48[10]', name: 'BHI_DIS_S', linux: null, libvirt: null, qemu: null, macro: 'SPEC_CTRL_BHI_DIS_S', text: 'Supervisor mode ignores branch history of user mode' },
  { ref: 'msr:49[0]', name: 'IBPB', linux: null, libvirt: null, qemu: null, macro: 'PRED_CMD_IBPB', text: 'Indirect branch prediction barrier when written' },
  { ref: 'msr:49[7]', name: 'SBPB', linux: null, libvirt: null, qemu: null, macro: 'PRED_CMD_SBPB', text: 'Selective branch prediction barrier when written' },
  { ref: 'msr:10b[0]', name: 'L1D_FLUSH', linux: null, libvirt: null, qemu: null, macro: 'L1D_FLUSH', text: 'Writes back and invalidates the L1 data cache' },
  { ref: 'msr:c001011f[2]', name: 'SSBD', linux: null, libvirt: null, qemu: null, macro: 'SPEC_CTRL_SSBD', text: 'Speculative store bypass disabled, for guests' },
];
