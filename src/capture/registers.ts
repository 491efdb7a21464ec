import { hex, hex32, parseHex32, parseHex64 } from '../base/hex.ts';
import type { CpuidRow, MsrValues } from '../data/contract/profile.ts';

/** What CPUID answered for one leaf and subleaf: unsigned 32-bit numbers. */
export interface Row {
  readonly leaf: number;
  readonly subleaf: number;
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

export type RegisterName = 'eax' | 'ebx' | 'ecx' | 'edx';

/** MSR index to value; null: reading it faults. */
export type Msrs = ReadonlyMap<number, bigint | null>;

/** CPUs of one kind, and what the first of them answered. */
export interface Core {
  readonly cpus: readonly number[];
  readonly rows: readonly Row[];
  readonly msrs: Msrs;
}

/** @returns the row of a leaf and subleaf, or undefined. */
export function rowOf(rows: readonly Row[], leaf: number, subleaf = 0): Row | undefined {
  return rows.find((row) => row.leaf === leaf && row.subleaf === subleaf);
}

/** @returns a bit of CPUID; false where the row is not there. */
export function cpuidBit(rows: readonly Row[], leaf: number, subleaf: number, register: RegisterName, bit: number): boolean {
  return (((rowOf(rows, leaf, subleaf)?.[register] ?? 0) >>> bit) & 1) === 1;
}

/** @returns the rows with some bits of one register set and others cleared; unchanged where the row is not there. */
export function withBits(rows: readonly Row[], leaf: number, subleaf: number, register: RegisterName, set: number, clear = 0): Row[] {
  return rows.map((row) => (row.leaf === leaf && row.subleaf === subleaf ? { ...row, [register]: ((row[register] & ~clear) | set) >>> 0 } : row));
}

const ascii = (words: readonly number[]): string =>
  words.map((word) => String.fromCharCode(word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24)).join('');

/** @returns the vendor string of leaf 0, or ''. */
export function vendorOf(rows: readonly Row[]): string {
  const row = rowOf(rows, 0);
  return row ? ascii([row.ebx, row.edx, row.ecx]) : '';
}

/** @returns whether AMD's rules hold: Hygon makes AMD's Zen. */
export function isAmd(rows: readonly Row[]): boolean {
  return ['AuthenticAMD', 'HygonGenuine'].includes(vendorOf(rows));
}

/** @returns the brand string of leaves 0x80000002 to 4, blanks folded, or ''. */
export function brandOf(rows: readonly Row[]): string {
  const words = [2, 3, 4].flatMap((n) => {
    const row = rowOf(rows, 0x8000_0000 + n);
    return row ? [row.eax, row.ebx, row.ecx, row.edx] : [];
  });
  const text = ascii(words).split('\0')[0] ?? '';
  return text
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/ +/g, ' ')
    .trim();
}

/** @returns family, model and stepping of leaf 1 as /proc/cpuinfo prints them (cpu/common.c x86_family(), x86_model()). */
export function signatureParts(rows: readonly Row[]): { family: number; model: number; stepping: number } {
  const eax = rowOf(rows, 1)?.eax ?? 0;
  const base = (eax >>> 8) & 0xf;
  const family = base === 0xf ? base + ((eax >>> 20) & 0xff) : base;
  return { family, model: family >= 6 ? ((eax >>> 4) & 0xf) | ((eax >>> 12) & 0xf0) : (eax >>> 4) & 0xf, stepping: eax & 0xf };
}

/** @returns rows as a profile writes them, by leaf and subleaf. */
export function cpuidRows(rows: readonly Row[]): CpuidRow[] {
  const sorted = [...rows].sort((a, b) => a.leaf - b.leaf || a.subleaf - b.subleaf);
  return sorted.map((row) => ({
    leaf: hex(row.leaf),
    subleaf: hex(row.subleaf),
    eax: hex32(row.eax),
    ebx: hex32(row.ebx),
    ecx: hex32(row.ecx),
    edx: hex32(row.edx),
  }));
}

/** @returns rows of a profile as numbers. */
export function rowsOf(rows: readonly CpuidRow[]): Row[] {
  const number = (text: string): number => parseHex32(text) ?? 0;
  return rows.map((row) => ({
    leaf: number(row.leaf),
    subleaf: number(row.subleaf),
    eax: number(row.eax),
    ebx: number(row.ebx),
    ecx: number(row.ecx),
    edx: number(row.edx),
  }));
}

/** @returns MSRs as a profile writes them, by index. */
export function msrValues(msrs: Msrs): MsrValues {
  const sorted = [...msrs].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([index, value]) => [hex(index), value === null ? null : hex(value)]));
}

/** @returns MSRs of a profile as numbers. */
export function msrsOf(values: MsrValues | undefined): Msrs {
  return new Map(Object.entries(values ?? {}).map(([index, value]) => [Number(index), value === null ? null : parseHex64(value)]));
}
