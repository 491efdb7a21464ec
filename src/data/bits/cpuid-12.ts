import type { BitRow } from './types.ts';

/** Leaf 0x12: SGX. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid12Bits: readonly BitRow[] = [
  { ref: 'cpuid:12.0.eax[0]', name: 'SGX1', linux: 'SGX1', libvirt: 'sgx1', qemu: 'sgx1', text: 'SGX1 leaf functions' },
  { ref: 'cpuid:12.0.eax[1]', name: 'SGX2', linux: 'SGX2', libvirt: 'sgx2', qemu: 'sgx2', text: 'SGX2 leaf functions' },
  { ref: 'cpuid:12.0.eax[5]', name: 'ENCLV_LEAVES', linux: null, libvirt: null, qemu: null, text: 'ENCLV leaves' },
  { ref: 'cpuid:12.0.eax[6]', name: 'ENCLS_LEAVES', linux: null, libvirt: null, qemu: null, text: 'ENCLS leaves' },
  { ref: 'cpuid:12.0.eax[7]', name: 'ENCLU_EVERIFYREPORT2', linux: null, libvirt: null, qemu: null, text: 'ENCLU leaf EVERIFYREPORT2' },
  { ref: 'cpuid:12.0.eax[10]', name: 'SGX_EUPDATESVN', linux: 'SGX_EUPDATESVN', libvirt: null, qemu: null, text: 'ENCLS leaf EUPDATESVN' },
  { ref: 'cpuid:12.0.eax[11]', name: 'SGX_EDECCSSA', linux: 'SGX_EDECCSSA', libvirt: 'sgx-edeccssa', qemu: 'sgx-edeccssa', text: 'ENCLU leaf EDECCSSA' },
  { ref: 'cpuid:12.0.ebx[0]', name: 'MISCSELECT_EXINFO', linux: null, libvirt: 'sgx-exinfo', qemu: 'sgx-exinfo', text: 'SSA.MISC frame: Enclave #PF and #GP reporting' },
  { ref: 'cpuid:12.0.ebx[1]', name: 'MISCSELECT_CPINFO', linux: null, libvirt: null, qemu: null, text: 'SSA.MISC frame: Enclave #CP reporting' },
  { ref: 'cpuid:12.1.eax[0]', name: 'SECS_ATTR_INIT', linux: null, libvirt: null, qemu: null, text: 'Enclave initialized by EINIT' },
  { ref: 'cpuid:12.1.eax[1]', name: 'SECS_ATTR_DEBUG', linux: null, libvirt: 'sgx-debug', qemu: 'sgx-debug', text: 'Enclave permits debugger read/write' },
  { ref: 'cpuid:12.1.eax[2]', name: 'SECS_ATTR_MODE64BIT', linux: null, libvirt: 'sgx-mode64', qemu: 'sgx-mode64', text: 'Enclave runs in 64-bit mode' },
  { ref: 'cpuid:12.1.eax[4]', name: 'SECS_ATTR_PROVISIONKEY', linux: null, libvirt: 'sgx-provisionkey', qemu: 'sgx-provisionkey', text: 'Provisioning key' },
  { ref: 'cpuid:12.1.eax[5]', name: 'SECS_ATTR_EINITTOKEN_KEY', linux: null, libvirt: 'sgx-tokenkey', qemu: 'sgx-tokenkey', text: 'EINIT token key' },
  { ref: 'cpuid:12.1.eax[6]', name: 'SECS_ATTR_CET', linux: null, libvirt: null, qemu: null, text: 'CET attributes' },
  { ref: 'cpuid:12.1.eax[7]', name: 'SECS_ATTR_KSS', linux: null, libvirt: 'sgx-kss', qemu: 'sgx-kss', text: 'Key Separation and Sharing' },
  { ref: 'cpuid:12.1.eax[10]', name: 'SECS_ATTR_AEXNOTIFY', linux: null, libvirt: 'sgx-aex-notify', qemu: 'sgx-aex-notify', text: 'Enclave threads: AEX notifications' },
  { ref: 'cpuid:12.1.ecx[0]', name: 'XFRM_X87', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.X87' },
  { ref: 'cpuid:12.1.ecx[1]', name: 'XFRM_SSE', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.SSE' },
  { ref: 'cpuid:12.1.ecx[2]', name: 'XFRM_AVX', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.AVX' },
  { ref: 'cpuid:12.1.ecx[3]', name: 'XFRM_MPX_BNDREGS', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.BNDREGS (MPX BND0-BND3 registers)' },
  { ref: 'cpuid:12.1.ecx[4]', name: 'XFRM_MPX_BNDCSR', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.BNDCSR (MPX BNDCFGU/BNDSTATUS registers)' },
  { ref: 'cpuid:12.1.ecx[5]', name: 'XFRM_AVX512_OPMASK', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.OPMASK (AVX-512 k0-k7 registers)' },
  { ref: 'cpuid:12.1.ecx[6]', name: 'XFRM_AVX512_ZMM_HI256', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.ZMM_Hi256 (AVX-512 ZMM0->ZMM7/15 registers)' },
  { ref: 'cpuid:12.1.ecx[7]', name: 'XFRM_AVX512_HI16_ZMM', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.HI16_ZMM (AVX-512 ZMM16->ZMM31 registers)' },
  { ref: 'cpuid:12.1.ecx[9]', name: 'XFRM_PKRU', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.PKRU (XSAVE PKRU registers)' },
  { ref: 'cpuid:12.1.ecx[17]', name: 'XFRM_TILECONFIG', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.TILECONFIG (AMX can manage TILECONFIG)' },
  { ref: 'cpuid:12.1.ecx[18]', name: 'XFRM_TILEDATA', linux: null, libvirt: null, qemu: null, text: 'Enclave XFRM.TILEDATA (AMX can manage TILEDATA)' },
];
