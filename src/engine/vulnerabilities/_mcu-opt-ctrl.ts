import { bit64, withBit64 } from '../../base/bits.ts';
import type { Boot } from '../boot/boot.ts';
import { msrOf, type Silicon } from '../silicon/silicon.ts';

/** MSR_IA32_MCU_OPT_CTRL: where microcode lets the kernel switch off what it does by default. */
export const MSR_IA32_MCU_OPT_CTRL = 0x123;
/** Bits of it by the names of asm/msr-index.h. */
export const MCU_OPT_CTRL = { RNGDS_MITG_DIS: 0, RTM_ALLOW: 1, FB_CLEAR_DIS: 3, GDS_MITG_DIS: 4, GDS_MITG_LOCKED: 5 } as const;

/** Reads the MSR, changes one bit, writes it back: what update_srbds_msr() and update_gds_msr() do. A lock makes the CPU ignore the write of GDS_MITG_DIS. */
export function setMcuOpt(b: Boot, bit: 'RNGDS_MITG_DIS' | 'GDS_MITG_DIS', on: boolean): void {
  b.writeMsr(MSR_IA32_MCU_OPT_CTRL, withBit64(b.msr(MSR_IA32_MCU_OPT_CTRL) ?? 0n, MCU_OPT_CTRL[bit], on));
}

/** @returns a bit of the MSR as it stands: what this kernel wrote, else what the silicon came up with. */
export function mcuOptNow(k: Boot, now: Silicon, bit: keyof typeof MCU_OPT_CTRL): boolean {
  const value = k.written.get(MSR_IA32_MCU_OPT_CTRL) ?? msrOf(now, MSR_IA32_MCU_OPT_CTRL) ?? 0n;
  k.trace.read(`msr:123[${MCU_OPT_CTRL[bit]}]`, value, -1);
  return bit64(value, MCU_OPT_CTRL[bit]);
}
