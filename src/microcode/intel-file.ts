import type { Problem } from '../base/problem.ts';
import { isoFromBcdDate } from './bcd-date.ts';
import { flawProblem, offsetProblem } from './flaw-problem.ts';
import { intelFlaws, intelSizeFlaw } from './intel-flaws.ts';
import { INTEL_HEADER_SIZE, type IntelHeader, readIntelHeader } from './intel-header.ts';
import { distinctTargets, extendedTargets, metaBlocks } from './intel-tables.ts';
import { LIMITS, type ProblemList, problemList } from './limits.ts';
import type { FoundFlaw, IntelFlaw, UpdateRecord } from './update-record.ts';

export interface IntelFile {
  readonly updates: readonly UpdateRecord[];
  /** The flaw at which every kernel stops reading, or null. Updates behind it are listed where its sizes still lead to them. */
  readonly firstFlaw: FoundFlaw | null;
  readonly problems: readonly Problem[];
}

/** Digest of some bytes in lower-case hex; the room has no hash of its own. Null: digests are left out. */
export type Digest = ((bytes: Uint8Array) => string) | null;

/**
 * Reads a file of Intel updates, one behind the other, as `intel-ucode/FF-MM-SS` and the early-load image hold them.
 * @param bytes any bytes
 * @param sha256 digest function, or null to leave the digests out
 * @returns the updates found, the flaw the kernel meets first, and every problem with its byte offset
 * @source cpu/microcode/intel.c parse_microcode_blobs()
 */
export function parseIntelFile(bytes: Uint8Array, sha256: Digest): IntelFile {
  const updates: UpdateRecord[] = [];
  const list = problemList();
  let room: number = LIMITS.targets;
  let firstFlaw: FoundFlaw | null = null;
  const found = (offset: number, flaws: readonly IntelFlaw[]): void => {
    if (flaws[0] !== undefined) firstFlaw ??= { flaw: flaws[0], offset };
    for (const flaw of flaws) list.add(flawProblem(flaw, offset));
  };
  let full = false;
  let offset = 0;
  while (offset < bytes.length) {
    const remaining = bytes.length - offset;
    if (remaining < INTEL_HEADER_SIZE) {
      found(offset, ['truncated-header']);
      break;
    }
    const header = readIntelHeader(bytes, offset);
    const sizeFlaw = intelSizeFlaw(header, remaining);
    const flaws = sizeFlaw === null ? intelFlaws(bytes, offset, header) : [sizeFlaw];
    found(offset, flaws);
    if (flaws.includes('total-size-too-small') || !looksLikeHeader(header, flaws)) break;
    if (updates.length < LIMITS.updates) {
      const record = intelRecord(bytes, offset, header, flaws, sha256, list, room);
      room -= record.intel?.extendedSignatures ?? 0;
      updates.push(record);
    } else if (updates.length === LIMITS.updates && !full) {
      full = true;
      list.add(offsetProblem('too-many-updates', offset, `at most ${LIMITS.updates} updates in a file`, 'more, not listed from here on'));
    }
    offset += header.totalSize;
  }
  return { updates, firstFlaw, problems: list.problems };
}

/** Behind a damaged update its sizes lead on only while they can be believed: a header of zeros or of text is none. */
function looksLikeHeader(header: IntelHeader, flaws: readonly IntelFlaw[]): boolean {
  if (header.loaderVersion === 1 && (header.headerVersion === 1 || header.headerVersion === 2)) return true;
  const believable = header.signature !== 0 && isoFromBcdDate(header.dateField) !== null;
  return believable && !flaws.includes('data-size-too-large');
}

function intelRecord(
  bytes: Uint8Array,
  offset: number,
  header: IntelHeader,
  flaws: readonly IntelFlaw[],
  sha256: Digest,
  list: ProblemList,
  room: number,
): UpdateRecord {
  const date = isoFromBcdDate(header.dateField);
  if (date === null) list.add(offsetProblem('bad-date', offset + 8, 'a date as the digits MMDDYYYY', `0x${header.dateField.toString(16)}`));
  const whole = !flaws.includes('truncated-file');
  const entries = whole ? extendedTargets(bytes, offset, header, flaws, list, room) : [];
  return {
    vendor: 'GenuineIntel',
    offset,
    size: header.totalSize,
    revision: header.revision,
    date,
    dateField: header.dateField,
    applies: distinctTargets(header, entries),
    minRevision: header.minRevision,
    minRevisionKind: header.minRevision === 0 ? null : 'intel-header',
    flaws,
    sha256: whole && sha256 !== null ? sha256(bytes.subarray(offset, offset + header.totalSize)) : null,
    intel: {
      headerVersion: header.headerVersion,
      loaderVersion: header.loaderVersion,
      dataSize: header.dataSize,
      checksumField: header.checksumField,
      metaSize: header.metaSize,
      meta: whole ? metaBlocks(bytes, offset, header, list) : [],
      extendedSignatures: entries.length,
    },
    amd: null,
  };
}
