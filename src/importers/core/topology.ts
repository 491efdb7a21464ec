import type { ProfileTopology } from '../../data/contract/profile.ts';
import { type CpuDump, rowOf, signatureParts } from './machine.ts';

interface Shape {
  readonly apicId: number;
  /** Bits of the APIC id that number the thread, and the thread and core together. */
  readonly threadBits: number;
  readonly packageBits: number;
  /** As the CPU counts them itself. */
  readonly threadsPerCore: number;
  readonly threadsPerPackage: number;
}

const SMT_LEVEL = 1;
const bitsFor = (count: number): number => Math.ceil(Math.log2(Math.max(count, 1)));

/** Leaves 0x1f and 0xb (kernel: cpu/topology_ext.c parse_topology_leaf()): levels with a shift and a count each. */
function extendedShape(cpu: CpuDump, leaf: number): Shape | null {
  const first = rowOf(cpu, leaf);
  if (!first || (first.ebx & 0xffff) === 0) return null;
  let threadBits = 0;
  let threadsPerCore = 1;
  let packageBits = 0;
  let threadsPerPackage = 1;
  for (let level = 0; level < 16; level += 1) {
    const row = rowOf(cpu, leaf, level);
    if (!row || (row.ebx & 0xffff) === 0 || (row.ecx & 0xff00) === 0) break;
    packageBits = row.eax & 0x1f;
    threadsPerPackage = row.ebx & 0xffff;
    if (((row.ecx >>> 8) & 0xff) !== SMT_LEVEL) continue;
    threadBits = packageBits;
    threadsPerCore = threadsPerPackage;
  }
  return { apicId: first.edx, threadBits, packageBits, threadsPerCore, threadsPerPackage };
}

/** From family 0x17 the AMD leaf counts threads of a core (kernel: cpu/topology_amd.c parse_8000_001e()); before, cores of a unit. */
function zenThreads(cpu: CpuDump): number | null {
  const row = rowOf(cpu, 0x8000_001e);
  const { family } = signatureParts(rowOf(cpu, 1)?.eax ?? 0);
  return row && family >= 0x17 ? ((row.ebx >>> 8) & 0xff) + 1 : null;
}

/** Cores among the threads of a package, as leaf 4 (Intel) or 0x80000008 (AMD) counts them; null when no leaf does. */
function coresAmong(cpu: CpuDump, threads: number): number | null {
  const zen = zenThreads(cpu);
  if (zen !== null) return Math.max(1, Math.floor(threads / zen));
  const amd = (rowOf(cpu, 0x8000_0008)?.ecx ?? 0) & 0xff;
  if (amd > 0) return Math.min(amd + 1, threads);
  const leaf4 = rowOf(cpu, 4)?.eax ?? 0;
  if (leaf4 !== 0) return Math.min(((leaf4 >>> 26) & 0x3f) + 1, threads);
  // CPUs from before leaf 4 have one core; the second thread is hyper-threading.
  return threads <= 2 ? 1 : null;
}

/** CPUs without the topology leaves: leaf 1 counts threads, other leaves cores. */
function legacyShape(cpu: CpuDump): Shape | null {
  const leaf1 = rowOf(cpu, 1);
  if (!leaf1) return null;
  const threads = (leaf1.edx >>> 28) & 1 ? Math.max((leaf1.ebx >>> 16) & 0xff, 1) : 1;
  const cores = coresAmong(cpu, threads);
  if (cores === null) return null;
  const packageBits = bitsFor(threads);
  return {
    apicId: leaf1.ebx >>> 24,
    threadBits: Math.max(0, packageBits - bitsFor(cores)),
    packageBits,
    threadsPerCore: Math.max(1, Math.floor(threads / cores)),
    threadsPerPackage: threads,
  };
}

const shapeOf = (cpu: CpuDump): Shape | null => extendedShape(cpu, 0x1f) ?? extendedShape(cpu, 0xb) ?? legacyShape(cpu);

/** Counts packages, cores and threads by APIC id; null when the ids do not tell the CPUs apart. */
function counted(shapes: readonly Shape[]): ProfileTopology | null {
  if (new Set(shapes.map((shape) => shape.apicId)).size < shapes.length) return null;
  const packages = new Map<number, Map<number, number>>();
  for (const { apicId, threadBits, packageBits } of shapes) {
    const package_ = Math.floor(apicId / 2 ** packageBits);
    const core = Math.floor(apicId / 2 ** threadBits);
    const cores = packages.get(package_) ?? new Map<number, number>();
    cores.set(core, (cores.get(core) ?? 0) + 1);
    packages.set(package_, cores);
  }
  const all = [...packages.values()];
  return {
    packages: packages.size,
    coresPerPackage: all.reduce((most, cores) => Math.max(most, cores.size), 1),
    threadsPerCore: all.reduce((most, cores) => Math.max(most, ...cores.values()), 1),
  };
}

/**
 * Finds packages, cores and threads of a machine.
 * @param cpus its CPUs; with one only, what that CPU counts of its own package
 * @returns the topology, or undefined when the rows that say it are missing
 */
export function topologyOf(cpus: readonly CpuDump[]): ProfileTopology | undefined {
  const shapes = cpus.map(shapeOf).filter((shape): shape is Shape => shape !== null);
  const first = shapes[0];
  if (!first) return undefined;
  const exact = shapes.length > 1 ? counted(shapes) : null;
  const threadsPerCore = Math.max(1, first.threadsPerCore);
  return exact ?? { packages: 1, coresPerPackage: Math.max(1, Math.floor(first.threadsPerPackage / threadsPerCore)), threadsPerCore };
}
