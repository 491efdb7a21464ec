import { lowestRevision, onSameSideOfCutoff, signatureOfRevision } from './amd-patch-id.ts';
import { bootSilicon, type LoadCase, NOTHING_REQUESTED, onlineThreads, type Requested } from './load-case.ts';
import { forceMinrev } from './loader-switches.ts';
import type { OfferedUpdate } from './offered-file.ts';

const FIRST_ZEN_FAMILY = 0x17;
/** Flaws that verify_container() finds, before anything of an earlier load is given up. */
const HEADLESS: readonly string[] = ['truncated-container', 'bad-magic'];

/** Zen patches are found by what their id says, older ones by the container's equivalence table; 6.1 uses the table for all. */
function byPatchId(c: LoadCase): boolean {
  return c.b.trait('amd-patch-id-match') && c.b.cpu.family >= FIRST_ZEN_FAMILY;
}

/** get_patch_level(): newer lines answer the lowest revision of the part where a Zen CPU reports none. */
export function patchLevel(c: LoadCase, revision: number): number {
  if (revision !== 0 || !c.b.trait('amd-lowest-revision') || c.b.cpu.family < FIRST_ZEN_FAMILY) return revision;
  return lowestRevision(c.b.cpuidRegister(1, 0, 'eax'));
}

/** verify_patch(): the patch is for this family and on the right side of the signing cut-off (cpu/microcode/amd.c). */
export function keptByLoader(c: LoadCase, update: OfferedUpdate): boolean {
  const family = 0xf + ((update.amd?.equivalenceId ?? 0) >>> 12);
  return family === c.b.cpu.family && onSameSideOfCutoff(c.b, patchLevel(c, bootSilicon(c.threads)), update.revision);
}

/** Whether a patch is for a CPU that runs a revision (cache_find_patch()). */
export function patchFits(c: LoadCase, update: OfferedUpdate, revision: number): boolean {
  if (byPatchId(c)) return signatureOfRevision(update.revision) === signatureOfRevision(patchLevel(c, revision));
  const signature = c.b.cpuidRegister(1, 0, 'eax');
  return update.applies.some((target) => target.signature === signature);
}

/** find_patch(): the newest kept patch for a CPU that runs this revision, or null. */
export function findPatch(c: LoadCase, cache: readonly OfferedUpdate[], revision: number): OfferedUpdate | null {
  let found: OfferedUpdate | null = null;
  for (const update of cache) if (patchFits(c, update, revision) && (found === null || update.revision > found.revision)) found = update;
  return found;
}

/** The containers that a late load can read: only the first, what stands behind it is taken for a damaged section. */
export function containerFlaw(c: LoadCase): string | null {
  if (c.file.flaw !== null) return c.file.flaw.flaw;
  return c.file.updates.some((update) => (update.amd?.container ?? 0) > 0) ? 'second-container' : null;
}

/** The first online CPU of each NUMA node stands for it; without CONFIG_NUMA there is one node. */
export function nodeLeaders(c: LoadCase): readonly (readonly [cpu: number, revision: number])[] {
  const seen = new Set<number>();
  const leaders: [number, number][] = [];
  const numa = c.b.config('CONFIG_NUMA');
  for (const thread of onlineThreads(c.threads)) {
    const node = numa ? thread.node : 0;
    if (seen.has(node)) continue;
    seen.add(node);
    leaders.push([thread.number, thread.cpu.revision]);
  }
  return leaders;
}

/**
 * request_microcode_amd() and load_microcode_amd() of cpu/microcode/amd.c: fills the cache of patches and looks whether
 * some node's first CPU is below its patch. `ok`: nothing to do, the write will succeed.
 */
export function requestAmd(c: LoadCase): Requested {
  const none: Requested = { ...NOTHING_REQUESTED, cache: c.cache };
  if (forceMinrev(c.b) || !c.file.present || c.file.vendor !== 'AuthenticAMD') return none;
  const flaw = containerFlaw(c);
  // Without a container's head the file is put away before the cache is touched.
  if (flaw !== null) return { ...none, state: 'error', log: c.file.flawLog ?? [], cache: HEADLESS.includes(flaw) ? c.cache : [] };
  const cache = [...c.cache, ...c.file.updates.filter((update) => keptByLoader(c, update))];
  // The patch is looked up for the CPU that writes the file, which is taken to be CPU 0.
  const update = findPatch(c, cache, bootSilicon(c.threads));
  const behind = update !== null && nodeLeaders(c).some(([, revision]) => revision < update.revision);
  return { ...none, state: behind ? 'new' : 'ok', update, cache };
}
