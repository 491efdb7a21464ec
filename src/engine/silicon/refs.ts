import { bit32, bit64 } from '../../base/bits.ts';
import type { Register } from '../../data/kernels/types.ts';
import { knowsCpuid, knowsMsr } from './knowledge.ts';
import { cpuidOf, msrOf, type Silicon } from './silicon.ts';

/** A reference to a bit, register or MSR of the silicon, taken apart. `bit` null: the whole register. */
export type SiliconRef =
  | { readonly kind: 'cpuid'; readonly leaf: number; readonly subleaf: number; readonly register: Register; readonly bit: number | null }
  | { readonly kind: 'msr'; readonly index: number; readonly bit: number | null }
  | { readonly kind: 'writable'; readonly index: number };

const CPUID = /^cpuid:([0-9a-f]{1,8})\.([0-9a-f]{1,2})\.(e[abcd]x)(?:\[(\d{1,2})\])?$/i;
const MSR = /^(msr|writable):([0-9a-f]{1,8})(?:\[(\d{1,2})\])?$/i;

/**
 * Reads a reference such as `cpuid:7.0.edx[10]`, `msr:10a[17]` or `writable:49`.
 * @returns null for anything else: the command line, the revision, the kernel's own memory
 */
export function parseRef(ref: string): SiliconRef | null {
  const known = parsed.get(ref);
  if (known !== undefined) return known;
  const found = parse(ref);
  // References come from tables and rules, so they are few; what files bring must not fill the memory.
  if (parsed.size < MOST_REFS) parsed.set(ref, found);
  return found;
}

const MOST_REFS = 10_000;
const parsed = new Map<string, SiliconRef | null>();

function parse(ref: string): SiliconRef | null {
  const cpuid = CPUID.exec(ref);
  if (cpuid) {
    const [, leaf, subleaf, register, bit] = cpuid;
    return {
      kind: 'cpuid',
      leaf: Number.parseInt(leaf!, 16),
      subleaf: Number.parseInt(subleaf!, 16),
      register: register!.toLowerCase() as Register,
      bit: bit === undefined ? null : Number(bit),
    };
  }
  const msr = MSR.exec(ref);
  if (!msr) return null;
  const index = Number.parseInt(msr[2]!, 16);
  return msr[1]!.toLowerCase() === 'writable' ? { kind: 'writable', index } : { kind: 'msr', index, bit: msr[3] === undefined ? null : Number(msr[3]) };
}

/** @returns `cpuid:7.0.edx[10]` or, without a bit, `cpuid:7.0.edx`. */
export function cpuidRef(leaf: number, subleaf: number, register: Register, bit?: number): string {
  return `cpuid:${leaf.toString(16)}.${subleaf.toString(16)}.${register}${bit === undefined ? '' : `[${bit}]`}`;
}

/** @returns `msr:10a[17]` or, without a bit, `msr:10a`. */
export function msrRef(index: number, bit?: number): string {
  return `msr:${index.toString(16)}${bit === undefined ? '' : `[${bit}]`}`;
}

/** What the silicon answers to a reference, as text: a bit `0` or `1`, a register in hex, `fault` or `unknown`. */
export function valueAt(silicon: Silicon, ref: SiliconRef): string {
  if (ref.kind === 'writable') {
    const bits = silicon.msrWritable.get(ref.index);
    return bits === undefined ? 'any' : `0x${bits.toString(16)}`;
  }
  if (ref.kind === 'cpuid') {
    const value = cpuidOf(silicon, ref.leaf, ref.subleaf)[ref.register];
    if (!knowsCpuid(silicon, ref.leaf, ref.subleaf, ref.register, ref.bit)) return 'unknown';
    return ref.bit === null ? `0x${value.toString(16)}` : bit32(value, ref.bit) ? '1' : '0';
  }
  const value = msrOf(silicon, ref.index);
  if (value === undefined || !knowsMsr(silicon, ref.index, ref.bit)) return 'unknown';
  if (value === null) return ref.bit === null ? 'fault' : '0';
  return ref.bit === null ? `0x${value.toString(16)}` : bit64(value, ref.bit) ? '1' : '0';
}

/** @returns whether a bit reference is set; false where the MSR faults or nobody knows. */
export function isSet(silicon: Silicon, ref: string): boolean {
  const parsed = parseRef(ref);
  return parsed !== null && valueAt(silicon, parsed) === '1';
}
