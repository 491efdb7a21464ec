import type { BitRow } from './types.ts';

/** Leaf 0x80000008: AMD speculation control and others. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid80000008Bits: readonly BitRow[] = [
  { ref: 'cpuid:80000008.0.ebx[0]', name: 'CLZERO', linux: 'CLZERO', libvirt: 'clzero', qemu: 'clzero', text: 'CLZERO instruction' },
  { ref: 'cpuid:80000008.0.ebx[1]', name: 'IRPERF', linux: 'IRPERF', libvirt: null, qemu: null, text: 'Instruction retired counter MSR' },
  { ref: 'cpuid:80000008.0.ebx[2]', name: 'XSAVEERPTR', linux: 'XSAVEERPTR', libvirt: 'xsaveerptr', qemu: 'xsaveerptr', text: 'XSAVE/XRSTOR always saves/restores FPU error pointers' },
  { ref: 'cpuid:80000008.0.ebx[3]', name: 'INVLPGB', linux: 'INVLPGB', libvirt: null, qemu: null, text: 'INVLPGB broadcasts a TLB invalidate' },
  { ref: 'cpuid:80000008.0.ebx[4]', name: 'RDPRU', linux: 'RDPRU', libvirt: null, qemu: null, text: 'RDPRU (Read Processor Register at User level)' },
  { ref: 'cpuid:80000008.0.ebx[6]', name: 'AMD_MBA', linux: 'MBA', libvirt: null, qemu: null, text: 'Memory Bandwidth Allocation (AMD bit)' },
  { ref: 'cpuid:80000008.0.ebx[8]', name: 'MCOMMIT', linux: null, libvirt: null, qemu: null, text: 'MCOMMIT instruction' },
  { ref: 'cpuid:80000008.0.ebx[9]', name: 'WBNOINVD', linux: 'WBNOINVD', libvirt: 'wbnoinvd', qemu: 'wbnoinvd', text: 'WBNOINVD instruction' },
  { ref: 'cpuid:80000008.0.ebx[12]', name: 'AMD_IBPB', linux: 'AMD_IBPB', libvirt: 'ibpb', qemu: 'ibpb', text: 'Indirect Branch Prediction Barrier' },
  { ref: 'cpuid:80000008.0.ebx[13]', name: 'WBINVD_INT', linux: null, libvirt: null, qemu: null, text: 'Interruptible WBINVD/WBNOINVD' },
  { ref: 'cpuid:80000008.0.ebx[14]', name: 'AMD_IBRS', linux: 'AMD_IBRS', libvirt: 'ibrs', qemu: 'ibrs', text: 'Indirect Branch Restricted Speculation' },
  { ref: 'cpuid:80000008.0.ebx[15]', name: 'AMD_STIBP', linux: 'AMD_STIBP', libvirt: 'amd-stibp', qemu: 'amd-stibp', text: 'Single Thread Indirect Branch Prediction mode' },
  { ref: 'cpuid:80000008.0.ebx[16]', name: 'IBRS_ALWAYS_ON', linux: null, libvirt: null, qemu: null, text: 'IBRS always-on preferred' },
  { ref: 'cpuid:80000008.0.ebx[17]', name: 'AMD_STIBP_ALWAYS_ON', linux: 'AMD_STIBP_ALWAYS_ON', libvirt: 'stibp-always-on', qemu: 'stibp-always-on', text: 'STIBP always-on preferred' },
  { ref: 'cpuid:80000008.0.ebx[18]', name: 'IBRS_FAST', linux: null, libvirt: null, qemu: null, text: 'IBRS is preferred over software solution' },
  { ref: 'cpuid:80000008.0.ebx[19]', name: 'AMD_IBRS_SAME_MODE', linux: 'AMD_IBRS_SAME_MODE', libvirt: null, qemu: null, text: 'IBRS provides same mode protection' },
  { ref: 'cpuid:80000008.0.ebx[20]', name: 'EFER_LMSLE_MBZ', linux: 'EFER_LMSLE_MBZ', libvirt: null, qemu: null, text: 'Long-Mode Segment Limit Enable unsupported' },
  { ref: 'cpuid:80000008.0.ebx[21]', name: 'TLB_FLUSH_NESTED', linux: null, libvirt: null, qemu: null, text: 'INVLPGB RAX[5] bit can be set' },
  { ref: 'cpuid:80000008.0.ebx[23]', name: 'AMD_PPIN', linux: 'AMD_PPIN', libvirt: null, qemu: null, text: 'Protected Processor Inventory Number' },
  { ref: 'cpuid:80000008.0.ebx[24]', name: 'AMD_SSBD', linux: 'AMD_SSBD', libvirt: 'amd-ssbd', qemu: 'amd-ssbd', text: 'Speculative Store Bypass Disable' },
  { ref: 'cpuid:80000008.0.ebx[25]', name: 'VIRT_SSBD', linux: 'VIRT_SSBD', libvirt: 'virt-ssbd', qemu: 'virt-ssbd', text: 'Virtualized SSBD (Speculative Store Bypass Disable)' },
  { ref: 'cpuid:80000008.0.ebx[26]', name: 'AMD_SSB_NO', linux: 'AMD_SSB_NO', libvirt: 'amd-no-ssb', qemu: 'amd-no-ssb', text: 'SSBD is not needed (fixed in hardware)' },
  { ref: 'cpuid:80000008.0.ebx[27]', name: 'CPPC', linux: 'CPPC', libvirt: null, qemu: null, text: 'Collaborative Processor Performance Control' },
  { ref: 'cpuid:80000008.0.ebx[28]', name: 'AMD_PSFD', linux: 'AMD_PSFD', libvirt: 'amd-psfd', qemu: 'amd-psfd', text: 'Predictive Store Forward Disable' },
  { ref: 'cpuid:80000008.0.ebx[29]', name: 'BTC_NO', linux: 'BTC_NO', libvirt: null, qemu: null, text: 'CPU not affected by Branch Type Confusion' },
  { ref: 'cpuid:80000008.0.ebx[30]', name: 'AMD_IBPB_RET', linux: 'AMD_IBPB_RET', libvirt: null, qemu: null, text: 'IBPB clears RSB/RAS too' },
  { ref: 'cpuid:80000008.0.ebx[31]', name: 'BRS', linux: 'BRS', libvirt: null, qemu: null, text: 'Branch Sampling' },
];
