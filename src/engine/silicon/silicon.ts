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
  readonly absentLeaves: 'unknown' | 'zero';
  readonly msrWritable: ReadonlyMap<number, bigint>;
  readonly behaviours: Readonly<Record<string, boolean>>;
  readonly revision: number;
  /** False: the profile only says 0 because it must say something. */
  readonly revisionKnown: boolean;
  readonly platformId: number | null;
  /** The profile says how many threads a core has: where it lacks the leaves of the topology, nothing is left open. */
  readonly threadsKnown: boolean;
  /** Registers rebuilt from names: a clear bit is not known to be clear. */
  readonly partial: boolean;
  /** Rows of which only some bits are known, with those bits; a row that is not here is known whole. Empty but for partial profiles. */
  readonly cpuidKnown: ReadonlyMap<number, Registers>;
  /** The same for MSRs: what an update set or cleared in one that nobody knew. */
  readonly msrKnown: ReadonlyMap<number, bigint>;
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

const ALL = 0xffff_ffff;
const WHOLE: Registers = { eax: ALL, ebx: ALL, ecx: ALL, edx: ALL };

/** Leaves that identify the CPU: who knows names knows these (vendor, signature, brand, sizes of addresses). */
const IDENTITY: ReadonlyMap<number, Registers> = new Map([
  [cpuidKey(0, 0), { ...WHOLE, eax: 0 }],
  [cpuidKey(1, 0), { ...ZERO_REGISTERS, eax: ALL, ebx: ALL }],
  ...[0x8000_0002, 0x8000_0003, 0x8000_0004].map((leaf): [number, Registers] => [cpuidKey(leaf, 0), WHOLE]),
]);

function union(one: Registers, other: Registers | undefined): Registers {
  if (other === undefined) return one;
  const or = (register: keyof Registers): number => (one[register] | other[register]) >>> 0;
  return { eax: or('eax'), ebx: or('ebx'), ecx: or('ecx'), edx: or('edx') };
}

/** What a partial profile knows: the bits it names as known, and every bit that is set. */
function knownCpuid(named: ReadonlyMap<number, Registers>, rows: ReadonlyMap<number, Registers>): ReadonlyMap<number, Registers> {
  const known = new Map(named);
  for (const [key, row] of rows) known.set(key, union(row, named.get(key)));
  return known;
}

/** Of a profile that is not partial; made once, for fleets. */
const KNOWN_WHOLE: Pick<Silicon, 'cpuidKnown' | 'msrKnown'> = { cpuidKnown: new Map(), msrKnown: new Map() };

function knowledgeOf(profile: Profile, rows: ReadonlyMap<number, Registers>): Pick<Silicon, 'cpuidKnown' | 'msrKnown'> {
  if (!profile.partial) return KNOWN_WHOLE;
  const { known } = profile;
  const msrKnown = new Map(Object.entries(known?.msrs ?? {}).map(([index, bits]) => [Number(index), parseHex64(bits) ?? 0n]));
  return { cpuidKnown: knownCpuid(known ? cpuidMap(known.cpuid ?? []) : IDENTITY, rows), msrKnown };
}

/**
 * Turns a validated profile into silicon; from here on nobody sees JSON.
 * @param profile a profile that `validateProfile` found no problem in
 * @returns the boot CPU's silicon
 */
export function siliconOf(profile: Profile): Silicon {
  const writable = new Map<number, bigint>();
  for (const [index, bits] of Object.entries(profile.msrWritable ?? {})) writable.set(Number(index), parseHex64(bits) ?? 0n);
  const cpuid = cpuidMap(profile.cpuid);
  const msrs = msrMap(profile.msrs);
  return {
    cpuid,
    msrs,
    absentMsrs: profile.absentMsrs ?? 'unknown',
    absentLeaves: profile.absentLeaves ?? 'unknown',
    msrWritable: writable,
    behaviours: profile.behaviours ?? {},
    revision: parseHex32(profile.microcode.revision) ?? 0,
    revisionKnown: profile.microcode.unknown !== true,
    platformId: profile.microcode.platformId ?? null,
    threadsKnown: profile.topology?.threadsPerCore !== undefined || profile.topology?.cores !== undefined,
    partial: profile.partial ?? false,
    ...knowledgeOf(profile, cpuid),
  };
}

/**
 * The other kinds of core of a hybrid CPU: what they do not list is as on the boot CPU.
 * @returns one entry per kind, with the numbers of its CPUs
 */
export function otherSilicon(profile: Profile, boot: Silicon): { cpus: readonly number[]; silicon: Silicon }[] {
  return (profile.otherCores ?? []).map((core) => {
    const cpuid = cpuidMap(core.cpuid ?? [], boot.cpuid);
    return { cpus: core.cpus, silicon: { ...boot, cpuid, msrs: msrMap(core.msrs, boot.msrs), ...knowledgeOf(profile, cpuid) } };
  });
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
