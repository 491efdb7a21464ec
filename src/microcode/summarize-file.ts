import type { Problem } from '../base/problem.ts';
import type { Integrity, Vendor } from '../data/contract/blob.ts';
import { type AmdFile, parseAmdFile } from './amd-file.ts';
import { type CpioMember, readCpioMembers } from './cpio-members.ts';
import { parseDatText } from './dat-text.ts';
import { detectFormat, type MicrocodeFormat } from './detect-format.ts';
import { type Digest, type IntelFile, parseIntelFile } from './intel-file.ts';
import { type FoundFlaw, integrityOf, type UpdateRecord } from './update-record.ts';

/** One run of update bytes: the file itself, the decoded text, or a member of an initramfs. */
export interface MicrocodeImage {
  /** Name inside an archive, e.g. `kernel/x86/microcode/GenuineIntel.bin`; null for a plain file. */
  readonly member: string | null;
  /** Where the image starts in the file; 0 for decoded text, whose offsets count decoded bytes. */
  readonly offset: number;
  readonly vendor: Vendor;
  readonly bytes: Uint8Array;
  readonly intel: IntelFile | null;
  readonly amd: AmdFile | null;
}

export interface FileSummary {
  readonly format: MicrocodeFormat;
  /** Null where the bytes are no microcode, or an image holds both vendors'. */
  readonly vendor: Vendor | null;
  readonly images: readonly MicrocodeImage[];
  /** Every update, offsets counted in the file (in decoded bytes for the text form). */
  readonly updates: readonly UpdateRecord[];
  /** The first flaw the kernel meets; `unknown` where the bytes could not be read at all (compressed, no microcode). */
  readonly integrity: Integrity;
  readonly flaw: FoundFlaw | null;
  readonly problems: readonly Problem[];
}

const EARLY_NAMES: Readonly<Record<string, Vendor>> = {
  'kernel/x86/microcode/GenuineIntel.bin': 'GenuineIntel',
  'kernel/x86/microcode/AuthenticAMD.bin': 'AuthenticAMD',
};

/** Which program or option turns a compressed file into one that can be read. */
const DECOMPRESSOR: Partial<Readonly<Record<MicrocodeFormat, string>>> = { xz: 'xz', zstd: 'zstd', gzip: 'gzip', bzip2: 'bzip2', lz4: 'lz4', lzma: 'xz' };

/**
 * Reads any microcode file: Intel updates, AMD containers, an initramfs with early-load files, Intel's text form.
 * @param bytes the file; nothing of it is kept but the images, which are views of it
 * @param sha256 digest function, or null to leave the digests out
 * @param name the file's name, which decides where the bytes alone do not
 * @param digests `amd` leaves out those of Intel updates, whose own checksums tell them apart well enough for a list
 * @returns all updates, the file's integrity in the kernel's eyes, and every problem
 */
export function summarizeFile(bytes: Uint8Array, sha256: Digest, name?: string, digests: 'all' | 'amd' = 'all'): FileSummary {
  const forIntel = digests === 'all' ? sha256 : null;
  const format = detectFormat(bytes, name);
  if (format === 'intel' || format === 'intel-scan') return whole(format, image('GenuineIntel', bytes, forIntel, null, 0), []);
  if (format === 'amd') return whole(format, image('AuthenticAMD', bytes, sha256, null, 0), []);
  if (format === 'cpio') return initramfs(bytes, { GenuineIntel: forIntel, AuthenticAMD: sha256 });
  if (format === 'dat') {
    const decoded = parseDatText(bytes);
    return whole(format, image('GenuineIntel', decoded.bytes, forIntel, null, 0), decoded.problems);
  }
  return unreadable(format);
}

