import type { KernelTables } from '../../data/kernels/types.ts';
import type { Cpu } from '../boot/cpu.ts';

interface Names {
  readonly flags: readonly (readonly [bit: number, name: string])[];
  readonly bugs: readonly (readonly [bit: number, name: string])[];
  readonly vmx: readonly (readonly [bit: number, name: string])[];
  readonly vmxFeature: number;
}

const cache = new WeakMap<KernelTables, Names>();

/** Names in the order of their bits, which is the order in which the kernel prints. */
function named(rows: readonly (readonly [name: string, bit: number, flag: string | null])[], offset: number): (readonly [number, string])[] {
  return rows.flatMap(([, bit, flag]) => (flag === null ? [] : [[bit + offset, flag] as const])).sort(([one], [other]) => one - other);
}

function namesOf(tables: KernelTables): Names {
  const known = cache.get(tables);
  if (known) return known;
  const names: Names = {
    flags: named(tables.features, 0),
    bugs: named(tables.bugs, tables.ncapints * 32),
    vmx: named(tables.vmxFeatures, 0),
    vmxFeature: tables.features.find(([name]) => name === 'VMX')?.[1] ?? -1,
  };
  cache.set(tables, names);
  return names;
}

function present(words: Uint32Array, list: readonly (readonly [bit: number, name: string])[]): string[] {
  const found: string[] = [];
  for (const [bit, name] of list) if ((words[bit >>> 5]! >>> (bit & 31)) & 1) found.push(name);
  return found;
}

/** @returns the `flags` line of /proc/cpuinfo for one CPU, in the kernel's order (cpu/proc.c show_cpuinfo()). */
export function flagsOf(tables: KernelTables, cpu: Cpu): string[] {
  return present(cpu.words, namesOf(tables).flags);
}

/** @returns every name that this line could print as a flag or bug, with its bit. */
export function printable(tables: KernelTables): Pick<Names, 'flags' | 'bugs'> {
  return namesOf(tables);
}

/** @returns the `bugs` line. */
export function bugsOf(tables: KernelTables, cpu: Cpu): string[] {
  return present(cpu.words, namesOf(tables).bugs);
}

/** @returns the `vmx flags` line; empty where the kernel prints none: no VMX, or nothing in its first word. */
export function vmxFlagsOf(tables: KernelTables, cpu: Cpu): string[] {
  const { vmx, vmxFeature } = namesOf(tables);
  if (((cpu.words[vmxFeature >>> 5]! >>> (vmxFeature & 31)) & 1) === 0 || cpu.vmx[0] === 0) return [];
  return present(cpu.vmx, vmx);
}
