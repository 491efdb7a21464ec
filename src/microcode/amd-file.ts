import type { Problem } from '../base/problem.ts';
import {
  AMD_CONTAINER_HEADER_SIZE,
  AMD_MAGIC,
  AMD_SECTION_HEADER_SIZE,
  type AmdContainer,
  amdTargets,
  readAmdContainer,
  tableByEquivalenceId,
} from './amd-container.ts';
import { isoFromBcdDate } from './bcd-date.ts';
import { flawProblem, offsetProblem } from './flaw-problem.ts';
import type { Digest } from './intel-file.ts';
import { LIMITS, type ProblemList, problemList } from './limits.ts';
import type { AmdFlaw, Flaw, FoundFlaw, UpdateRecord, UpdateTarget } from './update-record.ts';
import { u16, u32 } from './words.ts';

export const AMD_PATCH_HEADER_SIZE = 64;
/** Zen 3: the first equivalence id at which the old checksum field may hold a minimum revision. */
const FIRST_WITH_MIN_REVISION = 0xa000;

export interface AmdFile {
  readonly containers: readonly AmdContainer[];
  readonly updates: readonly UpdateRecord[];
  readonly firstFlaw: FoundFlaw | null;
  readonly problems: readonly Problem[];
}

/** What the walk over a file carries along. */
interface Walk {
  readonly bytes: Uint8Array;
  readonly sha256: Digest;
  readonly list: ProblemList;
  readonly containers: AmdContainer[];
  readonly updates: UpdateRecord[];
  firstFlaw: FoundFlaw | null;
  full: boolean;
}

/**
 * Reads a file of AMD containers: each a table of equivalence ids and the patches behind it.
 * @param bytes any bytes
 * @param sha256 digest function, or null to leave the digests out
 * @returns containers, patches of all of them in the file's order, the first flaw, and every problem
 * @source cpu/microcode/amd.c parse_container(), scan_containers()
 */
export function parseAmdFile(bytes: Uint8Array, sha256: Digest): AmdFile {
  const walk: Walk = { bytes, sha256, list: problemList(), containers: [], updates: [], firstFlaw: null, full: false };
  let offset = 0;
  let room: number = LIMITS.targets;
  while (offset < bytes.length) {
    const { container, found } = readAmdContainer(bytes, offset, walk.list, room);
    if (found !== null) flawed(walk, found.flaw, found.offset);
    if (container === null) break;
    if (walk.containers.length < LIMITS.updates) walk.containers.push(container);
    room -= container.table.length;
    const end = walkPatches(walk, container);
    if (end === null) break;
    offset = end;
  }
  if (bytes.length === 0) flawed(walk, 'truncated-container', 0);
  return { containers: walk.containers, updates: walk.updates, firstFlaw: walk.firstFlaw, problems: walk.list.problems };
}

function flawed(walk: Walk, flaw: Flaw, offset: number): void {
  walk.firstFlaw ??= { flaw, offset };
  walk.list.add(flawProblem(flaw, offset));
}

/** @returns where the next container or the end of the file stands, or null where nothing leads on. */
function walkPatches(walk: Walk, container: AmdContainer): number | null {
  const { bytes } = walk;
  const groups = tableByEquivalenceId(container.table);
  let at = container.patchesAt;
  while (at < bytes.length && !(bytes.length - at >= 4 && u32(bytes, at) === AMD_MAGIC)) {
    const flaw = sectionFlaw(bytes, at);
    if (flaw !== null) flawed(walk, flaw, at);
    if (flaw === 'truncated-section' || flaw === 'bad-section-type') return null;
    const size = u32(bytes, at + 4);
    if (flaw !== 'patch-too-short') addPatch(walk, groups, at + AMD_SECTION_HEADER_SIZE, size, flaw === null ? [] : [flaw]);
    at += AMD_SECTION_HEADER_SIZE + size;
  }
  if (at === container.patchesAt) flawed(walk, 'no-patch', container.offset + AMD_CONTAINER_HEADER_SIZE);
  return at;
}

