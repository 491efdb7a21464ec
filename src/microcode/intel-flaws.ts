import { INTEL_HEADER_SIZE, INTEL_TABLE_ENTRY_SIZE, INTEL_TABLE_HEADER_SIZE, INTEL_UPDATE_TYPE, type IntelHeader, readIntelHeader } from './intel-header.ts';
import type { LoaderTraits } from './loader-traits.ts';
import type { FoundFlaw, IntelFlaw } from './update-record.ts';
import { sum32, u32 } from './words.ts';

/**
 * The sizes of an update that keep the kernel from even reading it whole.
 * @param header its header
 * @param remaining bytes of the file from the header on, 48 or more
 * @returns the flaw, or null where the whole update is there
 * @source cpu/microcode/intel.c parse_microcode_blobs(); 6.1 generic_load_microcode()
 */
export function intelSizeFlaw(header: IntelHeader, remaining: number): IntelFlaw | null {
  if (header.totalSize < INTEL_HEADER_SIZE) return 'total-size-too-small';
  return header.totalSize > remaining ? 'truncated-file' : null;
}

/**
 * Every flaw in an update that is there whole, first the one the kernel stops at. A data size or a signature table that
 * does not fit hides the checks that would need it.
 * @param bytes the file
 * @param offset of the update; `header.totalSize` bytes are there
 * @param header its header
 * @returns flaws in the kernel's order; none: the kernel takes the bytes as sound
 * @source cpu/microcode/intel.c intel_microcode_sanity_check(); 6.1 microcode_sanity_check()
 */
export function intelFlaws(bytes: Uint8Array, offset: number, header: IntelHeader): IntelFlaw[] {
  if (header.dataSize + INTEL_HEADER_SIZE > header.totalSize) return versionFlaw(header, ['data-size-too-large']);
  const tableAt = offset + INTEL_HEADER_SIZE + header.dataSize;
  const tableSize = header.totalSize - INTEL_HEADER_SIZE - header.dataSize;
  const shape = tableShapeFlaw(bytes, tableAt, tableSize);
  const flaws = versionFlaw(header, []);
  if (shape !== null) flaws.push(shape);
  else if (tableSize > 0 && sum32(bytes, tableAt, Math.floor(tableSize / 4)) !== 0) flaws.push('bad-table-checksum');
  // A data size that is no multiple of four leaves its last bytes out of the sum, as in the kernel.
  if (sum32(bytes, offset, Math.floor((INTEL_HEADER_SIZE + header.dataSize) / 4)) !== 0) flaws.push('bad-data-checksum');
  if (shape === null && tableSize > 0 && !signatureSumsHold(bytes, tableAt, tableSize, header)) flaws.push('bad-signature-checksum');
  return flaws;
}

function versionFlaw(header: IntelHeader, before: IntelFlaw[]): IntelFlaw[] {
  const known = header.loaderVersion === 1 && header.headerVersion === INTEL_UPDATE_TYPE;
  return known ? before : [...before, 'unknown-header-version'];
}

/** Only the count that truly fills the table fits it; see `flawOnLine` for kernels that compute it in 32 bits. */
function tableShapeFlaw(bytes: Uint8Array, tableAt: number, tableSize: number): IntelFlaw | null {
  if (tableSize === 0) return null;
  if (tableSize < INTEL_TABLE_HEADER_SIZE || (tableSize - INTEL_TABLE_HEADER_SIZE) % INTEL_TABLE_ENTRY_SIZE !== 0) return 'truncated-signature-table';
  const fits = u32(bytes, tableAt) === (tableSize - INTEL_TABLE_HEADER_SIZE) / INTEL_TABLE_ENTRY_SIZE;
  return fits ? null : 'signature-table-size-mismatch';
}

/** Each entry's checksum field is what the header's would be, had the header held that entry's signature and flags. */
function signatureSumsHold(bytes: Uint8Array, tableAt: number, tableSize: number, header: IntelHeader): boolean {
  const expected = (header.signature + header.platformFlags + header.checksumField) % 2 ** 32;
  for (let at = tableAt + INTEL_TABLE_HEADER_SIZE; at < tableAt + tableSize; at += INTEL_TABLE_ENTRY_SIZE) {
    if ((u32(bytes, at) + u32(bytes, at + 4) + u32(bytes, at + 8)) % 2 ** 32 !== expected) return false;
  }
  return true;
}

/**
 * The check at which a line's loader stops. It is the first flaw, except where a line computes sizes too narrowly to see it: since 6.12 the
 * data size is a signed number, so that -48 to -1 pass for small ones, and the size of the table is taken in 32 bits.
 * @param bytes the file
 * @param found its first flaw
 * @returns the same place, and the check that fails there
 * @source asm/microcode.h intel_microcode_get_datasize(); cpu/microcode/intel.c exttable_size(), intel_microcode_sanity_check()
 */
export function flawOnLine(bytes: Uint8Array, found: FoundFlaw, traits: LoaderTraits): FoundFlaw {
  if (!traits.narrowSizes || (found.flaw !== 'data-size-too-large' && found.flaw !== 'signature-table-size-mismatch')) return found;
  const { offset } = found;
  const header = readIntelHeader(bytes, offset);
  const dataEnd = INTEL_HEADER_SIZE + (header.dataSize | 0);
  if (dataEnd < 0 || dataEnd > header.totalSize) return found;
  const tableSize = header.totalSize - dataEnd;
  if (versionFlaw(header, []).length > 0) return { flaw: 'unknown-header-version', offset };
  if (tableSize < INTEL_TABLE_HEADER_SIZE || (tableSize - INTEL_TABLE_HEADER_SIZE) % INTEL_TABLE_ENTRY_SIZE !== 0)
    return { flaw: 'truncated-signature-table', offset };
  const counted = (u32(bytes, offset + dataEnd) * INTEL_TABLE_ENTRY_SIZE + INTEL_TABLE_HEADER_SIZE) % 2 ** 32;
  if (counted !== tableSize) return { flaw: 'signature-table-size-mismatch', offset };
  if (sum32(bytes, offset + dataEnd, Math.floor(tableSize / 4)) !== 0) return { flaw: 'bad-table-checksum', offset };
  if (sum32(bytes, offset, Math.floor(dataEnd / 4)) !== 0) return { flaw: 'bad-data-checksum', offset };
  return { flaw: 'bad-signature-checksum', offset };
}

/**
 * How many bytes a loader has not read when it stops at a flaw: 6.1 drops what it found before only then.
 * @source 6.1 cpu/microcode/intel.c generic_load_microcode()
 */
export function bytesBehind(bytes: Uint8Array, { flaw, offset }: FoundFlaw): number {
  const remaining = bytes.length - offset;
  if (flaw === 'truncated-header') return remaining;
  if (flaw === 'total-size-too-small' || flaw === 'truncated-file') return remaining - INTEL_HEADER_SIZE;
  return remaining - readIntelHeader(bytes, offset).totalSize;
}
