import { hex } from '../base/hex.ts';
import { codenameOf } from './cpu-name.ts';
import type { FileSummary } from './summarize-file.ts';
import { checksumHolds, type MinRevisionKind, type UpdateRecord, type UpdateTarget } from './update-record.ts';

/** A CPU of a list entry, as in a blob descriptor; platform ids are the flags' bits written out. */
export type ListTarget =
  | { readonly signature: string; readonly platformFlags: string; readonly platformIds: readonly number[] }
  | { readonly signature: string; readonly equivalenceId: string };

/** One update of `cpueval/blob-list/1`. */
export interface ListEntry {
  readonly file: string;
  /** Name inside an early-load image; absent for a plain file. */
  readonly member?: string;
  readonly offset: number;
  readonly vendor: string;
  readonly applies: readonly ListTarget[];
  /** Code name of the main signature, or null. */
  readonly codename: string | null;
  readonly revision: string;
  readonly date: string | null;
  readonly size: number;
  readonly dataSize: number;
  readonly minRevision: string;
  /** Linux reads the one in an Intel header, only Xen the one in an AMD patch: two different promises. */
  readonly minRevisionKind: MinRevisionKind | null;
  readonly checksum: 'valid' | 'invalid';
  /** `sum32`: the update carries its own; `none`: AMD patches carry none since family 14h, only their length is checked. */
  readonly checksumKind: 'sum32' | 'none';
  readonly flaws: readonly string[];
  readonly metaSize: number;
  readonly sha256: string | null;
  /** The entry with the same bytes that came first. */
  readonly duplicateOf: { readonly file: string; readonly offset: number } | null;
}

/**
 * Lists the updates of many files in the contract's form.
 * @param files names as the user gave them, and what `summarizeFile` made of each
 * @returns one entry for each update in each file, in the order given; equal bytes are marked from their second occurrence on
 */
export function toListEntries(files: readonly { readonly file: string; readonly summary: FileSummary }[]): ListEntry[] {
  const first = new Map<string, { file: string; offset: number }>();
  return files.flatMap(({ file, summary }) =>
    summary.updates.map((update) => {
      const key = identity(update);
      const duplicateOf = key === null ? null : (first.get(key) ?? null);
      if (key !== null && duplicateOf === null) first.set(key, { file, offset: update.offset });
      return entry(file, summary, update, duplicateOf);
    }),
  );
}

function entry(file: string, summary: FileSummary, update: UpdateRecord, duplicateOf: ListEntry['duplicateOf']): ListEntry {
  const member = summary.format === 'cpio' ? summary.images.find((image) => image.vendor === update.vendor)?.member : null;
  return {
    file,
    ...(typeof member === 'string' ? { member } : {}),
    offset: update.offset,
    vendor: update.vendor,
    applies: update.applies.map(listTarget),
    codename: update.applies[0] === undefined ? null : codenameOf(update.vendor, update.applies[0].signature),
    revision: hex(update.revision),
    date: update.date,
    size: update.size,
    dataSize: update.intel?.dataSize ?? update.size,
    minRevision: hex(update.minRevision),
    minRevisionKind: update.minRevisionKind,
    checksum: checksumHolds(update) ? 'valid' : 'invalid',
    checksumKind: update.vendor === 'GenuineIntel' ? 'sum32' : 'none',
    flaws: update.flaws,
    metaSize: update.intel?.metaSize ?? 0,
    sha256: update.sha256,
    duplicateOf,
  };
}

function listTarget(target: UpdateTarget): ListTarget {
  const signature = hex(target.signature);
  if (target.equivalenceId !== null) return { signature, equivalenceId: hex(target.equivalenceId) };
  return { signature, platformFlags: hex(target.platformFlags ?? 0), platformIds: platformIds(target.platformFlags ?? 0) };
}

/**
 * Writes a mask of platform ids out.
 * @param flags platform flags of an Intel update
 * @returns the ids 0 to 31 whose bit is set (real ones end at 7); an empty list: the update names none
 */
export function platformIds(flags: number): number[] {
  const ids: number[] = [];
  for (let id = 0, rest = flags; rest !== 0; id++, rest >>>= 1) if ((rest & 1) === 1) ids.push(id);
  return ids;
}

/** Without a digest an Intel update is known by its header, whose checksum covers every byte of it; an AMD patch is not. */
function identity(update: UpdateRecord): string | null {
  const { sha256, intel, applies, revision, dateField, size } = update;
  if (sha256 !== null || intel === null) return sha256;
  return [applies[0]?.signature, applies[0]?.platformFlags, revision, dateField, size, intel.checksumField].join('/');
}
