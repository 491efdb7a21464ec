import { AMD_CONTAINER_HEADER_SIZE, AMD_MAGIC, AMD_SECTION_HEADER_SIZE, AMD_TABLE_ENTRY_SIZE } from './amd-container.ts';
import { AMD_PATCH_HEADER_SIZE } from './amd-file.ts';
import type { LoaderTraits } from './loader-traits.ts';
import type { FoundFlaw } from './update-record.ts';
import { u32 } from './words.ts';

/** Largest patch of the families before 15h. */
const MAX_PATCH_SIZE: Readonly<Record<number, number>> = { 16: 2048, 17: 2048, 18: 2048, 20: 1824 };

export interface AmdLoaderWalk {
  /** The flaw that makes the loader drop the whole file, or null. */
  readonly flaw: FoundFlaw | null;
  /** Line printed for it; most AMD flaws are silent. */
  readonly log: readonly string[];
}

/**
 * Walks a file as the late loader of a CPU family does: the first container alone, every section behind it a patch.
 * A second container is to it a section of unknown type, so files with several are refused whole.
 * @param bytes the file, not empty
 * @param family the CPU's family
 * @param traits of the kernel line
 * @source cpu/microcode/amd.c verify_container(), install_equiv_cpu_table(), __load_microcode_amd(), verify_patch()
 */
export function amdLoaderWalk(bytes: Uint8Array, family: number, traits: LoaderTraits): AmdLoaderWalk {
  const silent = (flaw: FoundFlaw): AmdLoaderWalk => ({ flaw, log: [] });
  const tableIgnored = traits.zenByPatchId && family >= 0x17;
  const head = headFlaw(bytes, tableIgnored);
  if (head !== null) return silent(head);
  // The kernel adds in 32 bits, and for Zen it does not ask whether the table ends inside the file.
  let at = (AMD_CONTAINER_HEADER_SIZE + u32(bytes, 8)) % 2 ** 32;
  if (at === 0) return silent({ flaw: 'truncated-table', offset: 0 });
  if (at >= bytes.length || u32(bytes, at) !== 1) {
    const flaw = at > bytes.length ? 'truncated-table' : at === bytes.length ? 'no-patch' : 'bad-section-type';
    return { flaw: { flaw, offset: flaw === 'truncated-table' ? 0 : at }, log: ['microcode: invalid type field in container file section header'] };
  }
  while (at < bytes.length) {
    const remaining = bytes.length - at;
    if (remaining < AMD_SECTION_HEADER_SIZE) return silent({ flaw: 'truncated-section', offset: at });
    if (u32(bytes, at) !== 1) return silent({ flaw: 'bad-section-type', offset: at });
    const size = u32(bytes, at + 4);
    if (size < AMD_PATCH_HEADER_SIZE) return silent({ flaw: 'patch-too-short', offset: at });
    if (size > remaining - AMD_SECTION_HEADER_SIZE) return silent({ flaw: 'truncated-patch', offset: at });
    if (family < 0x15 && size > (MAX_PATCH_SIZE[family] ?? 0)) return silent({ flaw: 'patch-too-long', offset: at });
    const patch = at + AMD_SECTION_HEADER_SIZE;
    if (u32(bytes, patch + 16) !== 0 || u32(bytes, patch + 20) !== 0) {
      const id = u32(bytes, patch + 4)
        .toString(16)
        .padStart(8, '0');
      return { flaw: { flaw: 'chipset-specific-code', offset: patch }, log: [`microcode: Patch-ID 0x${id}: chipset-specific code unsupported.`] };
    }
    at = patch + size;
  }
  return { flaw: null, log: [] };
}

/** For Zen the lines since 6.12 look at the magic alone. */
function headFlaw(bytes: Uint8Array, tableIgnored: boolean): FoundFlaw | null {
  if (bytes.length <= AMD_CONTAINER_HEADER_SIZE) return { flaw: 'truncated-container', offset: 0 };
  if (u32(bytes, 0) !== AMD_MAGIC) return { flaw: 'bad-magic', offset: 0 };
  if (tableIgnored) return null;
  if (u32(bytes, 4) !== 0) return { flaw: 'bad-table-type', offset: 0 };
  const size = u32(bytes, 8);
  return size < AMD_TABLE_ENTRY_SIZE || size > bytes.length - AMD_CONTAINER_HEADER_SIZE ? { flaw: 'truncated-table', offset: 0 } : null;
}
