import type { BitRow } from './types.ts';

/** Leaf 0xd: extended state. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuidDBits: readonly BitRow[] = [
  { ref: 'cpuid:d.0.eax[0]', name: 'XCR0_X87', linux: null, libvirt: null, qemu: null, text: 'XCR0.X87' },
  { ref: 'cpuid:d.0.eax[1]', name: 'XCR0_SSE', linux: null, libvirt: null, qemu: null, text: 'XCR0.SSE' },
  { ref: 'cpuid:d.0.eax[2]', name: 'XCR0_AVX', linux: null, libvirt: null, qemu: null, text: 'XCR0.AVX' },
  { ref: 'cpuid:d.0.eax[3]', name: 'XCR0_MPX_BNDREGS', linux: null, libvirt: null, qemu: null, text: 'XCR0.BNDREGS: MPX BND0-BND3 registers' },
  { ref: 'cpuid:d.0.eax[4]', name: 'XCR0_MPX_BNDCSR', linux: null, libvirt: null, qemu: null, text: 'XCR0.BNDCSR: MPX BNDCFGU/BNDSTATUS registers' },
  { ref: 'cpuid:d.0.eax[5]', name: 'XCR0_AVX512_OPMASK', linux: null, libvirt: null, qemu: null, text: 'XCR0.OPMASK: AVX-512 k0-k7 registers' },
  { ref: 'cpuid:d.0.eax[6]', name: 'XCR0_AVX512_ZMM_HI256', linux: null, libvirt: null, qemu: null, text: 'XCR0.ZMM_Hi256: AVX-512 ZMM0->ZMM7/15 registers' },
  { ref: 'cpuid:d.0.eax[7]', name: 'XCR0_AVX512_HI16_ZMM', linux: null, libvirt: null, qemu: null, text: 'XCR0.HI16_ZMM: AVX-512 ZMM16->ZMM31 registers' },
  { ref: 'cpuid:d.0.eax[9]', name: 'XCR0_PKRU', linux: null, libvirt: null, qemu: null, text: 'XCR0.PKRU: XSAVE PKRU registers' },
  { ref: 'cpuid:d.0.eax[11]', name: 'XCR0_CET_U', linux: null, libvirt: null, qemu: null, text: 'XCR0.CET_U: CET user state' },
  { ref: 'cpuid:d.0.eax[12]', name: 'XCR0_CET_S', linux: null, libvirt: null, qemu: null, text: 'XCR0.CET_S: CET supervisor state' },
  { ref: 'cpuid:d.0.eax[17]', name: 'XCR0_TILECONFIG', linux: null, libvirt: null, qemu: null, text: 'XCR0.TILECONFIG: AMX can manage TILECONFIG' },
  { ref: 'cpuid:d.0.eax[18]', name: 'XCR0_TILEDATA', linux: null, libvirt: null, qemu: null, text: 'XCR0.TILEDATA: AMX can manage TILEDATA' },
  { ref: 'cpuid:d.0.edx[30]', name: 'XCR0_LWP', linux: null, libvirt: null, qemu: null, text: 'AMD XCR0.LWP: Light-weight Profiling' },
  { ref: 'cpuid:d.1.eax[0]', name: 'XSAVEOPT', linux: 'XSAVEOPT', libvirt: 'xsaveopt', qemu: 'xsaveopt', text: 'XSAVEOPT instruction' },
  { ref: 'cpuid:d.1.eax[1]', name: 'XSAVEC', linux: 'XSAVEC', libvirt: 'xsavec', qemu: 'xsavec', text: 'XSAVEC instruction' },
  { ref: 'cpuid:d.1.eax[2]', name: 'XGETBV1', linux: 'XGETBV1', libvirt: 'xgetbv1', qemu: 'xgetbv1', text: 'XGETBV instruction with ECX = 1' },
  { ref: 'cpuid:d.1.eax[3]', name: 'XSAVES', linux: 'XSAVES', libvirt: 'xsaves', qemu: 'xsaves', text: 'XSAVES/XRSTORS instructions (and XSS MSR)' },
  { ref: 'cpuid:d.1.eax[4]', name: 'XFD', linux: 'XFD', libvirt: 'xfd', qemu: 'xfd', text: 'Extended feature disable' },
  { ref: 'cpuid:d.1.ecx[8]', name: 'XSS_PT', linux: null, libvirt: null, qemu: null, text: 'PT state' },
  { ref: 'cpuid:d.1.ecx[10]', name: 'XSS_PASID', linux: null, libvirt: null, qemu: null, text: 'PASID state' },
  { ref: 'cpuid:d.1.ecx[11]', name: 'XSS_CET_U', linux: null, libvirt: null, qemu: null, text: 'CET user state' },
  { ref: 'cpuid:d.1.ecx[12]', name: 'XSS_CET_S', linux: null, libvirt: null, qemu: null, text: 'CET supervisor state' },
  { ref: 'cpuid:d.1.ecx[13]', name: 'XSS_HDC', linux: null, libvirt: null, qemu: null, text: 'HDC state' },
  { ref: 'cpuid:d.1.ecx[14]', name: 'XSS_UINTR', linux: null, libvirt: null, qemu: null, text: 'UINTR state' },
  { ref: 'cpuid:d.1.ecx[15]', name: 'XSS_LBR', linux: null, libvirt: null, qemu: null, text: 'LBR state' },
  { ref: 'cpuid:d.1.ecx[16]', name: 'XSS_HWP', linux: null, libvirt: null, qemu: null, text: 'HWP state' },
];
