import type { KernelTables, Register } from '../../data/kernels/types.ts';
import { knowsCpuid } from './knowledge.ts';
import { cpuidRef } from './refs.ts';
import { cpuidKey, type Silicon } from './silicon.ts';

/** @returns the reference under which an unknown bit is reported: the bit, or its register where the profile has nothing of the leaf. */
export function unknownCpuidRef(silicon: Silicon, leaf: number, subleaf: number, register: Register, bit: number | null): string {
  const some = bit !== null && silicon.cpuid.has(cpuidKey(leaf, subleaf));
  return some ? cpuidRef(leaf, subleaf, register, bit) : cpuidRef(leaf, subleaf, register);
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
