import type { KernelTables } from '../../data/kernels/types.ts';
import { capIndex } from '../boot/cap-index.ts';
import { capRef } from '../diff/causes.ts';
import type { Value } from '../look/trace.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { cpuidRef } from '../silicon/refs.ts';

const cache = new WeakMap<KernelTables, Map<number, string>>();

/** Names of the bits that are no copy of a CPUID bit, and places of the scattered ones. */
function namesOf(tables: KernelTables): Map<number, string> {
  const known = cache.get(tables);
  if (known) return known;
  const names = new Map<number, string>();
  for (const [name, bit, flag] of tables.features) names.set(bit, `feature:${flag ?? name.toLowerCase()}`);
  for (const [name, bit, flag] of tables.bugs) names.set(tables.ncapints * 32 + bit, `bug:${flag ?? name.toLowerCase()}`);
  const { features } = capIndex(tables);
  for (const [feature, register, bit, leaf, subleaf] of tables.scattered) {
    const at = features.get(feature);
    if (at !== undefined) names.set(at, cpuidRef(leaf, subleaf, register, bit));
  }
  cache.set(tables, names);
  return names;
}

/** @returns `cpuid:7.0.edx[10]` for a bit that CPUID has, else `feature:rsb_ctxsw`, `bug:taa`. */
export function capName(tables: KernelTables, bit: number): string {
  return capRef(tables, bit) ?? namesOf(tables).get(bit) ?? `capability:${bit}`;
}

/**
 * @param keep bits that count; all when absent
 * @returns one difference for each bit in which capability words differ
 */
export function wordDifferences(tables: KernelTables, held: Uint32Array, now: Uint32Array, keep?: (bit: number) => boolean): SnapshotDifference[] {
  const found: SnapshotDifference[] = [];
  for (let word = 0; word < held.length; word++) {
    const differ = held[word]! ^ (now[word] ?? 0);
    if (differ === 0) continue;
    for (let bit = 0; bit < 32; bit++) {
      if (((differ >>> bit) & 1) === 0 || (keep && !keep(word * 32 + bit))) continue;
      const was = ((held[word]! >>> bit) & 1) === 1;
      found.push({ ref: capName(tables, word * 32 + bit), held: was, now: !was });
    }
  }
  return found;
}

/** A value of the kernel's memory as a report shows it: MSRs in hex. */
function shown(value: Value | undefined): boolean | string | null {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  return typeof value === 'number' ? String(value) : (value ?? null);
}

/** @returns a difference named by reference, or none where both values are the same. */
export function valueDifference(ref: string, held: Value | undefined, now: Value | undefined): SnapshotDifference[] {
  const [was, is] = [shown(held), shown(now)];
  return was === is ? [] : [{ ref, held: was, now: is }];
}
