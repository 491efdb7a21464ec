import type { BitRow } from './types.ts';

/** IA32_FEAT_CTL (0x3a). `macro` is the name in asm/msr-index.h. */
// biome-ignore format: one line a bit
export const msrFeatCtlBits: readonly BitRow[] = [
  { ref: 'msr:3a[0]', name: 'LOCKED', linux: null, libvirt: null, qemu: null, macro: 'FEAT_CTL_LOCKED', text: 'Register is locked until reset' },
  { ref: 'msr:3a[1]', name: 'VMX_ENABLED_INSIDE_SMX', linux: null, libvirt: null, qemu: null, macro: 'FEAT_CTL_VMX_ENABLED_INSIDE_SMX', text: 'VMX allowed inside SMX' },
  { ref: 'msr:3a[2]', name: 'VMX_ENABLED_OUTSIDE_SMX', linux: null, libvirt: null, qemu: null, macro: 'FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX', text: 'VMX allowed outside SMX' },
  { ref: 'msr:3a[17]', name: 'SGX_LC_ENABLED', linux: null, libvirt: null, qemu: null, macro: 'FEAT_CTL_SGX_LC_ENABLED', text: 'SGX launch control enabled' },
  { ref: 'msr:3a[18]', name: 'SGX_ENABLED', linux: null, libvirt: null, qemu: null, macro: 'FEAT_CTL_SGX_ENABLED', text: 'SGX enabled' },
  { ref: 'msr:3a[20]', name: 'LMCE_ENABLED', linux: null, libvirt: null, qemu: null, macro: 'FEAT_CTL_LMCE_ENABLED', text: 'Local machine check enabled' },
];
