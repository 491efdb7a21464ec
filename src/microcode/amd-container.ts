import { familyOfEquivalenceId, signatureOfPatchId } from './cpu-signature.ts';
import { offsetProblem } from './flaw-problem.ts';
import { LIMITS, type ProblemList } from './limits.ts';
import type { FoundFlaw, UpdateTarget } from './update-record.ts';
import { u16, u32 } from './words.ts';

export const AMD_MAGIC = 0x00414d44;
export const AMD_CONTAINER_HEADER_SIZE = 12;
export const AMD_SECTION_HEADER_SIZE = 8;
export const AMD_TABLE_ENTRY_SIZE = 16;
const FIRST_ZEN_FAMILY = 0x17;

/** One container: the magic, an equivalence table, patches. Several may stand behind each other in a file. */
export interface AmdContainer {
  readonly offset: number;
  /** Section type of the table; 0 in a sound one. */
  readonly tableType: number;
  readonly tableSize: number;
  /** Where the patches start. */
  readonly patchesAt: number;
  /** Signature and equivalence id, in the file's order, the zero entry that ends the table left out. */
  readonly table: readonly UpdateTarget[];
}

/**
 * Reads the head of a container.
 * @param bytes the file
 * @param offset where the magic should stand
 * @param room how many table entries may be remembered
 * @returns the container, or null with the flaw that hides it; a table of another type or without an entry is a flaw that leaves it readable
 * @source cpu/microcode/amd.c verify_container(), verify_equivalence_table()
 */
export function readAmdContainer(
  bytes: Uint8Array,
  offset: number,
  list: ProblemList,
  room: number,
): { container: AmdContainer | null; found: FoundFlaw | null } {
  const remaining = bytes.length - offset;
  if (remaining <= AMD_CONTAINER_HEADER_SIZE) return { container: null, found: { flaw: 'truncated-container', offset } };
  if (u32(bytes, offset) !== AMD_MAGIC) return { container: null, found: { flaw: 'bad-magic', offset } };
  const tableType = u32(bytes, offset + 4);
  const tableSize = u32(bytes, offset + 8);
  if (tableSize > remaining - AMD_CONTAINER_HEADER_SIZE) return { container: null, found: { flaw: 'truncated-table', offset } };
  const container: AmdContainer = {
    offset,
    tableType,
    tableSize,
    patchesAt: offset + AMD_CONTAINER_HEADER_SIZE + tableSize,
    table: readTable(bytes, offset + AMD_CONTAINER_HEADER_SIZE, tableSize, list, room),
  };
  // Zen needs no table, so a wrong one hides none of the patches behind it.
  const flaw = tableType !== 0 ? 'bad-table-type' : tableSize < AMD_TABLE_ENTRY_SIZE ? 'truncated-table' : null;
  return { container, found: flaw === null ? null : { flaw, offset } };
}

function readTable(bytes: Uint8Array, at: number, size: number, list: ProblemList, room: number): UpdateTarget[] {
  const table: UpdateTarget[] = [];
  for (let entry = at; entry + AMD_TABLE_ENTRY_SIZE <= at + size; entry += AMD_TABLE_ENTRY_SIZE) {
    const signature = u32(bytes, entry);
    if (signature === 0) continue;
    if (table.length >= room) {
      list.add(offsetProblem('too-many-signatures', entry, `at most ${LIMITS.targets} signatures in a file`, 'more, not listed from here on'));
      break;
    }
    table.push({ signature, platformFlags: null, equivalenceId: u16(bytes, entry + 12) });
  }
  return table;
}

/**
 * Groups a table by equivalence id, so that each patch finds its CPUs at once.
 * @param table of a container
 * @returns signatures without repetition (Debian's family 19h table names several twice)
 */
export function tableByEquivalenceId(table: readonly UpdateTarget[]): ReadonlyMap<number, readonly UpdateTarget[]> {
  const groups = new Map<number, UpdateTarget[]>();
  const seen = new Set<string>();
  for (const target of table) {
    const id = target.equivalenceId ?? 0;
    const pair = `${target.signature}/${id}`;
    if (seen.has(pair)) continue;
    seen.add(pair);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [target]);
    else if (group.length < LIMITS.targetsOfAnId) group.push(target);
  }
  return groups;
}

/**
 * The CPUs of a patch. From Zen on the patch id itself names the main one, whatever the table says.
 * @param patchId patch id of the header
 * @param equivalenceId `processor_rev_id` of the header
 * @param groups the container's table, grouped
 * @source cpu/microcode/amd.c mc_patch_matches(), find_equiv_id()
 */
export function amdTargets(patchId: number, equivalenceId: number, groups: ReadonlyMap<number, readonly UpdateTarget[]>): UpdateTarget[] {
  const listed = groups.get(equivalenceId) ?? [];
  if (familyOfEquivalenceId(equivalenceId) < FIRST_ZEN_FAMILY) return [...listed];
  const main = signatureOfPatchId(patchId);
  return [{ signature: main, platformFlags: null, equivalenceId }, ...listed.filter((target) => target.signature !== main)];
}
