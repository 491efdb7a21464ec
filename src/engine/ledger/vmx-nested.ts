import { msrDifferences } from '../guests/register-bits.ts';
import type { VmcsConfig } from '../kvm/kvm-state.ts';
import type { SnapshotDifference } from '../model/report.ts';

const mask = (...bits: readonly number[]): number => bits.reduce((all, bit) => all | (1 << bit), 0) >>> 0;

/** A control field: its capability MSR, in whose upper half stands what may be 1, and what a nested hypervisor may use of it. */
const FIELDS: readonly (readonly [field: 'pin' | 'processor' | 'secondary' | 'exit' | 'entry', msr: string, nested: number])[] = [
  ['pin', '481', mask(0, 3, 5, 7)],
  ['processor', '482', mask(2, 3, 7, 9, 10, 11, 12, 15, 16, 19, 20, 21, 22, 23, 24, 25, 27, 29, 30, 31)],
  ['secondary', '48b', mask(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 20, 22, 25, 26)],
  ['exit', '483', mask(9, 18, 19, 23, 28)],
  ['entry', '484', mask(9, 14, 16, 20)],
];
/** EPT capabilities, VMX_MISC and VMX_BASIC bits that are passed on to a nested hypervisor. */
const NESTED_EPT = mask(0, 6, 7, 14, 20, 21, 22);
const NESTED_MISC = 1n << 5n;
const NESTED_BASIC = (1n << 54n) | (1n << 56n);

/**
 * Bits of the VMX capability MSRs in which two configurations differ.
 * @param nested only what KVM passes on to a hypervisor inside a guest (kvm/vmx/nested.c nested_vmx_setup_ctls_msrs())
 */
export function vmcsDifferences(held: VmcsConfig, now: VmcsConfig, nested: boolean): SnapshotDifference[] {
  const found: SnapshotDifference[] = [];
  for (const [field, msr, passed] of FIELDS) {
    const keep = nested ? passed : 0xffffffff;
    found.push(...msrDifferences(msr, BigInt((held[field] & keep) >>> 0) << 32n, BigInt((now[field] & keep) >>> 0) << 32n));
  }
  const wide = (value: bigint, keep: bigint): bigint => (nested ? value & keep : value);
  const ept = (config: VmcsConfig): bigint => (nested ? BigInt((config.ept & NESTED_EPT) >>> 0) : BigInt(config.ept) | (BigInt(config.vpid) << 32n));
  found.push(...msrDifferences('48c', ept(held), ept(now)));
  found.push(...msrDifferences('485', wide(held.misc, NESTED_MISC), wide(now.misc, NESTED_MISC)));
  found.push(...msrDifferences('480', wide(held.basic, NESTED_BASIC), wide(now.basic, NESTED_BASIC)));
  if (!nested) found.push(...msrDifferences('492', held.tertiary, now.tertiary));
  return found;
}
