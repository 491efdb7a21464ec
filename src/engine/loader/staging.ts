import type { Boot } from '../boot/boot.ts';
import { archCap } from '../vulnerabilities/_arch-cap.ts';

const MSR_IA32_MCU_ENUMERATION = 0x7b;
const MCU_STAGING = 4;

/**
 * staging_available(): the CPU takes the image beforehand through a mailbox, so that the machine stands still for less
 * time (cpu/microcode/intel.c). A failure of the transfer is not fatal; here it always succeeds.
 */
export function stagingAvailable(b: Boot): boolean {
  if (!b.trait('microcode-staging') || b.cpu.vendor !== 'INTEL') return false;
  return archCap(b, 'MCU_ENUM') && b.msrBit(MSR_IA32_MCU_ENUMERATION, MCU_STAGING);
}

/** stage_microcode(): what it prints; an image that is not made of whole words stays behind, and the load goes on without. */
export function stagingLine({ revision, size }: { readonly revision: number; readonly size?: number }): { staged: boolean; line: string } {
  const odd = size !== undefined && size % 4 !== 0;
  if (odd) return { staged: false, line: `microcode: Microcode image 32-bit misaligned (0x${size.toString(16)}), staging failed.` };
  return { staged: true, line: `microcode: Staging of patch revision 0x${revision.toString(16)} succeeded.` };
}
