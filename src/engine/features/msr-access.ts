import { bit64, withBit64 } from '../../base/bits.ts';
import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { msrOf } from '../silicon/silicon.ts';

/**
 * A bit of an MSR that the kernel reads without expecting a fault (rdmsrl()).
 * @param assumed what firmware commonly leaves there; taken only where the profile does not know the MSR, and noted as unknown
 */
export function msrBitOr(b: Boot, index: number, bit: number, assumed: boolean, cpu: Cpu): boolean {
  const value = b.msrBit(index, bit, cpu);
  return unknownMsr(b, index, cpu) ? assumed : value;
}

/** @returns true when neither profile nor an earlier write says what the MSR holds. */
export function unknownMsr(b: Boot, index: number, cpu: Cpu): boolean {
  return msrOf(cpu.silicon, index) === undefined && !(cpu === b.cpu && b.written.has(index));
}

/**
 * msr_set_bit() and msr_clear_bit() (arch/x86/lib/msr.c __flip_bit()).
 * @returns 1 when the hardware took the write, 0 when the bit stood so already, -1 when reading or writing faults
 */
export function flipMsrBit(b: Boot, index: number, bit: number, on: boolean, cpu: Cpu): -1 | 0 | 1 {
  const value = b.msr(index, cpu);
  if (value === null) return -1;
  if (bit64(value, bit) === on) return 0;
  const next = withBit64(value, bit, on);
  if (!b.msrAccepts(index, next, cpu)) return -1;
  if (cpu === b.cpu) b.writeMsr(index, next);
  return 1;
}
