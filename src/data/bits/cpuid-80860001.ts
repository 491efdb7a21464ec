import type { BitRow } from './types.ts';

/** Leaves of Transmeta (0x80860001) and Centaur or Zhaoxin (0xc0000001). Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid80860001Bits: readonly BitRow[] = [
  { ref: 'cpuid:80860001.0.edx[0]', name: 'RECOVERY', linux: 'RECOVERY', libvirt: null, qemu: null, text: 'Recovery CMS is active (after bad flush)' },
  { ref: 'cpuid:80860001.0.edx[1]', name: 'LONGRUN', linux: 'LONGRUN', libvirt: null, qemu: null, text: 'LongRun power management capabilities' },
  { ref: 'cpuid:80860001.0.edx[3]', name: 'LRTI', linux: 'LRTI', libvirt: null, qemu: null, text: 'LongRun Table Interface' },
  { ref: 'cpuid:c0000001.0.edx[0]', name: 'CCS_SM2', linux: null, libvirt: null, qemu: null, text: 'CCS SM2 instructions' },
  { ref: 'cpuid:c0000001.0.edx[1]', name: 'CCS_SM2_EN', linux: null, libvirt: null, qemu: null, text: 'CCS SM2 enabled' },
  { ref: 'cpuid:c0000001.0.edx[2]', name: 'XSTORE', linux: 'XSTORE', libvirt: 'xstore', qemu: 'xstore', text: 'Random Number Generator' },
  { ref: 'cpuid:c0000001.0.edx[3]', name: 'XSTORE_EN', linux: 'XSTORE_EN', libvirt: 'xstore-en', qemu: 'xstore-en', text: 'RNG enabled' },
  { ref: 'cpuid:c0000001.0.edx[4]', name: 'CCS_SM3_SM4', linux: null, libvirt: null, qemu: null, text: 'CCS SM3 and SM4 instructions' },
  { ref: 'cpuid:c0000001.0.edx[5]', name: 'CCS_SM3_SM4_EN', linux: null, libvirt: null, qemu: null, text: 'CCS SM3/SM4 enabled' },
  { ref: 'cpuid:c0000001.0.edx[6]', name: 'XCRYPT', linux: 'XCRYPT', libvirt: 'xcrypt', qemu: 'xcrypt', text: 'Advanced Cryptography Engine' },
  { ref: 'cpuid:c0000001.0.edx[7]', name: 'XCRYPT_EN', linux: 'XCRYPT_EN', libvirt: 'xcrypt-en', qemu: 'xcrypt-en', text: 'ACE enabled' },
  { ref: 'cpuid:c0000001.0.edx[8]', name: 'ACE2', linux: 'ACE2', libvirt: 'ace2', qemu: 'ace2', text: 'Advanced Cryptography Engine v2' },
  { ref: 'cpuid:c0000001.0.edx[9]', name: 'ACE2_EN', linux: 'ACE2_EN', libvirt: 'ace2-en', qemu: 'ace2-en', text: 'ACE v2 enabled' },
  { ref: 'cpuid:c0000001.0.edx[10]', name: 'PHE', linux: 'PHE', libvirt: 'phe', qemu: 'phe', text: 'PadLock Hash Engine' },
  { ref: 'cpuid:c0000001.0.edx[11]', name: 'PHE_EN', linux: 'PHE_EN', libvirt: 'phe-en', qemu: 'phe-en', text: 'PHE enabled' },
  { ref: 'cpuid:c0000001.0.edx[12]', name: 'PMM', linux: 'PMM', libvirt: 'pmm', qemu: 'pmm', text: 'PadLock Montgomery Multiplier' },
  { ref: 'cpuid:c0000001.0.edx[13]', name: 'PMM_EN', linux: 'PMM_EN', libvirt: 'pmm-en', qemu: 'pmm-en', text: 'PMM enabled' },
  { ref: 'cpuid:c0000001.0.edx[16]', name: 'PARALLAX', linux: null, libvirt: null, qemu: null, text: 'Parallax auto adjust processor voltage' },
  { ref: 'cpuid:c0000001.0.edx[17]', name: 'PARALLAX_EN', linux: null, libvirt: null, qemu: null, text: 'Parallax enabled' },
  { ref: 'cpuid:c0000001.0.edx[20]', name: 'TM3', linux: null, libvirt: null, qemu: null, text: 'Thermal Monitor v3' },
  { ref: 'cpuid:c0000001.0.edx[21]', name: 'TM3_EN', linux: null, libvirt: null, qemu: null, text: 'TM v3 enabled' },
  { ref: 'cpuid:c0000001.0.edx[25]', name: 'PHE2', linux: null, libvirt: null, qemu: null, text: 'PadLock Hash Engine v2 (SHA384/SHA512)' },
  { ref: 'cpuid:c0000001.0.edx[26]', name: 'PHE2_EN', linux: null, libvirt: null, qemu: null, text: 'PHE v2 enabled' },
  { ref: 'cpuid:c0000001.0.edx[27]', name: 'RSA', linux: null, libvirt: null, qemu: null, text: 'RSA instructions (XMODEXP/MONTMUL2)' },
  { ref: 'cpuid:c0000001.0.edx[28]', name: 'RSA_EN', linux: null, libvirt: null, qemu: null, text: 'RSA instructions enabled' },
];
