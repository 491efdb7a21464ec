import type { Boot } from '../boot/boot.ts';

export const MSR_IA32_SPEC_CTRL = 0x48;

export const SPEC_CTRL = { IBRS: 1n << 0n, STIBP: 1n << 1n, SSBD: 1n << 2n, RRSBA_DIS_S: 1n << 6n, BHI_DIS_S: 1n << 10n } as const;
const MITIGATIONS_MASK = SPEC_CTRL.IBRS | SPEC_CTRL.STIBP | SPEC_CTRL.SSBD | SPEC_CTRL.RRSBA_DIS_S | SPEC_CTRL.BHI_DIS_S;

/**
 * The start of cpu_select_mitigations(): what a kernel before this one (kexec) left switched on is taken off again,
 * reserved bits stay (cpu/bugs.c).
 */
export function readSpecCtrlBase(b: Boot): void {
  b.begin();
  const value = b.has('MSR_SPEC_CTRL') ? (b.msr(MSR_IA32_SPEC_CTRL) ?? 0n) & ~MITIGATIONS_MASK : 0n;
  b.share('x86_spec_ctrl_base', value, 'spec-ctrl/base');
}

/** @returns x86_spec_ctrl_base, the value every return to the kernel's base state has. */
export function specCtrlBase(b: Boot): bigint {
  return (b.shared('x86_spec_ctrl_base') as bigint | null) ?? 0n;
}

/** x86_spec_ctrl_base |= bits, and the MSR with it: update_spec_ctrl(). */
export function setSpecCtrl(b: Boot, bits: bigint, rule: string): void {
  const value = specCtrlBase(b) | bits;
  b.share('x86_spec_ctrl_base', value, rule);
  b.writeMsr(MSR_IA32_SPEC_CTRL, value);
}

/**
 * update_stibp_strict(): STIBP comes and goes in x86_spec_ctrl_base, but update_stibp_msr() only ever adds it to what this CPU has written
 * before (x86_spec_ctrl_current): taken away it is by the next task that differs.
 */
export function setStibp(b: Boot, on: boolean, rule: string): void {
  const base = specCtrlBase(b) & ~SPEC_CTRL.STIBP;
  b.share('x86_spec_ctrl_base', on ? base | SPEC_CTRL.STIBP : base, rule);
  b.writeMsr(MSR_IA32_SPEC_CTRL, (b.written.get(MSR_IA32_SPEC_CTRL) ?? 0n) | (on ? SPEC_CTRL.STIBP : 0n));
}
