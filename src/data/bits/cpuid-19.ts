import type { BitRow } from './types.ts';

/** Leaves 0x19, 0x1e, 0x24 and 0x29: key locker, AMX, AVX10, APX. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid19Bits: readonly BitRow[] = [
  { ref: 'cpuid:19.0.eax[0]', name: 'KL_CPL0_ONLY', linux: null, libvirt: null, qemu: null, text: 'CPL0-only key locker restriction' },
  { ref: 'cpuid:19.0.eax[1]', name: 'KL_NO_ENCRYPT', linux: null, libvirt: null, qemu: null, text: 'No-encrypt key locker restriction' },
  { ref: 'cpuid:19.0.eax[2]', name: 'KL_NO_DECRYPT', linux: null, libvirt: null, qemu: null, text: 'No-decrypt key locker restriction' },
  { ref: 'cpuid:19.0.ebx[0]', name: 'AES_KEYLOCKER', linux: null, libvirt: null, qemu: null, text: 'AES key locker instructions' },
  { ref: 'cpuid:19.0.ebx[2]', name: 'AES_KEYLOCKER_WIDE', linux: null, libvirt: null, qemu: null, text: 'AES wide key locker instructions' },
  { ref: 'cpuid:19.0.ebx[4]', name: 'KL_MSR_IWKEY', linux: null, libvirt: null, qemu: null, text: 'Key locker MSRs and IWKEY backups' },
  { ref: 'cpuid:19.0.ecx[0]', name: 'LOADIWKEY_NO_BACKUP', linux: null, libvirt: null, qemu: null, text: 'LOADIWKEY NoBackup parameter' },
  { ref: 'cpuid:19.0.ecx[1]', name: 'IWKEY_RAND', linux: null, libvirt: null, qemu: null, text: 'IWKEY randomization' },
  { ref: 'cpuid:1e.1.eax[0]', name: 'AMX_INT8_ALIAS', linux: 'AMX_INT8_ALIAS', libvirt: 'amx-int8-alias', qemu: 'amx-int8-alias', text: 'AMX INT8, as leaf 0x1e says it' },
  { ref: 'cpuid:1e.1.eax[1]', name: 'AMX_BF16_ALIAS', linux: 'AMX_BF16_ALIAS', libvirt: 'amx-bf16-alias', qemu: 'amx-bf16-alias', text: 'AMX BF16, as leaf 0x1e says it' },
  { ref: 'cpuid:1e.1.eax[2]', name: 'AMX_COMPLEX_ALIAS', linux: 'AMX_COMPLEX_ALIAS', libvirt: 'amx-complex-alias', qemu: 'amx-complex-alias', text: 'AMX COMPLEX, as leaf 0x1e says it' },
  { ref: 'cpuid:1e.1.eax[3]', name: 'AMX_FP16_ALIAS', linux: 'AMX_FP16_ALIAS', libvirt: 'amx-fp16-alias', qemu: 'amx-fp16-alias', text: 'AMX FP16, as leaf 0x1e says it' },
  { ref: 'cpuid:1e.1.eax[4]', name: 'AMX_FP8', linux: 'AMX_FP8', libvirt: 'amx-fp8', qemu: 'amx-fp8', text: 'AMX FP8' },
  { ref: 'cpuid:1e.1.eax[6]', name: 'AMX_TF32', linux: 'AMX_TF32', libvirt: 'amx-tf32', qemu: 'amx-tf32', text: 'AMX TF32' },
  { ref: 'cpuid:1e.1.eax[7]', name: 'AMX_AVX512', linux: 'AMX_AVX512', libvirt: 'amx-avx512', qemu: 'amx-avx512', text: 'AMX with AVX-512 rows' },
  { ref: 'cpuid:1e.1.eax[8]', name: 'AMX_MOVRS', linux: 'AMX_MOVRS', libvirt: 'amx-movrs', qemu: 'amx-movrs', text: 'AMX MOVRS' },
  { ref: 'cpuid:24.0.ebx[16]', name: 'AVX10_128', linux: 'AVX10_128', libvirt: 'avx10-128', qemu: 'avx10-128', text: 'AVX10 with 128-bit vectors' },
  { ref: 'cpuid:24.0.ebx[17]', name: 'AVX10_256', linux: 'AVX10_256', libvirt: 'avx10-256', qemu: 'avx10-256', text: 'AVX10 with 256-bit vectors' },
  { ref: 'cpuid:24.0.ebx[18]', name: 'AVX10_512', linux: 'AVX10_512', libvirt: 'avx10-512', qemu: 'avx10-512', text: 'AVX10 with 512-bit vectors' },
  { ref: 'cpuid:24.1.ecx[2]', name: 'AVX10_VNNI_INT', linux: 'AVX10_VNNI_INT', libvirt: 'avx10-vnni-int', qemu: 'avx10-vnni-int', text: 'AVX10 VNNI integer instructions' },
  { ref: 'cpuid:29.0.ebx[0]', name: 'APX_NCI_NDD_NF', linux: null, libvirt: 'apx-nci-ndd-nf', qemu: 'apx-nci-ndd-nf', text: 'APX without new conditional and new data destination limits' },
];
