import { type AmdFile, parseAmdFile } from './amd-file.ts';
import { amdLoaderWalk } from './amd-loader-walk.ts';
import { familyOfEquivalenceId, lowestZenRevision, signatureOfPatchId, splitSignature } from './cpu-signature.ts';
import { type LoaderTraits, loaderTraits } from './loader-traits.ts';
import { needsDigest, sameSideOfCutoff, signingCutoff } from './signing-cutoff.ts';
import { type TurnDown, turnDown } from './turn-down.ts';
import type { FoundFlaw, UpdateRecord } from './update-record.ts';
import type { FileResult, FileVerdict, JudgedUpdate, LoaderCpu, LoaderOptions } from './verdict.ts';

const FIRST_ZEN_FAMILY = 0x17;

/** The CPU as this line's AMD loader sees it. */
interface AmdCpu {
  readonly cpu: LoaderCpu;
  readonly traits: LoaderTraits;
  readonly family: number;
  readonly revision: number;
  readonly byPatchId: boolean;
  /** Equivalence id that the first container's table gives the CPU, 0 for none. */
  readonly equivalenceId: number;
}

/**
 * AMD's part of `judgeFile`.
 * @param bytes the file
 * @param parsed what `parseAmdFile` made of it, if it was parsed before
 * @source cpu/microcode/amd.c request_microcode_amd(), load_microcode_amd(), verify_patch(), update_cache(), find_patch()
 */
export function judgeAmdFile(bytes: Uint8Array, parsed: AmdFile | undefined, cpu: LoaderCpu, options: LoaderOptions): FileVerdict {
  const traits = loaderTraits(options.line);
  const file = parsed ?? parseAmdFile(bytes, null);
  const all = (...reasons: TurnDown[]): JudgedUpdate[] => file.updates.map((update) => ({ update, reasons }));
  if (bytes.length === 0) return verdict('not-found', traits, null, null, [], []);
  if (options.forceMinrev === true && traits.readsMinRevision) return verdict('not-found', traits, null, null, all(turnDown('force-minrev-on-amd')), []);
  const view = amdCpu(cpu, traits, file);
  const walk = amdLoaderWalk(bytes, view.family, traits);
  const chosen = walk.flaw === null ? best(file.updates, view) : null;
  const newer = chosen !== null && chosen.revision > view.revision;
  const updates = file.updates.map((update) => ({ update, reasons: reasonsAgainst(update, view, chosen, walk.flaw) }));
  if (walk.flaw !== null) return verdict('bad-file', traits, null, walk.flaw, updates, walk.log);
  if (!newer) return verdict('fine-as-it-is', traits, null, null, updates, []);
  const digest = digestRefusal(chosen, view, options);
  const marked = digest === null ? updates : updates.map((each) => (each.update === chosen ? { update: each.update, reasons: [digest] } : each));
  return { ...verdict('new', traits, chosen, null, marked, []), errno: digest === null ? null : 'EIO' };
}

function verdict(
  result: FileResult,
  traits: LoaderTraits,
  chosen: UpdateRecord | null,
  flaw: FoundFlaw | null,
  updates: readonly JudgedUpdate[],
  log: readonly string[],
): FileVerdict {
  const errno = !traits.reportsErrors ? null : result === 'bad-file' ? 'EBADFD' : result === 'not-found' ? 'ENOENT' : null;
  return { result, errno, chosen, flaw, updates, log };
}

function amdCpu(cpu: LoaderCpu, traits: LoaderTraits, file: AmdFile): AmdCpu {
  const { family } = splitSignature(cpu.signature);
  const zen = family >= FIRST_ZEN_FAMILY;
  const listed = file.containers[0]?.table.find((target) => target.signature === cpu.signature);
  return {
    cpu,
    traits,
    family,
    revision: cpu.revision === 0 && zen && traits.fillsInRevision ? lowestZenRevision(cpu.signature) : cpu.revision,
    byPatchId: zen && traits.zenByPatchId,
    equivalenceId: listed?.equivalenceId ?? 0,
  };
}

/** The cache keeps one patch for each kind of CPU, the newest; a patch across the cut-off never enters it. */
function best(updates: readonly UpdateRecord[], view: AmdCpu): UpdateRecord | null {
  let chosen: UpdateRecord | null = null;
  for (const update of updates) {
    if (fitReasons(update, view).length === 0 && (chosen === null || update.revision > chosen.revision)) chosen = update;
  }
  return chosen;
}

/** Whether a patch is for this CPU: through its own id on Zen since 6.12, else through the equivalence table. */
function fitReasons(update: UpdateRecord, view: AmdCpu): TurnDown[] {
  const equivalenceId = update.amd?.equivalenceId ?? 0;
  const family = familyOfEquivalenceId(equivalenceId);
  if (family !== view.family) return [turnDown('other-family', family, view.family)];
  if (view.byPatchId) {
    const meant = signatureOfPatchId(update.revision);
    const mine = signatureOfPatchId(view.revision);
    if (meant !== mine) return [turnDown('other-signature', meant, mine)];
  } else {
    if (view.equivalenceId === 0) return [turnDown('unlisted-signature', view.cpu.signature)];
    if (equivalenceId !== view.equivalenceId) return [turnDown('other-signature', equivalenceId, view.equivalenceId)];
  }
  const cutoffs = view.traits.signingCutoffs;
  if (cutoffs === null || sameSideOfCutoff(cutoffs, view.revision, update.revision)) return [];
  return [turnDown('signing-cut-off', view.revision, signingCutoff(cutoffs, view.revision))];
}

function reasonsAgainst(update: UpdateRecord, view: AmdCpu, chosen: UpdateRecord | null, flaw: FoundFlaw | null): TurnDown[] {
  const reasons = fitReasons(update, view);
  if (reasons[0] === undefined || reasons[0].code === 'signing-cut-off') {
    if (update.revision <= view.revision) reasons.push(turnDown('not-newer', update.revision, view.revision));
    else if (reasons.length === 0 && chosen !== null && update !== chosen) reasons.push(turnDown('superseded', update.revision, chosen.revision));
  }
  if (flaw !== null) reasons.push(damage(update, flaw));
  return reasons;
}

function damage(update: UpdateRecord, flaw: FoundFlaw): TurnDown {
  const own = update.offset === flaw.offset || update.offset - 8 === flaw.offset;
  if (own) return turnDown('damaged', flaw.flaw);
  if ((update.amd?.container ?? 0) > 0) return turnDown('later-container');
  return update.offset > flaw.offset ? turnDown('behind-damage', `0x${flaw.offset.toString(16)}`) : turnDown('file-refused');
}

/**
 * Whether the digest check would refuse the patch when it is written to the CPU.
 * @source cpu/microcode/amd.c verify_sha256_digest()
 */
function digestRefusal(update: UpdateRecord, view: AmdCpu, options: LoaderOptions): TurnDown | null {
  const known = options.amdDigests;
  const cutoffs = view.traits.signingCutoffs;
  if (cutoffs === null || options.shaCheck === false || known === undefined || known === null || update.sha256 === null) return null;
  if (!needsDigest(cutoffs, view.cpu.signature, view.revision)) return null;
  const listed = known.get(update.revision);
  if (listed === undefined) return turnDown('digest-unknown', update.revision);
  return listed === update.sha256 ? null : turnDown('digest-mismatch', update.sha256, listed);
}
