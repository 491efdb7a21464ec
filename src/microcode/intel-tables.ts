import { offsetProblem } from './flaw-problem.ts';
import { INTEL_HEADER_SIZE, INTEL_TABLE_ENTRY_SIZE, INTEL_TABLE_HEADER_SIZE, type IntelHeader } from './intel-header.ts';
import { LIMITS, type ProblemList } from './limits.ts';
import type { IntelFlaw, MetaBlock, UpdateTarget } from './update-record.ts';
import { u32 } from './words.ts';

/**
 * Reads the extended signature table of an update that is there whole.
 * @param bytes the file
 * @param offset of the update
 * @param header its header
 * @param flaws what `intelFlaws` found: a table of the wrong shape is not read
 * @param list takes a problem where the table is longer than `room`
 * @param room how many entries may still be remembered
 * @returns the entries in the file's order
 * @source cpu/microcode/intel.c intel_find_matching_signature()
 */
export function extendedTargets(
  bytes: Uint8Array,
  offset: number,
  header: IntelHeader,
  flaws: readonly IntelFlaw[],
  list: ProblemList,
  room: number,
): UpdateTarget[] {
  const tableSize = header.totalSize - INTEL_HEADER_SIZE - header.dataSize;
  const unreadable = flaws.some((flaw) => flaw === 'data-size-too-large' || flaw === 'truncated-signature-table' || flaw === 'signature-table-size-mismatch');
  if (tableSize <= 0 || unreadable) return [];
  const first = offset + INTEL_HEADER_SIZE + header.dataSize + INTEL_TABLE_HEADER_SIZE;
  const entries: UpdateTarget[] = [];
  for (let at = first; at + INTEL_TABLE_ENTRY_SIZE <= offset + header.totalSize; at += INTEL_TABLE_ENTRY_SIZE) {
    if (entries.length >= room) {
      list.add(offsetProblem('too-many-signatures', at, `at most ${LIMITS.targets} signatures in a file`, 'more, not listed from here on'));
      break;
    }
    entries.push({ signature: u32(bytes, at), platformFlags: u32(bytes, at + 4), equivalenceId: null });
  }
  return entries;
}

/**
 * The CPUs of an update: the header's pair first, no pair twice (files of today repeat the main signature in the table).
 * @param header the update's header
 * @param entries its extended signatures
 */
export function distinctTargets(header: IntelHeader, entries: readonly UpdateTarget[]): UpdateTarget[] {
  const main: UpdateTarget = { signature: header.signature, platformFlags: header.platformFlags, equivalenceId: null };
  const byPair = new Map<string, UpdateTarget>();
  for (const target of [main, ...entries]) {
    const pair = `${target.signature}/${target.platformFlags}`;
    if (!byPair.has(pair)) byPair.set(pair, target);
  }
  return [...byPair.values()];
}

/**
 * Reads the meta blocks: the end of the data, each block with its own size, type 0 ends the list. The microcode loader
 * does not look at them.
 * @returns type, size and offset of each block; a block that runs over the area is a problem and ends the list
 * @source the In-Field Scan driver walks the same area: platform/x86/intel/ifs/load.c find_meta_data()
 */
export function metaBlocks(bytes: Uint8Array, offset: number, header: IntelHeader, list: ProblemList): MetaBlock[] {
  if (header.metaSize === 0) return [];
  const end = offset + INTEL_HEADER_SIZE + header.dataSize;
  if (header.metaSize > header.dataSize || end > offset + header.totalSize) {
    list.add(offsetProblem('meta-too-large', offset + 36, 'a meta area inside the data', `${header.metaSize} bytes`));
    return [];
  }
  const blocks: MetaBlock[] = [];
  let at = end - header.metaSize;
  while (at + 8 <= end && u32(bytes, at) !== 0 && blocks.length < LIMITS.metaBlocks) {
    const size = u32(bytes, at + 4);
    if (size < 8 || at + size > end) {
      list.add(offsetProblem('bad-meta-block', at, 'a block that ends inside the meta area', `${size} bytes`));
      break;
    }
    blocks.push({ type: u32(bytes, at), size, offset: at });
    at += size;
  }
  return blocks;
}
