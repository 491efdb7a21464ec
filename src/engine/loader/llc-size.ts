import type { Boot } from '../boot/boot.ts';
import type { Thread } from '../model/machine.ts';

const DATA = 1;
const INSTRUCTION = 2;

/** c->x86_cache_size in KB from CPUID leaf 4: the third level, else the second, else both first ones (cpu/cacheinfo.c init_intel_cacheinfo()). */
function cacheSizeKb(b: Boot): number {
  let [l1, l2, l3] = [0, 0, 0];
  for (let index = 0; index < 16; index++) {
    const { eax, ebx, ecx } = b.cpuid(4, index);
    const type = eax & 0x1f;
    if (type === 0) break;
    const bytes = ((ebx >>> 22) + 1) * (((ebx >>> 12) & 0x3ff) + 1) * ((ebx & 0xfff) + 1) * (ecx + 1);
    const level = (eax >>> 5) & 7;
    if (level === 1 && (type === DATA || type === INSTRUCTION)) l1 += Math.floor(bytes / 1024);
    if (level === 2) l2 = Math.floor(bytes / 1024);
    if (level === 3) l3 = Math.floor(bytes / 1024);
  }
  return l3 || l2 || l1;
}

/** Cores of a package as CPUID tells them: leaf 0xB, else leaf 4 (6.1: detect_extended_topology(), detect_num_cpu_cores()). */
function coresByCpuid(b: Boot): number {
  const threads = b.cpuid(0xb, 0).ebx & 0xffff;
  if (b.cpu.level < 0xb || threads === 0) return (b.cpuid(4, 0).eax >>> 26) + 1;
  let siblings = threads;
  for (let level = 1; level < 8; level++) {
    const { ebx, ecx } = b.cpuid(0xb, level);
    const type = (ecx >>> 8) & 0xff;
    if (type === 0) break;
    if (type === 2) siblings = ebx & 0xffff;
  }
  return Math.max(1, Math.floor(siblings / threads));
}

/** Cores of a package as they were found (topology_num_cores_per_package()). */
function coresByThreads(threads: readonly Thread[]): number {
  const first = threads.find((thread) => thread.number === 0)?.package ?? 0;
  return Math.max(1, new Set(threads.filter((thread) => thread.package === first).map((thread) => thread.core)).size);
}

/** calc_llc_size_per_core(): bytes of the last-level cache for each core of a package (cpu/microcode/intel.c). */
export function llcSizePerCore(b: Boot, threads: readonly Thread[]): number {
  const cores = b.trait('parsed-topology') ? coresByThreads(threads) : coresByCpuid(b);
  return Math.floor((cacheSizeKb(b) * 1024) / cores);
}
