import { type CpuDump, type Registers, rowOf } from './machine.ts';

type Masks = Partial<Record<'eax' | 'ebx' | 'ecx' | 'edx', number>>;

const ALL = 0xffff_ffff;

/**
 * Bits that say which CPU answered, or when, and not what kind of core it is: `leaf.subleaf`, or the leaf for all its subleaves.
 * From the Intel SDM and AMD APM, CPUID.
 */
const VOLATILE: Readonly<Record<string, Masks>> = {
  /** Second processor of a pair, APIC id and number of logical CPUs; OSXSAVE and APIC follow the operating system. */
  '1.0': { eax: 0x3000, ebx: 0xffff_0000, ecx: 1 << 27, edx: 1 << 9 },
  /** Cache and TLB descriptors: a core with its second thread off names other TLBs. Leaf 4 tells kinds of cores apart. */
  '2': { eax: ALL, ebx: ALL, ecx: ALL, edx: ALL },
  /** Serial number of the Pentium III. */
  '3': { ecx: ALL, edx: ALL },
  /** Cores and threads that share: one thread more or less does not make another core; cache sizes stand in ebx and ecx. */
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
  /** Nominal frequencies: favoured cores have their own. */
  '16.0': { eax: ALL, ebx: ALL, ecx: ALL },
  /** The L3 belongs to the core complex: with stacked cache on one of two, the cores are still the same. */
  '80000006.0': { edx: ALL },
  '8000001d.3': { eax: 0x03ff_c000, ebx: ALL, ecx: ALL },
  '8000001d': { eax: 0x03ff_c000 },
  '8000001e': { eax: ALL, ebx: ALL, ecx: ALL },
  '8000001f.0': { edx: ALL },
  /** Number of CPUs and power-efficiency rank; core type and native model stay. */
  '80000026': { ebx: 0x00ff_ffff, edx: ALL },
  /** Sensors of Centaur and Zhaoxin. */
  c0000004: { eax: ALL, ebx: ALL, ecx: ALL, edx: ALL },
};

/** Hypervisor leaves may name the virtual CPU (Xen does). */
const isHypervisor = (leaf: number): boolean => leaf >>> 28 === 4;

function fingerprintRow(row: Registers): string {
  const leaf = row.leaf.toString(16);
  const masks = VOLATILE[`${leaf}.${row.subleaf.toString(16)}`] ?? VOLATILE[leaf] ?? {};
  const kept = (['eax', 'ebx', 'ecx', 'edx'] as const).map((register) => ((row[register] & ~(masks[register] ?? 0)) >>> 0).toString(16));
  return kept.every((word) => word === '0') ? '' : `${leaf}.${row.subleaf.toString(16)}=${kept.join(',')}`;
}

function fingerprint(cpu: CpuDump): string {
  const parts: string[] = [];
  for (const row of cpu.rows.values()) {
    const part = isHypervisor(row.leaf) ? '' : fingerprintRow(row);
    if (part !== '') parts.push(part);
  }
  return parts.sort().join(';');
}

/**
 * Sorts the CPUs of a machine by kind of core, as on hybrids.
 * @param cpus the CPUs of one machine
 * @returns groups of equal cores, in the order of their first CPU; rows of zeros and what names the CPU itself are left out of the comparison
 */
export function coreTypes(cpus: readonly CpuDump[]): readonly (readonly CpuDump[])[] {
  const groups = new Map<string, CpuDump[]>();
  for (const cpu of cpus) {
    const key = fingerprint(cpu);
    const group = groups.get(key);
    if (group) group.push(cpu);
    else groups.set(key, [cpu]);
  }
  return [...groups.values()];
}

/** @returns whether the CPU says of itself that other kinds of core stand beside it (Intel leaf 7 edx bit 15, AMD 0x80000026 eax bit 30). */
export function saysHybrid(cpu: CpuDump): boolean {
  return (((rowOf(cpu, 7)?.edx ?? 0) >>> 15) & 1) === 1 || (((rowOf(cpu, 0x8000_0026)?.eax ?? 0) >>> 30) & 1) === 1;
}
