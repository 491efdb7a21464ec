import { hex } from '../../base/hex.ts';
import type { Thread } from '../model/machine.ts';
import { verifyDigest } from './amd-patch-id.ts';
import { findPatch, patchLevel } from './amd-request.ts';
import { intelCpu, intelFit } from './intel-match.ts';
import { type LoadCase, type Revisions, writeCore } from './load-case.ts';
import type { OfferedUpdate } from './offered-file.ts';

/** What one CPU makes of the update: the loader's enum ucode_state. */
export interface Applied {
  readonly state: 'updated' | 'ok' | 'not-found' | 'error';
  readonly log: readonly string[];
  /** The digest of the patch was not known and counts as right. */
  readonly assumedDigest: boolean;
}

const NOT_FOUND: Applied = { state: 'not-found', log: [], assumedDigest: false };

function done(state: Applied['state'], log: readonly string[] = []): Applied {
  return { state, log, assumedDigest: false };
}

/** apply_microcode_late() of cpu/microcode/intel.c. */
export function applyIntel(c: LoadCase, update: OfferedUpdate, thread: Thread, revisions: Revisions): Applied {
  const current = revisions.silicon.get(thread.number) ?? 0;
  if (current < update.revision) {
    if (c.rejects(thread.number)) return done('error');
    writeCore(c.threads, revisions, thread, update.revision);
  }
  revisions.shown.set(thread.number, Math.max(current, update.revision));
  return done(current < update.revision ? 'updated' : 'ok');
}

/** The kernel prints the digits of the date field whether or not they make a date. */
function printedDate({ date, dateField }: OfferedUpdate): string {
  if (dateField === undefined) return date ?? '0000-00-00';
  const digits = dateField.toString(16).padStart(8, '0');
  return `${digits.slice(4)}-${digits.slice(0, 2)}-${digits.slice(2, 4)}`;
}

/**
 * 6.1's apply_microcode_intel(): each CPU looks for a newer patch in the cache; one that needs none and is not the boot
 * CPU ends as an error, so mixed revisions fail the load.
 */
export function applyIntelFromCache(c: LoadCase, update: OfferedUpdate, cache: readonly OfferedUpdate[], thread: Thread, revisions: Revisions): Applied {
  const shown = revisions.shown.get(thread.number) ?? 0;
  const fits = (kept: OfferedUpdate): boolean => kept.revision > shown && ['fits', 'assumed'].includes(intelFit(c.b, kept, intelCpu(c.b)));
  const patch = cache.find(fits) ?? (thread.number === 0 ? update : undefined);
  if (patch === undefined) return NOT_FOUND;
  const current = revisions.silicon.get(thread.number) ?? 0;
  if (current >= patch.revision) {
    revisions.shown.set(thread.number, current);
    return done('ok');
  }
  if (c.rejects(thread.number)) return done('error', [`microcode: CPU${thread.number} update to revision ${hex(patch.revision)} failed`]);
  writeCore(c.threads, revisions, thread, patch.revision);
  revisions.shown.set(thread.number, patch.revision);
  const line = `microcode: updated to revision ${hex(patch.revision)}, date = ${printedDate(patch)}`;
  return done('updated', thread.number === 0 ? [line] : []);
}

/**
 * apply_microcode_amd() of cpu/microcode/amd.c: a CPU of the same revision gets the patch again, since each thread of a
 * core may need it; the digest is asked for at this point.
 */
export function applyAmd(c: LoadCase, cache: readonly OfferedUpdate[], thread: Thread, revisions: Revisions): Applied {
  const current = revisions.silicon.get(thread.number) ?? 0;
  const patch = findPatch(c, cache, current);
  if (patch === null) return NOT_FOUND;
  if (current > patch.revision) {
    revisions.shown.set(thread.number, current);
    return done('ok');
  }
  const id = patch.revision.toString(16).padStart(8, '0');
  const digest = verifyDigest(c.b, {
    patch: patch.revision,
    current: patchLevel(c, current),
    sha256: patch.sha256,
    signature: c.b.cpuidRegister(1, 0, 'eax'),
    extra: c.extraDigests,
    damaged: c.damaged,
  });
  const taken = digest.passes && (current === patch.revision || !(c.damaged || c.rejects(thread.number)));
  if (!taken) return done('error', [...digest.log, `microcode: CPU${thread.number}: update failed for patch_level=0x${id}`]);
  writeCore(c.threads, revisions, thread, patch.revision);
  revisions.shown.set(thread.number, patch.revision);
  const line = c.b.trait('microcode-rendezvous') ? [] : [`microcode: CPU${thread.number}: new patch_level=0x${id}`];
  return { state: 'updated', log: [...digest.log, ...line], assumedDigest: digest.assumed };
}