function unreadable(format: MicrocodeFormat): FileSummary {
  const tool = DECOMPRESSOR[format];
  const problem: Problem =
    tool === undefined
      ? {
          code: format === 'empty' ? 'empty-file' : 'unknown-format',
          path: 'offset 0x0',
          expected: 'Intel updates, an AMD container, an early-load image or Intel microcode text',
          got: format === 'empty' ? 'no bytes' : `a file of another kind (${format})`,
        }
      : { code: 'compressed', path: 'offset 0x0', expected: `an uncompressed file, or the program ${tool} to decompress it`, got: `a ${format} file` };
  return { format, vendor: null, images: [], updates: [], integrity: format === 'empty' ? 'truncated' : 'unknown', flaw: null, problems: [problem] };
}

function image(vendor: Vendor, bytes: Uint8Array, sha256: Digest, member: string | null, offset: number): MicrocodeImage {
  const intel = vendor === 'GenuineIntel' ? parseIntelFile(bytes, sha256) : null;
  const amd = vendor === 'AuthenticAMD' ? parseAmdFile(bytes, sha256) : null;
  return { member, offset, vendor, bytes, intel, amd };
}

function whole(format: MicrocodeFormat, part: MicrocodeImage, before: readonly Problem[]): FileSummary {
  const parsed = part.intel ?? part.amd;
  const flaw = parsed?.firstFlaw ?? (part.bytes.length === 0 ? { flaw: 'truncated-header' as const, offset: 0 } : null);
  const problems = [...before, ...(parsed?.problems ?? [])];
  if (part.bytes.length === 0) problems.push({ code: 'empty-file', path: 'offset 0x0', expected: 'an update', got: 'no words' });
  return { format, vendor: part.vendor, images: [part], updates: parsed?.updates ?? [], integrity: integrityOf(flaw?.flaw ?? null), flaw, problems };
}

/** Only the first member of each name counts: the kernel stops there. */
function initramfs(bytes: Uint8Array, digests: Readonly<Record<Vendor, Digest>>): FileSummary {
  const { members, rest, problems } = readCpioMembers(bytes);
  const images = Object.entries(EARLY_NAMES).flatMap(([name, vendor]) => {
    const member = members.find((each) => each.name === name);
    return member === undefined ? [] : [memberImage(bytes, member, vendor, digests[vendor])];
  });
  const parts = images.map((each) => shifted(each));
  const flaw = parts.map((part) => part.flaw).find((each) => each !== null) ?? null;
  const none: Problem = {
    code: 'no-early-microcode',
    path: 'offset 0x0',
    expected: `one of ${Object.keys(EARLY_NAMES).join(', ')} in the uncompressed part`,
    got: `${members.length} other ${members.length === 1 ? 'file' : 'files'}${rest === null ? '' : `, then ${rest.format === 'unknown' ? 'other bytes' : `a ${rest.format} stream`}`}`,
  };
  return {
    format: 'cpio',
    vendor: images.length === 1 ? (images[0]?.vendor ?? null) : null,
    images,
    updates: parts.flatMap((part) => part.updates),
    integrity: images.length === 0 ? 'unknown' : integrityOf(flaw?.flaw ?? null),
    flaw,
    problems: [...problems, ...(images.length === 0 ? [none] : []), ...parts.flatMap((part) => part.problems)],
  };
}

function memberImage(bytes: Uint8Array, member: CpioMember, vendor: Vendor, sha256: Digest): MicrocodeImage {
  return image(vendor, bytes.subarray(member.offset, member.offset + member.size), sha256, member.name, member.offset);
}

/** Offsets in an archive member count from the start of the file the user named. */
function shifted(part: MicrocodeImage): { updates: UpdateRecord[]; flaw: FoundFlaw | null; problems: Problem[] } {
  const parsed = part.intel ?? part.amd;
  const flaw = parsed?.firstFlaw ?? null;
  return {
    updates: (parsed?.updates ?? []).map((update) => ({ ...update, offset: update.offset + part.offset })),
    flaw: flaw === null ? null : { ...flaw, offset: flaw.offset + part.offset },
    problems: (parsed?.problems ?? []).map((problem) => ({ ...problem, path: `${part.member}: ${problem.path}` })),
  };
}
