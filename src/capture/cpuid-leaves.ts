import { type Device, failed } from './reader.ts';
import { type Row, rowOf } from './registers.ts';

/** More leaves or subleaves than any CPU has: a device that answers nonsense is not asked for ever. */
const MOST_LEAVES = 0x100;
const MOST_SUBLEAVES = 64;

type Ask = (leaf: number, subleaf: number) => Row | null;

/** Which further subleaves a leaf has, from what its subleaf 0 answered. Intel SDM and AMD APM, CPUID. */
type Subleaves = (first: Row, ask: Ask) => number[];

const numbersTo = (last: number): number[] => Array.from({ length: Math.min(last, MOST_SUBLEAVES - 1) }, (_, at) => at + 1);

/** Numbers of the bits that are set in a mask of 64. */
function bitsIn(low: number, high: number): number[] {
  const mask = (BigInt(high) << 32n) | BigInt(low);
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (mask >> BigInt(bit)) & 1n);
}

/** Subleaf 0 names the last one in EAX. */
const upToEax: Subleaves = (first) => numbersTo(first.eax);
/** A bit of subleaf 0 stands for each further subleaf. */
const byMask =
  (register: 'eax' | 'ebx' | 'edx'): Subleaves =>
  (first) =>
    bitsIn(first[register], 0).filter((bit) => bit > 0);

/** Counts on until an answer says that it is none any more; that answer is kept: who reads the profile stops there too. */
function until(ended: (row: Row) => boolean, from = 1): Subleaves {
  return (first, ask) => {
    const found: number[] = [];
    if (from === 1 && ended(first)) return found;
    for (let subleaf = from; subleaf < MOST_SUBLEAVES; subleaf++) {
      const row = ask(first.leaf, subleaf);
      if (row !== null) found.push(subleaf);
      if (row === null || ended(row)) break;
    }
    return found;
  };
}

const noCache = (row: Row): boolean => (row.eax & 0x1f) === 0;
const noLevel = (row: Row): boolean => (row.ecx & 0xff00) === 0;
const noSection = (row: Row): boolean => (row.eax & 0xf) === 0;

/** Every state component that user or supervisor mode may enable, and subleaf 1. */
const stateComponents: Subleaves = (first, ask) => {
  const supervisor = ask(first.leaf, 1);
  const both = [...bitsIn(first.eax, first.edx), ...bitsIn(supervisor?.ecx ?? 0, supervisor?.edx ?? 0)];
  return [1, ...[...new Set(both)].filter((bit) => bit > 1).sort((a, b) => a - b)];
};

/** Sections of the enclave page cache stand behind the two subleaves of capabilities. */
const enclaves: Subleaves = (first, ask) => [1, ...(first.eax === 0 ? [] : until(noSection, 2)(first, ask))];

// biome-ignore format: one line a leaf
const SUBLEAVES: ReadonlyMap<number, Subleaves> = new Map<number, Subleaves>([
  [0x4, until(noCache)],
  [0x7, upToEax],
  [0xb, until(noLevel)],
  [0xd, stateComponents],
  [0xf, byMask('edx')],
  [0x10, byMask('ebx')],
  [0x12, enclaves],
  [0x14, upToEax],
  [0x17, upToEax],
  [0x18, upToEax],
  [0x1b, until((row) => (row.eax & 0xfff) === 0)],
  [0x1d, upToEax],
  [0x1e, upToEax],
  [0x1f, until(noLevel)],
  [0x20, upToEax],
  [0x23, byMask('eax')],
  [0x24, upToEax],
  [0x27, byMask('edx')],
  [0x28, byMask('ebx')],
  [0x29, upToEax],
  [0x8000001d, until(noCache)],
  [0x80000020, byMask('ebx')],
  [0x80000026, until(noLevel)],
]);

/** Ranges of leaves, each told by its first leaf: what the CPU has, what a hypervisor adds, Transmeta's and Centaur's own. */
const RANGES: readonly { readonly base: number; readonly hypervisor?: true }[] = [
  { base: 0 },
  { base: 0x4000_0000, hypervisor: true },
  { base: 0x4000_0100, hypervisor: true },
  { base: 0x8000_0000 },
  { base: 0x8086_0000 },
  { base: 0xc000_0000 },
];

function asking(device: Device): Ask {
  return (leaf, subleaf) => {
    const bytes = device.at((BigInt(subleaf) << 32n) | BigInt(leaf), 16);
    if (failed(bytes) || bytes.length < 16) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
    const word = (at: number): number => view.getUint32(at, true);
    return { leaf, subleaf, eax: word(0), ebx: word(4), ecx: word(8), edx: word(12) };
  };
}

/** @returns the last leaf of a range, or -1 where the CPU has no such range: it then answers as for its last basic leaf. */
function lastLeaf(base: number, first: Row): number {
  const last = first.eax;
  if (base === 0) return Math.min(last, MOST_LEAVES - 1);
  // A hypervisor may leave the maximum at zero (KVM before 2012); its two leaves are there all the same.
  if (base === 0x4000_0000 && last === 0 && first.ebx !== 0) return base + 1;
  return last >= base && last - base <= 0xffff ? Math.min(last, base + MOST_LEAVES - 1) : -1;
}

/**
 * Reads every leaf and subleaf that a CPU says it has.
 * @param device an open /dev/cpu/N/cpuid (arch/x86/kernel/cpuid.c cpuid_read(): position is leaf and, above 32 bits, subleaf)
 * @returns the rows; none where the device does not answer
 */
export function readCpuid(device: Device): Row[] {
  const ask = asking(device);
  const rows: Row[] = [];
  for (const { base, hypervisor } of RANGES) {
    if (hypervisor && !((rowOf(rows, 1)?.ecx ?? 0) >>> 31)) continue;
    const first = ask(base, 0);
    if (first === null) {
      if (base === 0) return [];
      continue;
    }
    for (let leaf = base; leaf <= lastLeaf(base, first); leaf++) {
      const row = leaf === base ? first : ask(leaf, 0);
      if (row === null) break;
      const more = (SUBLEAVES.get(leaf)?.(row, ask) ?? []).flatMap((subleaf) => ask(leaf, subleaf) ?? []);
      rows.push(row, ...more);
    }
  }
  return rows;
}
