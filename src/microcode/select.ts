import { firmwareFile } from './cpu-signature.ts';
import { intelFit } from './judge-intel.ts';
import { loaderTraits } from './loader-traits.ts';
import type { FileSummary, MicrocodeImage } from './summarize-file.ts';
import { type TurnDown, turnDown } from './turn-down.ts';
import type { UpdateRecord } from './update-record.ts';
import { type FileVerdict, judgeFile, type LoaderCpu, type LoaderOptions } from './verdict.ts';

export interface CandidateFile {
  readonly file: string;
  readonly summary: FileSummary;
}

export interface Candidate {
  readonly file: string;
  readonly update: UpdateRecord;
  readonly chosen: boolean;
  /** Why it is not taken; empty for the chosen one, unless its digest is refused when it is written. */
  readonly reasons: readonly TurnDown[];
}

export interface Selection {
  /** The only file that this CPU's late loader opens, below the firmware folder. */
  readonly opens: string;
  /** The candidate file that is it, or null where none of the files is. */
  readonly file: string | null;
  readonly result: FileVerdict['result'];
  readonly errno: FileVerdict['errno'];
  /** What stops the loader in that file, or null. */
  readonly flaw: FileVerdict['flaw'];
  readonly chosen: UpdateRecord | null;
  readonly candidates: readonly Candidate[];
  readonly log: readonly string[];
}

/**
 * Which update of a firmware folder a kernel line loads late into a CPU, and why each other one is turned down.
 * @param files every file that was found, in any order
 * @param cpu the CPU
 * @param options kernel line and parameters; `offered` names a file that is to be read whatever it is called
 * @returns the choice, and all candidates in the order of the files
 * @source cpu/microcode/intel.c and amd.c request_microcode_fw(): the name alone decides which file is opened
 */
export function selectUpdate(files: readonly CandidateFile[], cpu: LoaderCpu, options: LoaderOptions & { readonly offered?: string }): Selection {
  const opens = firmwareFile(cpu.vendor, cpu.signature);
  const opened = options.offered === undefined ? openedFile(files, opens) : (files.find(({ file }) => file === options.offered) ?? null);
  const image = opened === null ? null : rawImage(opened.summary, cpu);
  const verdict = image === null ? null : judgeFile(image, cpu, options);
  const judged = new Map((verdict?.updates ?? []).map((each) => [each.update.offset, each.reasons]));
  const candidates = files.flatMap(({ file, summary }) =>
    summary.updates.map((update): Candidate => {
      const mine = opened !== null && file === opened.file && verdict !== null;
      const reasons = mine ? (judged.get(update.offset) ?? []) : elsewhere(file, summary, update, cpu, options, opened?.file ?? opens);
      return { file, update, chosen: mine && verdict.chosen?.offset === update.offset, reasons };
    }),
  );
  return {
    opens,
    file: opened?.file ?? null,
    result: verdict?.result ?? 'not-found',
    errno: verdict === null ? (loaderTraits(options.line).reportsErrors ? 'ENOENT' : null) : verdict.errno,
    flaw: verdict?.flaw ?? null,
    chosen: verdict?.chosen ?? null,
    candidates,
    log: verdict?.log ?? [],
  };
}

/** A path that ends as the kernel's does is meant before a file that only has the name; of several the first. */
function openedFile(files: readonly CandidateFile[], opens: string): CandidateFile | null {
  const named = (tail: string): CandidateFile | undefined => files.find(({ file }) => endsWithPath(file, tail));
  return named(opens) ?? named(opens.slice(opens.indexOf('/') + 1)) ?? null;
}

/** The firmware loader looks for `NAME.zst` and `NAME.xz` where there is no `NAME`. */
function endsWithPath(file: string, tail: string): boolean {
  const path = file.replaceAll('\\', '/').replace(/\.(?:zst|xz)$/, '');
  return path === tail || path.endsWith(`/${tail}`);
}

/**
 * Updates that are at hand, but not for a late load.
 * @param files every file that was found
 * @returns the reason by update: an early-load image, a file kept for one (Debian's `.initramfs`), or a text
 */
export function notForLateLoad(files: readonly CandidateFile[]): ReadonlyMap<UpdateRecord, TurnDown> {
  return new Map(
    files.flatMap(({ file, summary }) => {
      const reason = otherPurpose(file, summary);
      return reason === null ? [] : summary.updates.map((update) => [update, reason] as const);
    }),
  );
}

/**
 * Updates of a file that the late loader refuses as a whole: no step can be made with them as they stand.
 * @returns those that an early load still reads (AMD's loader goes through several containers at boot), with the reason, and the files of which
 * no loader reads anything
 */
export function refusedUpdates({ file, result, candidates }: Selection): {
  readonly notLate: ReadonlyMap<UpdateRecord, TurnDown>;
  readonly unusable: ReadonlySet<UpdateRecord>;
} {
  const mine = result === 'bad-file' ? candidates.filter((each) => each.file === file) : [];
  const several = mine.some(({ reasons }) => reasons.some(({ code }) => code === 'later-container'));
  const early = several && mine.every(({ update }) => update.flaws.length === 0);
  const updates = mine.map(({ update }) => update);
  return { notLate: new Map(early ? updates.map((update) => [update, turnDown('later-container')]) : []), unusable: new Set(early ? [] : updates) };
}

/** @returns whether a file has a name that only an early-load image is made from (Debian's `06-5e-03.initramfs`); no late loader opens it. */
export function isEarlyName(file: string): boolean {
  return /\.initramfs(?:\.(?:zst|xz|gz))?$/.test(file);
}

function otherPurpose(file: string, summary: FileSummary): TurnDown | null {
  if (summary.format === 'dat') return turnDown('text-form');
  return summary.format === 'cpio' || isEarlyName(file) ? turnDown('early-load-only') : null;
}

/** The loader reads bytes, not archives or text: those are not what stands under the firmware name. */
function rawImage(summary: FileSummary, cpu: LoaderCpu): MicrocodeImage | null {
  const image = summary.images[0];
  const raw = summary.format === 'intel' || summary.format === 'intel-scan' || summary.format === 'amd';
  return raw && image !== undefined && image.vendor === cpu.vendor ? image : null;
}

function elsewhere(file: string, summary: FileSummary, update: UpdateRecord, cpu: LoaderCpu, options: LoaderOptions, opened: string): TurnDown[] {
  if (update.vendor !== cpu.vendor) return [turnDown('other-vendor', update.vendor, cpu.vendor)];
  const reasons = [otherPurpose(file, summary) ?? turnDown('other-file', file, opened)];
  const fit = unfit(update, cpu, options);
  if (fit !== null) reasons.push(fit);
  if (fit?.code !== 'other-signature' && update.revision <= cpu.revision) reasons.push(turnDown('not-newer', update.revision, cpu.revision));
  if (update.flaws[0] !== undefined) reasons.push(turnDown('damaged', update.flaws[0]));
  return reasons;
}

function unfit(update: UpdateRecord, cpu: LoaderCpu, options: LoaderOptions): TurnDown | null {
  if (cpu.vendor === 'GenuineIntel') return intelFit(update, cpu, loaderTraits(options.line));
  const fits = update.applies.some((target) => target.signature === cpu.signature);
  return fits ? null : turnDown('other-signature', update.applies[0]?.signature, cpu.signature);
}
