import type { BitRow } from './types.ts';

/** Leaves 0xf and 0x10: resource monitoring and allocation. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid10Bits: readonly BitRow[] = [
  { ref: 'cpuid:f.0.edx[1]', name: 'CQM_LLC', linux: 'CQM_LLC', libvirt: null, qemu: null, text: 'LLC QoS-monitoring' },
  { ref: 'cpuid:f.1.eax[8]', name: 'L3C_QM_OVERFLOW_BIT', linux: null, libvirt: null, qemu: null, text: 'QM_CTR MSR bit 61 is an overflow bit' },
  { ref: 'cpuid:f.1.eax[9]', name: 'IO_RDT_CMT', linux: null, libvirt: null, qemu: null, text: 'Non-CPU agent supporting Intel RDT CMT present' },
  { ref: 'cpuid:f.1.eax[10]', name: 'IO_RDT_MBM', linux: null, libvirt: null, qemu: null, text: 'Non-CPU agent supporting Intel RDT MBM present' },
  { ref: 'cpuid:f.1.edx[0]', name: 'CQM_OCCUP_LLC', linux: 'CQM_OCCUP_LLC', libvirt: null, qemu: null, text: 'L3 QoS occupancy monitoring' },
  { ref: 'cpuid:f.1.edx[1]', name: 'CQM_MBM_TOTAL', linux: 'CQM_MBM_TOTAL', libvirt: 'mbm_total', qemu: null, text: 'L3 QoS total bandwidth monitoring' },
  { ref: 'cpuid:f.1.edx[2]', name: 'CQM_MBM_LOCAL', linux: 'CQM_MBM_LOCAL', libvirt: 'mbm_local', qemu: null, text: 'L3 QoS local bandwidth monitoring' },
  { ref: 'cpuid:10.0.ebx[1]', name: 'CAT_L3', linux: 'CAT_L3', libvirt: null, qemu: null, text: 'L3 Cache Allocation Technology' },
  { ref: 'cpuid:10.0.ebx[2]', name: 'CAT_L2', linux: 'CAT_L2', libvirt: null, qemu: null, text: 'L2 Cache Allocation Technology' },
  { ref: 'cpuid:10.0.ebx[3]', name: 'MBA', linux: 'MBA', libvirt: null, qemu: null, text: 'Memory Bandwidth Allocation' },
  { ref: 'cpuid:10.1.ecx[1]', name: 'L3_CAT_COS_INFREQ_UPDATES', linux: null, libvirt: null, qemu: null, text: 'L3_CAT COS updates should be infrequent' },
  { ref: 'cpuid:10.1.ecx[2]', name: 'CDP_L3', linux: 'CDP_L3', libvirt: null, qemu: null, text: 'L3/L2_CAT Code and Data Prioritization' },
  { ref: 'cpuid:10.1.ecx[3]', name: 'CAT_SPARSE_1S', linux: null, libvirt: null, qemu: null, text: 'L3/L2_CAT non-contiguous 1s value' },
  { ref: 'cpuid:10.2.ecx[2]', name: 'CDP_L2', linux: 'CDP_L2', libvirt: null, qemu: null, text: 'Code and data prioritisation in L2' },
  { ref: 'cpuid:10.3.ecx[0]', name: 'PER_THREAD_MBA', linux: 'PER_THREAD_MBA', libvirt: null, qemu: null, text: 'Per-thread MBA controls' },
  { ref: 'cpuid:10.3.ecx[2]', name: 'MBA_DELAY_LINEAR', linux: null, libvirt: null, qemu: null, text: 'Delay values are linear' },
];
