import { type IntelFile, parseIntelFile } from './intel-file.ts';
import { intelFlawLog } from './intel-flaw-log.ts';
import { bytesBehind, flawOnLine } from './intel-flaws.ts';
import { readIntelHeader } from './intel-header.ts';
import { type LoaderTraits, loaderTraits } from './loader-traits.ts';
import { type TurnDown, turnDown } from './turn-down.ts';
import type { FoundFlaw, UpdateRecord } from './update-record.ts';
import type { FileResult, FileVerdict, JudgedUpdate, LoaderCpu, LoaderOptions } from './verdict.ts';

/** Granite Rapids X stepping 1 with one of these platform ids must be at this revision before it may go beyond. */
export const GNR98 = { signature: 0xa06d1, platformFlags: 0x95, revision: 0x1000405 } as const;
/** Broadwell X stepping 1 with more last-level cache for each core than this cannot load late below this revision. */
export const BDX90 = { signature: 0x406f1, cacheBytesPerCore: 2_621_440, revision: 0xb000021 } as const;

const base = (signature: number): number => (signature & 0x0fff0fff) >>> 0;

/** State of the walk over a file: the kernel's current revision rises with each update it accepts. */
interface Walk {
  readonly cpu: LoaderCpu;
  readonly traits: LoaderTraits;
  readonly forceMinrev: boolean;
  readonly log: string[];
  current: number;
  chosen: UpdateRecord | null;
  safe: boolean;
}

/**
 * Intel's part of `judgeFile`.
 * @param bytes the file
 * @param parsed what `parseIntelFile` made of it, if it was parsed before
 * @source cpu/microcode/intel.c request_microcode_fw(), parse_microcode_blobs(); 6.1 generic_load_microcode()
 */
export function judgeIntelFile(bytes: Uint8Array, parsed: IntelFile | undefined, cpu: LoaderCpu, options: LoaderOptions): FileVerdict {
  const traits = loaderTraits(options.line);
  const file = parsed ?? parseIntelFile(bytes, null);
  const { updates } = file;
  const firstFlaw = file.firstFlaw === null ? null : flawOnLine(bytes, file.firstFlaw, traits);
  const walk: Walk = {
    cpu,
    traits,
    forceMinrev: options.forceMinrev === true && traits.readsMinRevision,
    log: [],
    current: cpu.revision,
    chosen: null,
    safe: false,
  };
  if (bdx90(cpu)) {
    walk.log.push(...bdx90Log(cpu, traits));
    return verdict(
      'not-found',
      walk,
      null,
      updates.map((update) => ({ update, reasons: [turnDown('bdx90', cpu.revision, BDX90.revision)] })),
    );
  }
  const judged = updates.map((update) => ({ update, reasons: behind(update, firstFlaw) ?? consider(walk, update) }));
  if (firstFlaw !== null) walk.log.push(...intelFlawLog(firstFlaw.flaw, readIntelHeader(bytes, firstFlaw.offset), traits));
  // The firmware loader refuses an empty file before the microcode loader sees it.
  const refused = bytes.length > 0 && firstFlaw !== null && (traits.badUpdateSpoilsFile || bytesBehind(bytes, firstFlaw) > 0);
  if (refused) walk.chosen = null;
  const marked = judged.map((each) => withOutcome(each, walk.chosen, refused));
  const found = walk.chosen === null ? 'not-found' : walk.safe ? 'new-safe' : 'new';
  return verdict(refused ? 'bad-file' : found, walk, firstFlaw, marked);
}

function verdict(result: FileResult, walk: Walk, flaw: FoundFlaw | null, updates: readonly JudgedUpdate[]): FileVerdict {
  const errno = !walk.traits.reportsErrors || result === 'new' || result === 'new-safe' ? null : result === 'bad-file' ? 'EBADFD' : 'ENOENT';
  return { result, errno, chosen: walk.chosen, flaw, updates, log: walk.log };
}

function behind(update: UpdateRecord, flaw: FoundFlaw | null): TurnDown[] | null {
  if (flaw === null || update.offset < flaw.offset) return null;
  return [update.offset === flaw.offset ? turnDown('damaged', flaw.flaw) : turnDown('behind-damage', `0x${flaw.offset.toString(16)}`)];
}

/** An update that was accepted and then overtaken, or that goes down with its file, still has to be told why. */
function withOutcome(each: JudgedUpdate, chosen: UpdateRecord | null, refused: boolean): JudgedUpdate {
  if (each.reasons.length > 0 || each.update === chosen) return each;
  return { update: each.update, reasons: [refused ? turnDown('file-refused') : turnDown('superseded', each.update.revision, chosen?.revision)] };
}

