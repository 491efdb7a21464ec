import type { LatestMicrocodeRow } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import { defineVulnerability } from './_define.ts';
import { either, type Part, type Standing } from './_protection.ts';

/*
 * Microcode older than the list that came with the kernel. Decided once at boot: an update that comes late cures the fact, not
 * the line. Which row counts also depends on the platform id, a fuse that CPUID does not tell.
 */

const INTEL_PENTIUM_II_KLAMATH = 0x03;

/** intel_get_platform_id(): 0 in a guest and on parts before the Pentium II Deschutes, which lack the MSR; null where the profile does not know it. */
function platformId(b: Boot): number | null {
  const { family, model } = b.cpu;
  if (b.has('HYPERVISOR') || family < 6 || (family === 6 && model <= INTEL_PENTIUM_II_KLAMATH)) return 0;
  const id = b.silicon.platformId;
  b.trace.read('platformId', id, -1);
  return id;
}

/** x86_match_cpu() on cpu_latest_microcode: 0 is a wildcard in every column, and only the first row that fits counts. */
function latestFor(b: Boot, platform: number): number | null {
  const { family, model, stepping } = b.cpu;
  const fits = ([f, m, steppings, platforms]: LatestMicrocodeRow): boolean =>
    (f === 0 || f === family) &&
    (m === 0 || m === model) &&
    (steppings === 0 || ((steppings >>> stepping) & 1) === 1) &&
    (platforms === 0 || ((platforms >>> platform) & 1) === 1);
  return b.tables.latestMicrocode?.find(fits)?.[4] ?? null;
}

const PLATFORMS = [0, 1, 2, 3, 4, 5, 6, 7];

function latestRevision(b: Boot): number | null {
  if (b.cpu.vendor !== 'INTEL') return null;
  const platform = platformId(b);
  // Few parts have a revision for each platform: only of those is the fuse asked for.
  if (platform === null && new Set(PLATFORMS.map((one) => latestFor(b, one))).size > 1) b.trace.unknown.add('platformId');
  return latestFor(b, platform ?? 0);
}

function isOld(b: Boot): boolean {
  const latest = latestRevision(b);
  if (latest === null) {
    if (b.cpu.vendor === 'INTEL') b.print('x86/CPU: Model not found in latest microcode list');
    return false;
  }
  // Hosts tell their guests any revision they like.
  if (b.has('HYPERVISOR')) return false;
  // Bit 31 marks debug microcode, which is never current.
  return b.revision() >>> 31 === 1 || b.olderThan(latest);
}

function affected(b: Boot): void {
  if (!b.trait('old-microcode')) return;
  b.begin();
  if (!isOld(b)) return;
  b.print('x86/CPU: Running old microcode');
  b.forceBug('OLD_MICROCODE', 'old_microcode/affected/older-than-list');
  b.taint('CPU_OUT_OF_SPEC');
}

function show(b: Boot): string {
  return b.has('HYPERVISOR') ? 'Unknown: running under hypervisor' : 'Vulnerable';
}

function protection({ k, now }: Standing): Part[] {
  if (k.has('HYPERVISOR')) return [{ part: 'revision', state: 'unknown', why: 'hypervisor-decides' }];
  const latest = latestRevision(k) ?? 0;
  k.trace.read('revision', now.revision, -1);
  const current = now.revision >>> 31 === 0 && now.revision >= latest;
  return [{ part: 'revision', state: either(current), why: current ? 'revision-current' : 'revision-old' }];
}

export const oldMicrocode = defineVulnerability({
  id: 'old_microcode',
  sysfs: 'old_microcode',
  bug: 'OLD_MICROCODE',
  present: (b) => b.trait('old-microcode'),
  title: 'Old microcode',
  cves: [],
  document: 'old_microcode',
  parameters: [],
  evenWithoutSpeculation: true,
  affected,
  show,
  protection,
});
