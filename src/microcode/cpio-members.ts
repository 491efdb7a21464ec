import type { Problem } from '../base/problem.ts';
import { compressionAt, isCpio, type MicrocodeFormat } from './detect-format.ts';
import { offsetProblem } from './flaw-problem.ts';
import { LIMITS, problemList } from './limits.ts';

const HEADER_SIZE = 110;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;

/** A regular file in the uncompressed front part of an initramfs. */
export interface CpioMember {
  readonly name: string;
  /** Where its content stands in the image, in bytes. */
  readonly offset: number;
  readonly size: number;
}

export interface CpioImage {
  readonly members: readonly CpioMember[];
  /** Where the archives end and the compressed root file system starts, and what compresses it; null where nothing follows. */
  readonly rest: { readonly offset: number; readonly format: MicrocodeFormat | 'unknown' } | null;
  readonly problems: readonly Problem[];
}

/**
 * Lists the files of the uncompressed cpio archives an initramfs starts with; the early loader looks for
 * `kernel/x86/microcode/GenuineIntel.bin` and `AuthenticAMD.bin` there, and takes the first of that name.
 * @param bytes the image
 * @returns its regular files, what stands behind the archives, and a problem for a header that cannot be followed
 * @source lib/earlycpio.c find_cpio_data(): zero bytes between members are skipped four at a time, a trailer is no end
 */
export function readCpioMembers(bytes: Uint8Array): CpioImage {
  const members: CpioMember[] = [];
  const list = problemList();
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === 0) {
      at += 4;
      continue;
    }
    if (!isCpio(bytes, at)) return { members, rest: { offset: at, format: compressionAt(bytes, at) ?? 'unknown' }, problems: list.problems };
    const fields = headerFields(bytes, at);
    const nameAt = at + HEADER_SIZE;
    const dataAt = fields === null ? 0 : align4(nameAt + fields.nameSize);
    if (fields === null || dataAt + fields.size > bytes.length) {
      const got = fields === null ? 'no such numbers' : `sizes that need ${dataAt + fields.size - bytes.length} bytes more`;
      list.add(offsetProblem('bad-cpio-header', at, 'a cpio header whose sizes stay inside the image', got));
      break;
    }
    if ((fields.mode & FILE_TYPE) === REGULAR && members.length < LIMITS.members) {
      members.push({ name: nameOf(bytes, nameAt, fields.nameSize), offset: dataAt, size: fields.size });
    }
    at = align4(dataAt + fields.size);
  }
  return { members, rest: null, problems: list.problems };
}

const align4 = (offset: number): number => Math.ceil(offset / 4) * 4;

function headerFields(bytes: Uint8Array, at: number): { mode: number; size: number; nameSize: number } | null {
  if (bytes.length - at < HEADER_SIZE) return null;
  const mode = hexField(bytes, at + 14);
  const size = hexField(bytes, at + 54);
  const nameSize = hexField(bytes, at + 94);
  return mode === null || size === null || nameSize === null || nameSize === 0 ? null : { mode, size, nameSize };
}

function hexField(bytes: Uint8Array, at: number): number | null {
  const digits = String.fromCharCode(...bytes.subarray(at, at + 8));
  return /^[0-9a-fA-F]{8}$/.test(digits) ? Number.parseInt(digits, 16) : null;
}

/** Names are shortened: no path the loader looks for is longer than 256 bytes. */
function nameOf(bytes: Uint8Array, at: number, size: number): string {
  const name = String.fromCharCode(...bytes.subarray(at, at + Math.min(size, 256)));
  const end = name.indexOf('\0');
  return end < 0 ? name : name.slice(0, end);
}
