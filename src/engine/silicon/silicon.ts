import { parseHex32, parseHex64 } from '../../base/hex.ts';
import type { CpuidRow, MsrValues, Profile } from '../../data/contract/profile.ts';

/** The four registers of one CPUID leaf and subleaf, each an unsigned 32-bit number. */
export interface Registers {
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

/**
 * Silicon: what CPUID and RDMSR would answer now on one kind of core. Plain data, replaced and never edited:
 * a microcode update makes a new one.
 */
export interface Silicon {
  /** Keyed by `cpuidKey(leaf, subleaf)`. */
  readonly cpuid: ReadonlyMap<number, Registers>;
  /** null: reading faults. Not in the map: `absentMsrs` says. */
  readonly msrs: ReadonlyMap<number, bigint | null>;
  readonly absentMsrs: 'unknown' | 'zero' | 'fault';
  readonly msrWritable: ReadonlyMap<number, bigint>;
  readonly behaviours: Readonly<Record<string, boolean>>;
  readonly revision: number;
  readonly platformId: number | null;
  /** Registers rebuilt from names: a clear bit is not known to be clear. */
  readonly partial: boolean;
}

export const ZERO_REGISTERS: Registers = { eax: 0, ebx: 0, ecx: 0, edx: 0 };

/** @returns the map key of a leaf (any 32-bit) and subleaf (0 to 255; higher subleaves are never asked for by a kernel). */
export function cpuidKey(leaf: number, subleaf: number): number {
  return leaf * 256 + (subleaf & 0xff);
}

function cpuidMap(rows: readonly CpuidRow[], base?: ReadonlyMap<number, Registers>): Map<number, Registers> {
  const map = new Map(base);
  for (const row of rows) {
    map.set(cpuidKey(Number(row.leaf), Number(row.subleaf)), {
      eax: parseHex32(row.eax) ?? 0,
      ebx: parseHex32(row.ebx) ?? 0,
      ecx: parseHex32(row.ecx) ?? 0,
      edx: parseHex32(row.edx) ?? 0,
    });
  }
  return map;
}

function msrMap(values: MsrValues | undefined, base?: ReadonlyMap<number, bigint | null>): Map<number, bigint | null> {
  const map = new Map(base);
  for (const [index, value] of Object.entries(values ?? {})) map.set(Number(index), value === null ? null : parseHex64(value));
  return map;
}

/**
 * Turns a validated profile into silicon; from here on nobody sees JSON.
 * @param profile a profile that `validateProfile` found no problem in
 * @returns the boot CPU's silicon
 */
export function siliconOf(profile: Profile): Silicon {
  const writable = new Map<number, bigint>();
  for (const [index, bits] of Object.entries(profile.msrWritable ?? {})) writable.set(Number(index), parseHex64(bits) ?? 0n);
  return {
    cpuid: cpuidMap(profile.cpuid),
    msrs: msrMap(profile.msrs),
    absentMsrs: profile.absentMsrs ?? 'unknown',
    msrWritable: writable,
    behaviours: profile.behaviours ?? {},
    revision: parseHex32(profile.microcode.revision) ?? 0,
    platformId: profile.microcode.platformId ?? null,
    partial: profile.partial ?? false,
  };
}

/**
 * The other kinds of core of a hybrid CPU: what they do not list is as on the boot CPU.
 * @returns one entry per kind, with the numbers of its CPUs
 */
export function otherSilicon(profile: Profile, boot: Silicon): { cpus: readonly number[]; silicon: Silicon }[] {
  return (profile.otherCores ?? []).map((core) => ({
    cpus: core.cpus,
    silicon: { ...boot, cpuid: cpuidMap(core.cpuid ?? [], boot.cpuid), msrs: msrMap(core.msrs, boot.msrs) },
  }));
}

/** @returns the registers of a leaf; zeros where the profile has no such leaf (as Intel and AMD answer inside the range). */
export function cpuidOf(silicon: Silicon, leaf: number, subleaf: number): Registers {
  return silicon.cpuid.get(cpuidKey(leaf, subleaf)) ?? ZERO_REGISTERS;
}

/** @returns the MSR's value, null when reading it faults, undefined when nobody knows. */
export function msrOf(silicon: Silicon, index: number): bigint | null | undefined {
  const value = silicon.msrs.get(index);
  if (value !== undefined) return value;
  return silicon.absentMsrs === 'zero' ? 0n : silicon.absentMsrs === 'fault' ? null : undefined;
}
