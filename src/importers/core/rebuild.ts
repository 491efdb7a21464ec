import { cpuidBits, msrBits } from '../../data/bits/index.ts';
import { cpuinfoDerivedFlags, cpuinfoFlags } from '../../data/names/cpuinfo-flags.ts';
import { propertyAliases } from '../../data/names/model-properties.ts';
import { type CpuDump, rowKey, signatureOf } from './machine.ts';

/** A CPU known by names instead of registers. */
export interface NamedCpu {
  readonly cpu: number;
  readonly line: number;
  readonly vendor: string;
  readonly family?: number;
  readonly model?: number;
  readonly stepping?: number;
  readonly brand?: string;
  /** References of the bits that are known to be set. */
  readonly refs: readonly string[];
  /** References of the bits that would be named if they were set: of those, what is not named is clear. */
  readonly nameable?: readonly string[];
  /** Highest basic and extended leaf, where the format says them. */
  readonly level?: number;
  readonly extendedLevel?: number;
  readonly clflushBytes?: number;
  readonly apicId?: number;
  readonly threads?: number;
  readonly physicalBits?: number;
  readonly linearBits?: number;
}

type Register = 'eax' | 'ebx' | 'ecx' | 'edx';

const CPUID_REF = /^cpuid:([0-9a-f]+)\.([0-9a-f]+)\.(e[abcd]x)\[(\d+)\]$/;
const MSR_REF = /^msr:([0-9a-f]+)\[(\d+)\]$/;

interface Draft {
  readonly rows: Map<string, { leaf: number; subleaf: number } & Record<Register, number>>;
  readonly msrs: Map<number, bigint>;
}

function or(draft: Draft, leaf: number, subleaf: number, register: Register, value: number): void {
  const key = rowKey(leaf, subleaf);
  const row = draft.rows.get(key) ?? { leaf, subleaf, eax: 0, ebx: 0, ecx: 0, edx: 0 };
  row[register] = (row[register] | value) >>> 0;
  draft.rows.set(key, row);
}

function setBit(draft: Draft, ref: string): void {
  const cpuid = CPUID_REF.exec(ref);
  if (cpuid) or(draft, Number.parseInt(cpuid[1] ?? '0', 16), Number.parseInt(cpuid[2] ?? '0', 16), cpuid[3] as Register, 1 << Number(cpuid[4]));
  const msr = MSR_REF.exec(ref);
  if (!msr) return;
  const index = Number.parseInt(msr[1] ?? '0', 16);
  draft.msrs.set(index, (draft.msrs.get(index) ?? 0n) | (1n << BigInt(msr[2] ?? 0)));
}

/** Four characters to a word, the first in the lowest byte. */
function packed(text: string, at: number): number {
  const code = (offset: number): number => (at + offset < text.length ? text.charCodeAt(at + offset) & 0xff : 0);
  return (code(0) | (code(1) << 8) | (code(2) << 16) | (code(3) << 24)) >>> 0;
}

function setBrand(draft: Draft, brand: string): void {
  const text = brand.slice(0, 47);
  const registers: readonly Register[] = ['eax', 'ebx', 'ecx', 'edx'];
  for (let word = 0; word < 12; word += 1) or(draft, 0x8000_0002 + Math.floor(word / 4), 0, registers[word % 4] as Register, packed(text, word * 4));
}

/** Highest leaf of a range that was rebuilt; the CPU has at least that one. */
function highest(draft: Draft, from: number, to: number): number {
  let most = from;
  for (const { leaf } of draft.rows.values()) if (leaf >= from && leaf < to) most = Math.max(most, leaf);
  return most;
}

/** Subleaves with a known bit exist, so leaf 7 says that there are at least so many. */
function rebuildLeaf7(draft: Draft): void {
  const most = [...draft.rows.values()].reduce((highest, { leaf, subleaf }) => (leaf === 7 ? Math.max(highest, subleaf) : highest), 0);
  if (most > 0) or(draft, 7, 0, 'eax', most);
}

/** What every format says in its own words: vendor, signature, brand, highest leaves, sizes of addresses. */
function noteIdentity(known: Draft, named: NamedCpu): void {
  const whole = (leaf: number, ...registers: Register[]): void => {
    for (const register of registers) or(known, leaf, 0, register, 0xffff_ffff);
  };
  whole(0, ...(named.level === undefined ? [] : (['eax'] as const)), ...(named.vendor === '' ? [] : (['ebx', 'ecx', 'edx'] as const)));
  whole(1, 'ebx', ...(named.family === undefined || named.model === undefined ? [] : (['eax'] as const)));
  if (named.brand) for (const leaf of [2, 3, 4]) whole(0x8000_0000 + leaf, 'eax', 'ebx', 'ecx', 'edx');
  if (named.physicalBits) whole(0x8000_0008, 'eax');
  if (named.extendedLevel !== undefined) whole(0x8000_0000, 'eax');
}

