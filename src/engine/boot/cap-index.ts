import type { KernelTables } from '../../data/kernels/types.ts';

/** Names to absolute bits of one line, made once per table. */
export interface CapIndex {
  readonly features: ReadonlyMap<string, number>;
  readonly bugs: ReadonlyMap<string, number>;
  /** For each feature bit the bits that fall with it, transitively. */
  readonly dependents: ReadonlyMap<number, readonly number[]>;
}

const cache = new WeakMap<KernelTables, CapIndex>();

function transitiveDependents(tables: KernelTables, features: ReadonlyMap<string, number>): Map<number, readonly number[]> {
  const direct = new Map<string, string[]>();
  for (const [feature, depends] of tables.dependencies) direct.set(depends, [...(direct.get(depends) ?? []), feature]);
  const all = new Map<number, readonly number[]>();
  for (const root of direct.keys()) {
    const found = new Set<string>();
    const open = [root];
    for (let name = open.pop(); name !== undefined; name = open.pop())
      for (const next of direct.get(name) ?? [])
        if (!found.has(next)) {
          found.add(next);
          open.push(next);
        }
    found.delete(root);
    const bit = features.get(root);
    if (bit !== undefined)
      all.set(
        bit,
        [...found].flatMap((name) => features.get(name) ?? []),
      );
  }
  return all;
}

/** @returns the index of a line's tables (cpufeatures.h, cpuid-deps.c). */
export function capIndex(tables: KernelTables): CapIndex {
  const known = cache.get(tables);
  if (known) return known;
  const features = new Map(tables.features.map(([name, bit]) => [name, bit]));
  const bugs = new Map(tables.bugs.map(([name, bit]) => [name, tables.ncapints * 32 + bit]));
  const index: CapIndex = { features, bugs, dependents: transitiveDependents(tables, features) };
  cache.set(tables, index);
  return index;
}

/** @returns the bits that are cleared together with a bit, without itself (cpuid-deps.c do_clear_cpu_cap()). */
export function dependents(index: CapIndex, bit: number): readonly number[] {
  return index.dependents.get(bit) ?? [];
}
