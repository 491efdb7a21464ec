import type { BitRow } from './types.ts';

/** Leaf 0x80000021: AMD extended features 2, speculation bits among them. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid80000021Bits: readonly BitRow[] = [
  { ref: 'cpuid:80000021.0.eax[0]', name: 'NO_NESTED_DATA_BP', linux: 'NO_NESTED_DATA_BP', libvirt: 'no-nested-data-bp', qemu: 'no-nested-data-bp', text: 'No nested data breakpoints' },
  { ref: 'cpuid:80000021.0.eax[1]', name: 'WRMSR_XX_BASE_NS', linux: 'WRMSR_XX_BASE_NS', libvirt: 'fs-gs-base-ns', qemu: 'fs-gs-base-ns', text: 'WRMSR to {FS,GS,KERNEL_GS}_BASE is non-serializing' },
  { ref: 'cpuid:80000021.0.eax[2]', name: 'LFENCE_RDTSC', linux: 'LFENCE_RDTSC', libvirt: 'lfence-always-serializing', qemu: 'lfence-always-serializing', text: 'LFENCE always serializing / synchronizes RDTSC' },
  { ref: 'cpuid:80000021.0.eax[3]', name: 'SMM_PAGE_CFG_LOCK', linux: null, libvirt: null, qemu: null, text: 'SMM paging configuration lock' },
  { ref: 'cpuid:80000021.0.eax[4]', name: 'TLBSYNC_SFW_NO', linux: 'TLBSYNC_SFW_NO', libvirt: null, qemu: null, text: 'Microcode holds the fix of TLB invalidation erratum 1718' },
  { ref: 'cpuid:80000021.0.eax[5]', name: 'VERW_CLEAR', linux: 'VERW_CLEAR', libvirt: 'verw-clear', qemu: 'verw-clear', text: 'VERW with a memory operand clears the buffers TSA leaks from' },
  { ref: 'cpuid:80000021.0.eax[6]', name: 'NULL_SEL_CLR_BASE', linux: 'NULL_SEL_CLR_BASE', libvirt: 'null-sel-clr-base', qemu: 'null-sel-clr-base', text: 'Null selector clears base' },
  { ref: 'cpuid:80000021.0.eax[7]', name: 'UPPER_ADDR_IGNORE', linux: null, libvirt: null, qemu: null, text: 'EFER MSR Upper Address Ignore' },
  { ref: 'cpuid:80000021.0.eax[8]', name: 'AUTOIBRS', linux: 'AUTOIBRS', libvirt: 'auto-ibrs', qemu: 'auto-ibrs', text: 'Automatic IBRS (EFER bit 21)' },
  { ref: 'cpuid:80000021.0.eax[9]', name: 'NO_SMM_CTL_MSR', linux: 'NO_SMM_CTL_MSR', libvirt: null, qemu: null, text: 'SMM_CTL MSR not available' },
  { ref: 'cpuid:80000021.0.eax[10]', name: 'L80000021_FSRS', linux: null, libvirt: null, qemu: null, text: 'Fast Short REP STOSB' },
  { ref: 'cpuid:80000021.0.eax[11]', name: 'L80000021_FSRC', linux: null, libvirt: null, qemu: null, text: 'Fast Short REP CMPSB' },
  { ref: 'cpuid:80000021.0.eax[13]', name: 'PREFETCH_CTL_MSR', linux: null, libvirt: null, qemu: null, text: 'Prefetch control MSR' },
  { ref: 'cpuid:80000021.0.eax[16]', name: 'OPCODE_RECLAIM', linux: null, libvirt: null, qemu: null, text: 'Reserves opcode space' },
  { ref: 'cpuid:80000021.0.eax[17]', name: 'GP_ON_USER_CPUID', linux: 'GP_ON_USER_CPUID', libvirt: null, qemu: null, text: '#GP when executing CPUID at CPL > 0' },
  { ref: 'cpuid:80000021.0.eax[18]', name: 'EPSF', linux: null, libvirt: null, qemu: null, text: 'Enhanced Predictive Store Forwarding' },
  { ref: 'cpuid:80000021.0.eax[20]', name: 'PREFETCHI', linux: 'PREFETCHI', libvirt: 'prefetchi', qemu: 'prefetchi', text: 'Prefetch code to a cache level' },
  { ref: 'cpuid:80000021.0.eax[22]', name: 'AMD_WORKLOAD_CLASS', linux: 'AMD_WORKLOAD_CLASS', libvirt: null, qemu: null, text: 'Workload-based heuristic feedback to OS' },
  { ref: 'cpuid:80000021.0.eax[23]', name: 'AVX512_BMM', linux: 'AVX512_BMM', libvirt: null, qemu: null, text: 'AVX-512 bit matrix multiply' },
  { ref: 'cpuid:80000021.0.eax[24]', name: 'ERAPS', linux: 'ERAPS', libvirt: 'eraps', qemu: 'eraps', text: 'Enhanced Return Address Predictor Security' },
  { ref: 'cpuid:80000021.0.eax[27]', name: 'SBPB', linux: 'SBPB', libvirt: 'sbpb', qemu: 'sbpb', text: 'Selective branch prediction barrier (PRED_CMD bit 7)' },
  { ref: 'cpuid:80000021.0.eax[28]', name: 'IBPB_BRTYPE', linux: 'IBPB_BRTYPE', libvirt: 'ibpb-brtype', qemu: 'ibpb-brtype', text: 'IBPB flushes branch type predictions too' },
  { ref: 'cpuid:80000021.0.eax[29]', name: 'SRSO_NO', linux: 'SRSO_NO', libvirt: 'srso-no', qemu: 'srso-no', text: 'Not affected by SRSO' },
  { ref: 'cpuid:80000021.0.eax[30]', name: 'SRSO_USER_KERNEL_NO', linux: 'SRSO_USER_KERNEL_NO', libvirt: 'srso-user-kernel-no', qemu: 'srso-user-kernel-no', text: 'No SRSO at user-kernel boundary' },
  { ref: 'cpuid:80000021.0.eax[31]', name: 'SRSO_BP_SPEC_REDUCE', linux: 'SRSO_BP_SPEC_REDUCE', libvirt: null, qemu: null, text: 'MSR BP_CFG[BpSpecReduce] SRSO mitigation' },
  { ref: 'cpuid:80000021.0.ecx[1]', name: 'TSA_SQ_NO', linux: 'TSA_SQ_NO', libvirt: 'tsa-sq-no', qemu: 'tsa-sq-no', text: 'Not affected by TSA through the store queue' },
  { ref: 'cpuid:80000021.0.ecx[2]', name: 'TSA_L1_NO', linux: 'TSA_L1_NO', libvirt: 'tsa-l1-no', qemu: 'tsa-l1-no', text: 'Not affected by TSA through the L1 data cache' },
];
