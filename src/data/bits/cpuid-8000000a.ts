import type { BitRow } from './types.ts';

/** Leaf 0x8000000a: SVM. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid8000000ABits: readonly BitRow[] = [
  { ref: 'cpuid:8000000a.0.ecx[4]', name: 'PML', linux: null, libvirt: null, qemu: null, text: 'Page Modification Logging (PML)' },
  { ref: 'cpuid:8000000a.0.ecx[6]', name: 'X2AVIC_EXT', linux: 'X2AVIC_EXT', libvirt: null, qemu: null, text: 'X2AVIC for more than 512 vCPUs' },
  { ref: 'cpuid:8000000a.0.edx[0]', name: 'NPT', linux: 'NPT', libvirt: 'npt', qemu: 'npt', text: 'Nested paging' },
  { ref: 'cpuid:8000000a.0.edx[1]', name: 'LBRV', linux: 'LBRV', libvirt: 'lbrv', qemu: 'lbrv', text: 'LBR virtualization' },
  { ref: 'cpuid:8000000a.0.edx[2]', name: 'SVML', linux: 'SVML', libvirt: 'svm-lock', qemu: 'svm-lock', text: 'SVM lock' },
  { ref: 'cpuid:8000000a.0.edx[3]', name: 'NRIPS', linux: 'NRIPS', libvirt: 'nrip-save', qemu: 'nrip-save', text: 'NRIP save support on #VMEXIT' },
  { ref: 'cpuid:8000000a.0.edx[4]', name: 'TSCRATEMSR', linux: 'TSCRATEMSR', libvirt: 'tsc-scale', qemu: 'tsc-scale', text: 'MSR-based TSC rate control' },
  { ref: 'cpuid:8000000a.0.edx[5]', name: 'VMCBCLEAN', linux: 'VMCBCLEAN', libvirt: 'vmcb-clean', qemu: 'vmcb-clean', text: 'VMCB clean bits support' },
  { ref: 'cpuid:8000000a.0.edx[6]', name: 'FLUSHBYASID', linux: 'FLUSHBYASID', libvirt: 'flushbyasid', qemu: 'flushbyasid', text: 'Flush by ASID + Extended VMCB TLB_Control' },
  { ref: 'cpuid:8000000a.0.edx[7]', name: 'DECODEASSISTS', linux: 'DECODEASSISTS', libvirt: 'decodeassists', qemu: 'decodeassists', text: 'Decode Assists support' },
  { ref: 'cpuid:8000000a.0.edx[10]', name: 'PAUSEFILTER', linux: 'PAUSEFILTER', libvirt: 'pause-filter', qemu: 'pause-filter', text: 'Pause intercept filter' },
  { ref: 'cpuid:8000000a.0.edx[12]', name: 'PFTHRESHOLD', linux: 'PFTHRESHOLD', libvirt: 'pfthreshold', qemu: 'pfthreshold', text: 'Pause filter threshold' },
  { ref: 'cpuid:8000000a.0.edx[13]', name: 'AVIC', linux: 'AVIC', libvirt: 'avic', qemu: 'avic', text: 'Advanced virtual interrupt controller' },
  { ref: 'cpuid:8000000a.0.edx[15]', name: 'V_VMSAVE_VMLOAD', linux: 'V_VMSAVE_VMLOAD', libvirt: 'v-vmsave-vmload', qemu: 'v-vmsave-vmload', text: 'Virtual VMSAVE/VMLOAD (nested virtualization)' },
  { ref: 'cpuid:8000000a.0.edx[16]', name: 'VGIF', linux: 'VGIF', libvirt: 'vgif', qemu: 'vgif', text: 'Virtualize the Global Interrupt Flag' },
  { ref: 'cpuid:8000000a.0.edx[17]', name: 'GMET', linux: 'GMET', libvirt: 'gmet', qemu: 'gmet', text: 'Guest mode execution trap' },
  { ref: 'cpuid:8000000a.0.edx[18]', name: 'X2AVIC', linux: 'X2AVIC', libvirt: null, qemu: null, text: 'Virtual x2APIC' },
  { ref: 'cpuid:8000000a.0.edx[19]', name: 'SSS_CHECK', linux: null, libvirt: null, qemu: null, text: 'Supervisor Shadow Stack restrictions' },
  { ref: 'cpuid:8000000a.0.edx[20]', name: 'V_SPEC_CTRL', linux: 'V_SPEC_CTRL', libvirt: null, qemu: null, text: 'Virtual SPEC_CTRL' },
  { ref: 'cpuid:8000000a.0.edx[21]', name: 'RO_GPT', linux: null, libvirt: null, qemu: null, text: 'Read-Only guest page table support' },
  { ref: 'cpuid:8000000a.0.edx[23]', name: 'H_MCE_OVERRIDE', linux: null, libvirt: null, qemu: null, text: 'Host MCE override' },
  { ref: 'cpuid:8000000a.0.edx[24]', name: 'TLBSYNC_INT', linux: null, libvirt: null, qemu: null, text: 'TLBSYNC intercept + INVLPGB/TLBSYNC in VMCB' },
  { ref: 'cpuid:8000000a.0.edx[25]', name: 'VNMI', linux: 'VNMI', libvirt: 'vnmi', qemu: 'vnmi', text: 'NMI virtualization' },
  { ref: 'cpuid:8000000a.0.edx[26]', name: 'IBS_VIRT', linux: null, libvirt: null, qemu: null, text: 'IBS Virtualization' },
  { ref: 'cpuid:8000000a.0.edx[27]', name: 'EXT_LVT_OFF_CHG', linux: null, libvirt: null, qemu: null, text: 'Extended LVT offset fault change' },
  { ref: 'cpuid:8000000a.0.edx[28]', name: 'SVME_ADDR_CHK', linux: 'SVME_ADDR_CHK', libvirt: 'svme-addr-chk', qemu: 'svme-addr-chk', text: 'Guest SVME address check' },
  { ref: 'cpuid:8000000a.0.edx[29]', name: 'BUS_LOCK_THRESHOLD', linux: 'BUS_LOCK_THRESHOLD', libvirt: null, qemu: null, text: 'Bus lock threshold for guests' },
  { ref: 'cpuid:8000000a.0.edx[30]', name: 'IDLE_HLT', linux: 'IDLE_HLT', libvirt: null, qemu: null, text: 'Idle HLT intercept' },
];