/**
 * What keeps the loader from reading the section at an offset.
 * @source cpu/microcode/amd.c __verify_patch_section(), verify_patch()
 */
function sectionFlaw(bytes: Uint8Array, at: number): AmdFlaw | null {
  const remaining = bytes.length - at;
  if (remaining < AMD_SECTION_HEADER_SIZE) return 'truncated-section';
  if (u32(bytes, at) !== 1) return 'bad-section-type';
  const size = u32(bytes, at + 4);
  if (size < AMD_PATCH_HEADER_SIZE) return 'patch-too-short';
  return size > remaining - AMD_SECTION_HEADER_SIZE ? 'truncated-patch' : null;
}

function addPatch(walk: Walk, groups: ReadonlyMap<number, readonly UpdateTarget[]>, at: number, size: number, flaws: readonly AmdFlaw[]): void {
  const { bytes } = walk;
  if (bytes.length - at < AMD_PATCH_HEADER_SIZE) return;
  const chipset = u32(bytes, at + 16) !== 0 || u32(bytes, at + 20) !== 0;
  if (chipset) flawed(walk, 'chipset-specific-code', at);
  if (walk.updates.length >= LIMITS.updates) {
    if (!walk.full) walk.list.add(offsetProblem('too-many-updates', at, `at most ${LIMITS.updates} patches in a file`, 'more, not listed from here on'));
    walk.full = true;
    return;
  }
  const record = amdRecord(walk, groups, at, size, chipset ? [...flaws, 'chipset-specific-code'] : flaws);
  if (record.date === null) walk.list.add(offsetProblem('bad-date', at, 'a date as the digits MMDDYYYY', `0x${record.dateField.toString(16)}`));
  if (record.applies.length === 0)
    walk.list.add(offsetProblem('unlisted-equivalence-id', at + 24, 'an id of the equivalence table', `0x${record.amd?.equivalenceId.toString(16)}`));
  walk.updates.push(record);
}

function amdRecord(walk: Walk, groups: ReadonlyMap<number, readonly UpdateTarget[]>, at: number, size: number, flaws: readonly AmdFlaw[]): UpdateRecord {
  const { bytes, sha256 } = walk;
  const revision = u32(bytes, at + 4);
  const equivalenceId = u16(bytes, at + 24);
  const checksumField = u32(bytes, at + 12);
  const minRevision = amdMinRevision(revision, equivalenceId, checksumField);
  const dateField = u32(bytes, at);
  return {
    vendor: 'AuthenticAMD',
    offset: at,
    size,
    revision,
    date: isoFromBcdDate(dateField),
    dateField,
    applies: amdTargets(revision, equivalenceId, groups),
    minRevision,
    minRevisionKind: minRevision === 0 ? null : 'amd-patch',
    flaws,
    sha256: sha256 !== null && at + size <= bytes.length ? sha256(bytes.subarray(at, at + size)) : null,
    intel: null,
    amd: {
      container: walk.containers.length - 1,
      equivalenceId,
      dataId: u16(bytes, at + 8),
      checksumField,
      northBridge: u32(bytes, at + 16),
      southBridge: u32(bytes, at + 20),
    },
  };
}

/**
 * The minimum revision of a patch: from Zen 3 on, where the field differs from the patch id in its last byte only;
 * before, and otherwise, it is a checksum.
 * @param patchId the patch's own revision
 * @param equivalenceId `processor_rev_id`
 * @param field header field at offset 0x0C
 * @returns the minimum revision, 0 for none. Xen enforces it, Linux does not read it
 * @source xen/arch/x86/cpu/microcode/amd.c check_min_rev()
 */
export function amdMinRevision(patchId: number, equivalenceId: number, field: number): number {
  return equivalenceId >= FIRST_WITH_MIN_REVISION && field >>> 8 === patchId >>> 8 ? field : 0;
}
