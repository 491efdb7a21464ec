import { ARCH_CAP_BITS, type ArchCap } from '../../data/bits/arch-capabilities.ts';
import type { Boot } from '../boot/boot.ts';

const MSR_IA32_ARCH_CAPABILITIES = 0x10a;

/**
 * A bit of the kernel's x86_arch_cap_msr: the MSR is read only where CPUID says that it exists (cpu/common.c x86_read_arch_cap_msr()).
 */
export function archCap(b: Boot, name: ArchCap): boolean {
  return b.has('ARCH_CAPABILITIES') && b.msrBit(MSR_IA32_ARCH_CAPABILITIES, ARCH_CAP_BITS[name]);
}