/**
 * Builds registers from names. Bits that no name speaks of stay zero and are not known: the profile must say `partial`.
 * @param named what is known
 * @returns a CPU with the rows that hold at least one known value
 */
export function rebuildCpu(named: NamedCpu): CpuDump {
  const draft: Draft = { rows: new Map(), msrs: new Map() };
  const known: Draft = { rows: new Map(), msrs: new Map() };
  for (const ref of named.refs) setBit(draft, ref);
  for (const ref of [...named.refs, ...(named.nameable ?? [])]) setBit(known, ref);
  rebuildLeaf7(draft);
  noteIdentity(known, named);
  const { family, model, stepping } = named;
  if (family !== undefined && model !== undefined) or(draft, 1, 0, 'eax', signatureOf(family, model, stepping ?? 0));
  or(draft, 1, 0, 'ebx', ((named.apicId ?? 0) << 24) | ((Math.min(named.threads ?? 0, 255) & 0xff) << 16) | ((((named.clflushBytes ?? 0) >> 3) & 0xff) << 8));
  if (named.brand) setBrand(draft, named.brand);
  if (named.physicalBits) or(draft, 0x8000_0008, 0, 'eax', (named.physicalBits & 0xff) | (((named.linearBits ?? 0) & 0xff) << 8));
  or(draft, 0, 0, 'eax', named.level ?? highest(draft, 1, 0x4000_0000));
  const vendor = named.vendor.padEnd(12, '\0');
  or(draft, 0, 0, 'ebx', packed(vendor, 0));
  or(draft, 0, 0, 'edx', packed(vendor, 4));
  or(draft, 0, 0, 'ecx', packed(vendor, 8));
  const extended = named.extendedLevel ?? highest(draft, 0x8000_0000, 0x8100_0000);
  if (extended > 0x8000_0000) or(draft, 0x8000_0000, 0, 'eax', extended);
  return { cpu: named.cpu, line: named.line, rows: draft.rows, msrs: new Map<number, bigint | null>(draft.msrs), known };
}

const isAmd = (vendor: string): boolean => vendor === 'AuthenticAMD' || vendor === 'HygonGenuine';

export interface NameLookup {
  /** @returns the references behind a name; none when no bit has that name. */
  refs(name: string): readonly string[];
}

/** One feature may have a bit in Intel's and another in AMD's leaves: the extended one is AMD's. */
function chosen(refs: readonly string[], vendor: string): readonly string[] {
  if (refs.length < 2) return refs;
  const extended = refs.filter((ref) => ref.startsWith('cpuid:8'));
  const basic = refs.filter((ref) => !ref.startsWith('cpuid:8'));
  const first = isAmd(vendor) ? extended : basic;
  return first.length > 0 ? first : refs;
}

/**
 * Looks up flags as /proc/cpuinfo and lscpu print them.
 * @param vendor vendor string of leaf 0: some flags come from other bits on AMD than on Intel
 * @param family CPU family: older ones of AMD have some flags without a bit
 */
export function cpuinfoLookup(vendor: string, family: number): NameLookup {
  const byMacro = new Map<string, string[]>();
  for (const { linux, ref } of cpuidBits) if (linux !== null) byMacro.set(linux, [...(byMacro.get(linux) ?? []), ref]);
  return {
    refs: (flag) => {
      const derived = Object.hasOwn(cpuinfoDerivedFlags, flag) ? cpuinfoDerivedFlags[flag] : undefined;
      if (derived && isAmd(vendor)) return family >= (derived.amdSince ?? 0) ? derived.amd : [];
      if (derived) return derived.intel;
      const macro = (Object.hasOwn(cpuinfoFlags, flag) ? cpuinfoFlags[flag] : undefined) ?? flag.toUpperCase();
      return chosen(byMacro.get(macro) ?? [], vendor);
    },
  };
}

const plain = (name: string): string => name.replace(/[._]/g, '-');

/**
 * Looks up features as QEMU or libvirt name them, MSR features among them.
 * @param column whose names
 */
export function propertyLookup(column: 'qemu' | 'libvirt'): NameLookup {
  const byName = new Map<string, string>();
  for (const row of [...cpuidBits, ...msrBits]) {
    const name = row[column];
    if (name !== null && !byName.has(plain(name))) byName.set(plain(name), row.ref);
  }
  return {
    refs: (name) => {
      const wanted = plain(name);
      const alias = Object.hasOwn(propertyAliases, wanted) ? propertyAliases[wanted] : undefined;
      const ref = byName.get(wanted) ?? (alias === undefined ? undefined : byName.get(alias));
      return ref === undefined ? [] : [ref];
    },
  };
}

/** The note every rebuilt profile carries. */
export const REBUILT_NOTE = 'registers are rebuilt from names: bits without a name are not known, and zero stands for them';

/** @returns a note that lists names without a bit, or nothing. */
export function unknownNamesNote(names: readonly string[], what: string): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 40).map((name) => name.slice(0, 40));
  return [`${what} without a register bit of their own: ${shown.join(' ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`];
}