/** The loader's own order; every rule is asked, but the kernel prints only what it reaches. */
function consider(walk: Walk, update: UpdateRecord): TurnDown[] {
  const { cpu, traits } = walk;
  const fit = intelFit(update, cpu, traits);
  if (fit !== null && fit.code === 'other-signature') return [fit];
  const reasons: TurnDown[] = fit === null ? [] : [fit];
  if (update.revision <= cpu.revision) reasons.push(turnDown('not-newer', update.revision, cpu.revision));
  else if (update.revision <= walk.current) reasons.push(turnDown('superseded', update.revision, walk.current));
  const reached = reasons.length === 0;
  if (traits.knowsGnr98 && gnr98Forbids(cpu, update.revision)) {
    reasons.push(turnDown('gnr98', cpu.revision, GNR98.revision));
    if (reached && !walk.log.some((line) => line.includes('GNR98')))
      walk.log.push(`microcode: Erratum GNR98: skipping revision 0x${update.revision.toString(16)}.`);
    return reasons;
  }
  const unsafe = traits.readsMinRevision ? minRevisionUnmet(update, cpu.revision) : turnDown('minimum-revision-undeclared');
  if (unsafe !== null && traits.readsMinRevision && reached) walk.log.push(...unsafeLog(update, cpu.revision));
  if (unsafe !== null && walk.forceMinrev) reasons.push(unsafe);
  if (reasons.length === 0) {
    walk.current = update.revision;
    walk.chosen = update;
    walk.safe = unsafe === null;
  }
  return reasons;
}

/**
 * Whether an update is for a CPU.
 * @returns null, or why it is not
 * @source cpu/microcode/intel.c intel_find_matching_signature(), cpu_signatures_match(); an empty mask fits all since 7.2
 */
export function intelFit(update: UpdateRecord, cpu: LoaderCpu, traits: LoaderTraits): TurnDown | null {
  const mine = update.applies.filter((target) => target.signature === cpu.signature);
  if (mine.length === 0) return turnDown('other-signature', update.applies[0]?.signature, cpu.signature);
  const { platformId } = cpu;
  if (platformId === null) return null;
  const fits = mine.some(({ platformFlags }) => ((platformFlags ?? 0) === 0 ? traits.emptyFlagsFitAll : (((platformFlags ?? 0) >>> platformId) & 1) === 1));
  return fits ? null : turnDown('other-platform', mine[0]?.platformFlags ?? 0, 2 ** platformId);
}

/** @returns the reason the minimum revision gives against a late load, or null where it is declared and met. */
export function minRevisionUnmet(update: UpdateRecord, revision: number): TurnDown | null {
  if (update.minRevision === 0) return turnDown('minimum-revision-undeclared');
  return revision < update.minRevision ? turnDown('minimum-revision-not-met', revision, update.minRevision) : null;
}

/**
 * An unknown platform counts as one of them: every update that Intel ships for this CPU names all four.
 * @source cpu/microcode/intel.c revision_is_safe(), 7.2
 */
export function gnr98Forbids(cpu: LoaderCpu, revision: number): boolean {
  const hit = base(cpu.signature) === GNR98.signature && (cpu.platformId === null || ((GNR98.platformFlags >>> cpu.platformId) & 1) === 1);
  return hit && cpu.revision < GNR98.revision && revision > GNR98.revision;
}

/** @source cpu/microcode/intel.c is_blacklisted() */
export function bdx90(cpu: LoaderCpu): boolean {
  const large = (cpu.cacheBytesPerCore ?? 0) > BDX90.cacheBytesPerCore;
  return base(cpu.signature) === BDX90.signature && large && cpu.revision < BDX90.revision;
}

function bdx90Log(cpu: LoaderCpu, traits: LoaderTraits): string[] {
  return [
    `microcode: Erratum ${traits.broadwellErratum}: late loading with revision < 0x0b000021 (0x${cpu.revision.toString(16)}) disabled.`,
    'microcode: Please consider either early loading through initrd/built-in or a potential BIOS update.',
  ];
}

function unsafeLog(update: UpdateRecord, revision: number): string[] {
  if (update.minRevision === 0) return ['microcode: Unsafe microcode update: Microcode header does not specify a required min version'];
  return [
    `microcode: Unsafe microcode update: Current revision 0x${revision.toString(16)} too old`,
    `microcode: Current should be at 0x${update.minRevision.toString(16)} or higher. Use early loading instead`,
  ];
}
