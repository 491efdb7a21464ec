import type { KernelTables, Register } from '../../data/kernels/types.ts';
import { knowsCpuid } from './knowledge.ts';
import { cpuidRef } from './refs.ts';
import { cpuidKey, type Silicon } from './silicon.ts';

/** @returns the reference under which an unknown bit is reported: the bit, or its register where the profile has nothing of the leaf. */
export function unknownCpuidRef(silicon: Silicon, leaf: number, subleaf: number, register: Register, bit: number | null): string {
  const some = bit !== null && silicon.cpuid.has(cpuidKey(leaf, subleaf));
  return some ? cpuidRef(leaf, subleaf, register, bit) : cpuidRef(leaf, subleaf, register);
}

/** Leaves that no capability word is made of, and from which kernels take topology, state and frequencies. */
const OTHER_LEAVES: readonly number[] = [0x4, 0xb, 0xd, 0x15, 0x16, 0x1a, 0x1f, 0x8000_0007, 0x8000_0008, 0x8000_001e, 0x8000_0026];

/** @returns whether the profile leaves anything open that a kernel may ask for. */
export function leavesOpen(tables: KernelTables, silicon: Silicon): boolean {
  if (silicon.absentMsrs === 'unknown' || silicon.msrKnown.size > 0 || !silicon.revisionKnown) return true;
  return unknownBits(tables, silicon).size > 0 || OTHER_LEAVES.some((leaf) => !knowsCpuid(silicon, leaf, 0, 'eax', 0));
}

const cache = new WeakMap<Silicon, Map<KernelTables, ReadonlyMap<number, string>>>();

function findUnknownBits(tables: KernelTables, silicon: Silicon): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  const note = (at: number, leaf: number, subleaf: number, register: Register, bit: number): void => {
    if (!knowsCpuid(silicon, leaf, subleaf, register, bit)) found.set(at, unknownCpuidRef(silicon, leaf, subleaf, register, bit));
  };
  for (const [word, leaf, subleaf, register] of tables.words) {
    if (silicon.cpuid.has(cpuidKey(leaf, subleaf)) && !silicon.cpuidKnown.has(cpuidKey(leaf, subleaf))) continue;
    for (let bit = 0; bit < 32; bit++) note(word * 32 + bit, leaf, subleaf, register, bit);
  }
  const bits = new Map(tables.features.map(([name, bit]) => [name, bit]));
  for (const [feature, register, bit, leaf, subleaf] of tables.scattered) note(bits.get(feature)!, leaf, subleaf, register, bit);
  return found;
}

/**
 * @returns the capability bits of which the profile does not say what CPUID answers, each with the reference it is reported under;
 * empty for a complete dump
 */
export function unknownBits(tables: KernelTables, silicon: Silicon): ReadonlyMap<number, string> {
  const byTables = cache.get(silicon) ?? new Map<KernelTables, ReadonlyMap<number, string>>();
  cache.set(silicon, byTables);
  const known = byTables.get(tables) ?? findUnknownBits(tables, silicon);
  byTables.set(tables, known);
  return known;
}
