import { AMD_MAGIC } from './amd-container.ts';
import { isoFromBcdDate } from './bcd-date.ts';
import { INTEL_HEADER_SIZE, INTEL_SCAN_TYPE, readIntelHeader } from './intel-header.ts';
import { u32 } from './words.ts';

export type MicrocodeFormat =
  | 'intel'
  | 'intel-scan'
  | 'amd'
  | 'cpio'
  | 'dat'
  | 'metadata'
  | 'xz'
  | 'zstd'
  | 'gzip'
  | 'bzip2'
  | 'lz4'
  | 'lzma'
  | 'empty'
  | 'unknown';

const COMPRESSED: readonly (readonly [format: MicrocodeFormat, magic: readonly number[]])[] = [
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['gzip', [0x1f, 0x8b]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lz4', [0x02, 0x21, 0x4c, 0x18]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['lzma', [0x5d, 0x00, 0x00]],
];

/** Names the kernel, Debian and Intel give to update files, an extension of a compressor allowed. */
const INTEL_NAME = /(?:^|\/)[0-9a-f]{2}-[0-9a-f]{2}-[0-9a-f]{2}(?:\.initramfs)?(?:\.(?:xz|zst|gz))?$/;
const AMD_NAME = /(?:^|\/)microcode_amd(?:_fam[0-9a-f]{2}h)?\.bin(?:\.(?:xz|zst|gz))?$/;

/** @returns whether a file is named as Linux, Debian or Intel name microcode files. */
export function isFirmwareName(name: string): boolean {
  return INTEL_NAME.test(name) || AMD_NAME.test(name);
}

/**
 * Tells what kind of microcode file some bytes are: by magic, then by the shape of an Intel header, then by name.
 * @param bytes the file
 * @param name its name, where there is one: a damaged file is told by it, as the kernel goes by nothing else
 * @returns the format; `unknown` where neither bytes nor name say
 */
export function detectFormat(bytes: Uint8Array, name?: string): MicrocodeFormat {
  if (bytes.length === 0) return 'empty';
  // Most files of a firmware folder end here: no other format begins with this word.
  if (bytes.length >= INTEL_HEADER_SIZE && u32(bytes, 0) === 1 && u32(bytes, 20) === 1) return 'intel';
  if (u32(bytes, 0) === AMD_MAGIC && bytes.length >= 4) return 'amd';
  if (isCpio(bytes, 0)) return 'cpio';
  const compressed = compressionAt(bytes, 0);
  if (compressed !== null) return compressed;
  if (bytes.length >= INTEL_HEADER_SIZE) {
    const header = readIntelHeader(bytes, 0);
    const sound = header.loaderVersion === 1 && isoFromBcdDate(header.dateField) !== null;
    if (sound && header.headerVersion === INTEL_SCAN_TYPE && !(name !== undefined && INTEL_NAME.test(name))) return 'intel-scan';
    if (sound || (header.loaderVersion === 1 && header.headerVersion === 1)) return 'intel';
  }
  return byNameOrText(bytes, name);
}

function byNameOrText(bytes: Uint8Array, name: string | undefined): MicrocodeFormat {
  if (name !== undefined) {
    if (INTEL_NAME.test(name)) return 'intel';
    if (AMD_NAME.test(name)) return 'amd';
  }
  if (isPaddedCpio(bytes)) return 'cpio';
  if (name !== undefined) {
    if (name.endsWith('.dat')) return 'dat';
    if (name.endsWith('.metadata')) return 'metadata';
  }
  const head = printableHead(bytes);
  if (head === null) return 'unknown';
  if (/^\s*[mc]\s*[+-]\s*(?:0x)?[0-9a-fA-F]/.test(head)) return 'metadata';
  return /^\s*(?:\/\*|;|\/\/|0x[0-9a-fA-F]{1,8}\s*,)/.test(head) ? 'dat' : 'unknown';
}

/** lib/earlycpio.c skips zero bytes in front of an archive, four at a time. */
function isPaddedCpio(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && bytes[at] === 0) at += 4;
  return at > 0 && isCpio(bytes, at);
}

/** The first bytes as text, or null where they are not text. */
function printableHead(bytes: Uint8Array): string | null {
  const head = bytes.subarray(0, 256);
  for (const byte of head) if (byte !== 9 && byte !== 10 && byte !== 13 && (byte < 32 || byte === 127)) return null;
  return String.fromCharCode(...head);
}

/**
 * @param bytes a file
 * @param offset where a compressed stream may start
 * @returns the compressor whose magic stands there, or null
 */
export function compressionAt(bytes: Uint8Array, offset: number): MicrocodeFormat | null {
  const match = COMPRESSED.find(([, magic]) => magic.every((byte, i) => bytes[offset + i] === byte));
  return match === undefined ? null : match[0];
}

/** @returns whether a cpio archive of the `newc` kind, with or without checksums, starts at an offset. */
export function isCpio(bytes: Uint8Array, offset: number): boolean {
  const magic = String.fromCharCode(...bytes.subarray(offset, offset + 6));
  return magic === '070701' || magic === '070702';
}
