import { bit32, bit64 } from '../../base/bits.ts';
import type { Register } from '../../data/kernels/types.ts';
import { cpuidKey, type Silicon, ZERO_REGISTERS } from './silicon.ts';

/*
 * What a profile does not say. A dump may lack leaves, a format may carry names instead of registers, and most carry no MSRs. The kernel's
 * decisions then go by zeros, as it would see on a CPU without the feature; whatever rests on such a zero is told apart here.
 */

const EXTENDED = 0x8000_0000;
const STRUCTURED_FEATURES = 7;
const XSAVE = 0xd;
const MONITORING = 0xf;
const ALLOCATION = 0x10;

/** Highest leaf of the range, or null where nobody knows it. */
function highestLeaf(silicon: Silicon, leaf: number): number | null {
  const head = leaf >= EXTENDED ? EXTENDED : 0;
  const row = silicon.cpuid.get(cpuidKey(head, 0));
  if (row === undefined) return null;
  const known = silicon.cpuidKnown.get(cpuidKey(head, 0));
  return known === undefined || known.eax === 0xffff_ffff ? row.eax : null;
}

/** Subleaves that the CPU itself says it does not have, by the leaf that counts them (Intel SDM and AMD APM, CPUID). */
function deniedByItself(silicon: Silicon, leaf: number, subleaf: number): boolean {
  const first = silicon.cpuid.get(cpuidKey(leaf, 0));
  if (first === undefined || silicon.cpuidKnown.has(cpuidKey(leaf, 0))) return false;
  if (leaf === STRUCTURED_FEATURES) return first.eax < subleaf;
  if (leaf === XSAVE && subleaf > 1) {
    const second = silicon.cpuid.get(cpuidKey(leaf, 1));
    if (second === undefined) return false;
    return !bit32(subleaf < 32 ? first.eax | second.ecx : first.edx | second.edx, subleaf & 31);
  }
  if (leaf === MONITORING) return !bit32(first.edx, subleaf);
  if (leaf === ALLOCATION) return !bit32(first.ebx, subleaf);
  return first.eax === 0 && first.ebx === 0 && first.ecx === 0 && first.edx === 0;
}

/** A state component that the CPU names has a size: where the row is all zeros, the tool that wrote the dump has not read it (old AIDA64 does so with its last). */
function namedWithoutSize(silicon: Silicon, leaf: number, subleaf: number): boolean {
  if (leaf !== XSAVE || subleaf < 2 || !silicon.cpuid.has(cpuidKey(leaf, 0)) || deniedByItself(silicon, leaf, subleaf)) return false;
  const row = silicon.cpuid.get(cpuidKey(leaf, subleaf)) ?? ZERO_REGISTERS;
  return row.eax === 0 && row.ebx === 0 && row.ecx === 0 && row.edx === 0;
}

/**
 * @param bit of the register, or null for all of it
 * @returns whether the profile says what CPUID answers; a leaf beyond the highest one answers zeros, and that is known
 */
export function knowsCpuid(silicon: Silicon, leaf: number, subleaf: number, register: Register, bit: number | null): boolean {
  const mask = silicon.cpuidKnown.get(cpuidKey(leaf, subleaf));
  if (mask !== undefined) return bit === null ? mask[register] === 0xffff_ffff : bit32(mask[register], bit);
  if (namedWithoutSize(silicon, leaf, subleaf)) return false;
  if (silicon.cpuid.has(cpuidKey(leaf, subleaf)) || silicon.absentLeaves === 'zero') return true;
  const highest = highestLeaf(silicon, leaf);
  if (highest === null) return false;
  return leaf > highest || (subleaf > 0 && deniedByItself(silicon, leaf, subleaf));
}

/**
 * @param bit of the MSR, or null for all of it
 * @returns whether the profile says what reading the MSR gives, a fault included
 */
export function knowsMsr(silicon: Silicon, index: number, bit: number | null): boolean {
  const mask = silicon.msrKnown.get(index);
  if (mask !== undefined) return bit !== null && bit64(mask, bit);
  return silicon.msrs.has(index) || silicon.absentMsrs !== 'unknown';
}
