import type { Boot } from './boot.ts';
import type { Cpu } from './cpu.ts';
import { lacksTopologyLeaves } from './identify-topology.ts';

const SMT_TYPE = 1;
const MSR_FAM10H_NODE_ID = 0xc001100c;

/** check_extended_topology_leaf(): 0x1f before 0xb; the first subleaf must be the SMT level (6.1 cpu/topology.c). */
function extendedLeaf(b: Boot, cpu: Cpu): number | null {
  for (const leaf of [0x1f, 0xb]) {
    if (cpu.level < leaf) continue;
    const { ebx, ecx } = b.cpuid(leaf, 0, cpu);
    // Read for the record only where the profile lacks the leaf.
    if (!b.knowsCpuid(leaf, 0, 'ecx', null, cpu)) b.cpuidRegister(leaf, 0, 'ecx', cpu);
    if (ebx !== 0 && ((ecx >>> 8) & 0xff) === SMT_TYPE) return leaf;
  }
  return null;
}

/** detect_extended_topology_early(), from early_init_intel(): the flag; siblings are counted later. */
export function flagExtendedTopology(b: Boot, cpu: Cpu): void {
  b.begin();
  const leaf = extendedLeaf(b, cpu);
  if (leaf === null) return b.leaveFeature('XTOPOLOGY', 'topology/no-leaf', cpu);
  b.trace.read(`cpuid:${leaf.toString(16)}.0.ecx`, b.cpuid(leaf, 0, cpu).ecx, -1);
  b.set('XTOPOLOGY', 'topology/leaf', cpu);
}

/** amd_get_topology(), hygon_get_topology(): more than one node in the package. */
export function flagMultiNode(b: Boot, cpu: Cpu): void {
  b.begin();
  let nodes = 1;
  if (b.has('TOPOEXT')) nodes = ((b.cpuid(0x8000_001e, 0, cpu).ecx >>> 8) & 7) + 1;
  else if (b.has('NODEID_MSR')) nodes = Number(((b.msr(MSR_FAM10H_NODE_ID, cpu) ?? 0n) >> 3n) & 7n) + 1;
  if (nodes > 1) b.set('AMD_DCM', 'topology/amd-nodes', cpu);
}

/**
 * early_init_amd(): the count is taken whenever the feature is seen. Where the kernel itself had to switch the leaf on, that is the first
 * time only: the second identification finds nothing left to switch, and so no feature.
 */
export function countSiblingsEarly(b: Boot, cpu: Cpu): void {
  if (cpu !== b.cpu || (cpu.vendor !== 'AMD' && cpu.vendor !== 'HYGON') || !b.has('TOPOEXT', cpu)) return;
  b.share('smp_num_siblings', ((b.cpuid(0x8000_001e, 0, cpu).ebx >>> 8) & 0xff) + 1, 'topology/siblings-early');
}

interface Count {
  siblings: number;
  cores: number;
}

/** Threads per core and cores that AMD's and Hygon's own leaves give. */
function countAmd(b: Boot, cpu: Cpu): Count {
  const count: Count = {
    siblings: Number(b.shared('smp_num_siblings') ?? 1),
    cores: cpu.extendedLevel >= 0x8000_0008 ? (b.cpuid(0x8000_0008, 0, cpu).ecx & 0xff) + 1 : 1,
  };
  if (!b.has('TOPOEXT', cpu)) return count;
  count.siblings = ((b.cpuid(0x8000_001e, 0, cpu).ebx >>> 8) & 0xff) + 1;
  if ((cpu.family >= 0x17 || cpu.vendor === 'HYGON') && count.siblings > 1) count.cores = Math.floor(count.cores / count.siblings);
  const leaf = extendedLeaf(b, cpu);
  if (leaf === null) return count;
  count.siblings = Math.max(count.siblings, b.cpuid(leaf, 0, cpu).ebx & 0xffff);
  count.cores = Math.floor((b.cpuid(leaf, 1, cpu).ebx & 0xffff || count.siblings) / count.siblings);
  return count;
}

function countOthers(b: Boot, cpu: Cpu): Count {
  const { eax } = b.cpuid(4, 0, cpu);
  const counted = cpu.vendor !== 'UNKNOWN' && cpu.level >= 4 && (eax & 0x1f) !== 0;
  const count: Count = { siblings: 1, cores: counted ? (eax >>> 26) + 1 : 1 };
  const leaf = cpu.vendor === 'INTEL' ? extendedLeaf(b, cpu) : null;
  if (leaf !== null) count.siblings = Math.max(1, b.cpuid(leaf, 0, cpu).ebx & 0xffff);
  return count;
}

/**
 * smp_num_siblings of the oldest line, once the boot CPU is identified: the count in CPUID, not the shift, decides about SMT
 * (cpu/common.c detect_ht(), cpu/topology.c).
 */
export function countSiblings(b: Boot, cpu: Cpu): void {
  b.begin();
  const count = cpu.vendor === 'AMD' || cpu.vendor === 'HYGON' ? countAmd(b, cpu) : countOthers(b, cpu);
  // detect_ht(): older CPUs count all logical processors of the package in leaf 1.
  if (b.has('HT', cpu) && !b.has('CMP_LEGACY', cpu) && !b.has('XTOPOLOGY', cpu)) {
    const logical = (b.cpuid(1, 0, cpu).ebx >>> 16) & 0xff;
    count.siblings = Math.floor(logical / Math.max(1, count.cores));
  }
  const known = !lacksTopologyLeaves(b, cpu);
  b.share('smp_num_siblings', known ? Math.max(1, count.siblings) : null, known ? 'topology/siblings' : 'topology/not-known');
}
