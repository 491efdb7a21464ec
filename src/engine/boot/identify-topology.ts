import { knowsCpuid } from '../silicon/knowledge.ts';
import type { Boot } from './boot.ts';
import type { Cpu } from './cpu.ts';

/** Level types of leaves 0xb, 0x1f and 0x80000026 that this code tells apart. */
const SMT_TYPE = 1;
const MSR_FAM10H_NODE_ID = 0xc001100c;
const MAX_SUBLEAF = 16;

interface Shifts {
  smt: number;
  smtCpus: number;
}

function orderOf(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}

/** One of the leaves that list the levels of the topology. @returns false when its first subleaf says nothing. */
function parseLeaf(b: Boot, cpu: Cpu, leaf: number, shifts: Shifts): boolean {
  let subleaf = 0;
  for (; subleaf < MAX_SUBLEAF; subleaf++) {
    if (subleaf === 0) b.knowsCpuid(leaf, 0, 'ecx', null, cpu);
    const { eax, ebx, ecx } = b.cpuid(leaf, subleaf, cpu);
    const type = (ecx >>> 8) & 0xff;
    if ((ebx & 0xffff) === 0 || type === 0) break;
    if (type === SMT_TYPE) {
      shifts.smt = eax & 0x1f;
      shifts.smtCpus = ebx & 0xffff;
    }
  }
  if (subleaf === 0) {
    b.begin();
    b.trace.read(`cpuid:${leaf.toString(16)}.0.ecx`, 0, -1);
    b.leaveFeature('XTOPOLOGY', 'topology/no-leaf', cpu);
    return false;
  }
  // Some machines say shift 0 and two CPUs: they do have siblings.
  if (shifts.smt === 0 && shifts.smtCpus > 1) shifts.smt = orderOf(shifts.smtCpus);
  b.begin();
  b.trace.read(`cpuid:${leaf.toString(16)}.0.ecx`, b.cpuid(leaf, 0, cpu).ecx, -1);
  b.set('XTOPOLOGY', 'topology/leaf', cpu);
  return true;
}

/** cpu_parse_topology_ext(): the newest leaf that answers (cpu/topology_ext.c). */
function parseExtended(b: Boot, cpu: Cpu, shifts: Shifts): boolean {
  if (cpu.level >= 0x1f && parseLeaf(b, cpu, 0x1f, shifts)) return true;
  if (cpu.extendedLevel >= 0x8000_0026 && parseLeaf(b, cpu, 0x8000_0026, shifts)) return true;
  return cpu.level >= 0xb && parseLeaf(b, cpu, 0xb, shifts);
}

/** parse_legacy(): leaves 1 and 4 alone: what does not count as a core is a sibling (cpu/topology_common.c). */
function parseLegacy(b: Boot, cpu: Cpu, shifts: Shifts): void {
  const { eax } = b.cpuid(4, 0, cpu);
  const cores = cpu.level >= 4 && eax & 0x1f ? (eax >>> 26) + 1 : 1;
  const logical = orderOf((b.cpuid(1, 0, cpu).ebx >>> 16) & 0xff);
  if (!b.has('HT', cpu)) return;
  if (logical < orderOf(cores)) b.taint('WARN');
  else shifts.smt = logical - orderOf(cores);
}

/** @returns nodes in the package, from the leaf or the MSR that family 0x10 and later have. */
function amdNodes(b: Boot, cpu: Cpu, extended: boolean, shifts: Shifts): number {
  if (b.has('TOPOEXT')) {
    const { ebx, ecx } = b.cpuid(0x8000_001e, 0, cpu);
    if (!extended && cpu.family >= 0x17) shifts.smt = orderOf(((ebx >>> 8) & 0xff) + 1);
    return ((ecx >>> 8) & 7) + 1;
  }
  if (!b.has('NODEID_MSR')) return 1;
  return Number(((b.msr(MSR_FAM10H_NODE_ID, cpu) ?? 0n) >> 3n) & 7n) + 1;
}

const INTEL_LEAVES: readonly number[] = [0x1f, 0xb, 4];
const AMD_LEAVES: readonly number[] = [0x8000_0026, 0x1f, 0xb, 0x8000_001e];

/**
 * Does the profile lack the leaves that tell siblings apart? Then the kernel cannot be asked what it would make of them, and how the profile
 * says the machine is built counts. A leaf that answers outweighs what is missing behind it.
 * @returns whether it does; what is missing is noted and read, unless the profile says it in other words
 */
export function lacksTopologyLeaves(b: Boot, cpu: Cpu): boolean {
  const leaves = cpu.vendor === 'AMD' || cpu.vendor === 'HYGON' ? AMD_LEAVES : INTEL_LEAVES;
  for (const leaf of leaves) {
    if (knowsCpuid(cpu.silicon, leaf, 0, 'ebx', null)) {
      if (b.cpuid(leaf, 0, cpu).ebx !== 0) return false;
      continue;
    }
    if (!cpu.silicon.threadsKnown) b.cpuidRegister(leaf, 0, 'ebx', cpu);
    return true;
  }
  return false;
}

/** topoext_fixup(): firmware of family 0x15 may hide the leaf; it is switched on again where the MSR takes it. */
export function restoreTopologyExtensions(b: Boot, cpu: Cpu, flip: (index: number, bit: number) => number): void {
  b.begin();
  if (b.has('TOPOEXT', cpu) || cpu.vendor !== 'AMD' || cpu.family !== 0x15 || cpu.model < 0x10 || cpu.model > 0x6f) return;
  if (flip(0xc0011005, 54) > 0) b.set('TOPOEXT', 'topology/topoext-restored', cpu);
}

/**
 * cpu_init_topology() and cpu_parse_topology(): the shifts inside the APIC ID, and the features that say where they came from
 * (cpu/topology_common.c, topology_amd.c, topology_ext.c).
 * @param flip msr_set_bit() on that CPU
 */
export function parseTopology(b: Boot, cpu: Cpu, flip: (index: number, bit: number) => number): void {
  const shifts: Shifts = { smt: 0, smtCpus: 0 };
  if (cpu.level < 1) return;
  if (cpu.vendor === 'AMD' || cpu.vendor === 'HYGON') {
    restoreTopologyExtensions(b, cpu, flip);
    const extended = parseExtended(b, cpu, shifts);
    if (extended || cpu.extendedLevel >= 0x8000_0008) {
      b.begin();
      if (amdNodes(b, cpu, extended, shifts) > 1) b.set('AMD_DCM', 'topology/amd-nodes', cpu);
    }
  } else if (cpu.vendor === 'INTEL') {
    if (!parseExtended(b, cpu, shifts)) parseLegacy(b, cpu, shifts);
  } else if (cpu.vendor !== 'UNKNOWN') parseLegacy(b, cpu, shifts);
  if (cpu !== b.cpu) return;
  const known = !lacksTopologyLeaves(b, cpu);
  b.share('topology_smt_shift', known ? shifts.smt : null, known ? 'topology/smt-shift' : 'topology/not-known');
}
