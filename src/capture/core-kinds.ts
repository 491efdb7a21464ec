import type { RegisterName, Row } from './registers.ts';

type Masks = Partial<Record<RegisterName, number>>;

const ALL = 0xffff_ffff;

/**
 * Bits that say which CPU answered, or when, and not what kind of core it is: `leaf.subleaf`, or the leaf for all its subleaves.
 * From the Intel SDM and AMD APM, CPUID. src/importers/core/core-types.ts compares dumps by the same rule.
 */
const OF_ONE_CPU: Readonly<Record<string, Masks>> = {
  /** Second processor of a pair, APIC id and number of logical CPUs; OSXSAVE and APIC follow the operating system. */
  '1.0': { eax: 0x3000, ebx: 0xffff_0000, ecx: 1 << 27, edx: 1 << 9 },
  /** A core with its second thread off names other TLBs; leaf 4 tells kinds of cores apart. */
  '2': { eax: ALL, ebx: ALL, ecx: ALL, edx: ALL },
  /** Serial number of the Pentium III. */
  '3': { ecx: ALL, edx: ALL },
  /** Cores and threads that share a cache. */
  '4': { eax: 0xffff_c000 },
  /** Row of this CPU in the hardware feedback table. */
  '6.0': { edx: 0xffff_0000 },
  /** OSPKE follows the operating system. */
  '7.0': { ecx: 1 << 4 },
  b: { ebx: ALL, edx: ALL },
  '1f': { ebx: ALL, edx: ALL },
  /** Sizes of the state enabled at that moment. */
  'd.0': { ebx: ALL },
  'd.1': { ebx: ALL },
  /** Favoured cores have frequencies of their own. */
  '16.0': { eax: ALL, ebx: ALL, ecx: ALL },
  /** The L3 belongs to the core complex: stacked cache on one of two makes no other core. */
  '80000006.0': { edx: ALL },
  '8000001d.3': { eax: 0x03ff_c000, ebx: ALL, ecx: ALL },
  '8000001d': { eax: 0x03ff_c000 },
  '8000001e': { eax: ALL, ebx: ALL, ecx: ALL },
  '8000001f.0': { edx: ALL },
  /** Number of CPUs and rank of efficiency; core type and native model stay. */
  '80000026': { ebx: 0x00ff_ffff, edx: ALL },
  /** Sensors of Centaur and Zhaoxin. */
  c0000004: { eax: ALL, ebx: ALL, ecx: ALL, edx: ALL },
};

const REGISTERS: readonly RegisterName[] = ['eax', 'ebx', 'ecx', 'edx'];

function rowPrint(row: Row): string {
  // Hypervisor leaves may name the virtual CPU (Xen does).
  if (row.leaf >>> 28 === 4) return '';
  const leaf = row.leaf.toString(16);
  const masks = OF_ONE_CPU[`${leaf}.${row.subleaf.toString(16)}`] ?? OF_ONE_CPU[leaf] ?? {};
  const kept = REGISTERS.map((register) => ((row[register] & ~(masks[register] ?? 0)) >>> 0).toString(16));
  return kept.every((word) => word === '0') ? '' : `${leaf}.${row.subleaf.toString(16)}=${kept.join(',')}`;
}

/**
 * Tells kinds of cores apart, as on hybrids.
 * @param rows what one CPU answered
 * @returns a text that is the same for CPUs of one kind; rows of zeros and what names the CPU itself do not count
 */
export function coreKind(rows: readonly Row[]): string {
  return rows
    .map(rowPrint)
    .filter((print) => print !== '')
    .sort()
    .join(';');
}
