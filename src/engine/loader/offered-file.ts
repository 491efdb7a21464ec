import { parseHex32 } from '../../base/hex.ts';
import type { Blob, Integrity } from '../../data/contract/blob.ts';

/** One CPU an update is for. */
export interface OfferedTarget {
  readonly signature: number;
  /** Mask of platform ids; null where the vendor or the descriptor has none. */
  readonly platformFlags: number | null;
  readonly equivalenceId: number | null;
}

/** The header facts of one update that the loader looks at; the records of `src/microcode/` have this shape. */
export interface OfferedUpdate {
  readonly offset: number;
  readonly revision: number;
  /** ISO date or null. */
  readonly date: string | null;
  /** The date as the header has it, from real bytes. */
  readonly dateField?: number;
  /** Bytes, where they are known. */
  readonly size?: number;
  /** 0: none declared. */
  readonly minRevision: number;
  readonly applies: readonly OfferedTarget[];
  /** Lower-case hex, or null where nobody computed it. */
  readonly sha256: string | null;
  readonly intel: { readonly headerVersion: number } | null;
  readonly amd: { readonly container: number; readonly equivalenceId: number } | null;
}

/** The firmware file as the late loader would read it: its updates in order, and the flaw at which reading stops. */
export interface OfferedFile {
  readonly vendor: 'GenuineIntel' | 'AuthenticAMD' | null;
  readonly present: boolean;
  readonly updates: readonly OfferedUpdate[];
  readonly flaw: { readonly flaw: string; readonly offset: number } | null;
  /** What the loader prints at the flaw, as the parser knows it from the bytes; absent for a descriptor. */
  readonly flawLog?: readonly string[];
  /** Bytes that are not read behind the flaw; absent for a descriptor. */
  readonly bytesBehind?: number;
  /** Nobody checked the bytes. */
  readonly unchecked: boolean;
}

/** What a parser of the real bytes found: `loaderBytes()` of `src/microcode/` gives it. */
export type VerdictOfBytes = Omit<OfferedFile, 'present' | 'unchecked'>;

/** Header type 2 is In-Field Scan, the only other kind of file that Intel ships in this format. */
const OTHER_HEADER_TYPE = 2;

const INTEL_FLAWS: Readonly<Record<Integrity, string | null>> = {
  valid: null,
  unknown: null,
  'bad-header': 'unknown-header-version',
  'bad-checksum': 'bad-data-checksum',
  truncated: 'truncated-file',
};

/** An AMD container has no checksum: a damaged patch is found by digest or by the CPU, see `damaged()`. */
const AMD_FLAWS: Readonly<Record<Integrity, string | null>> = {
  valid: null,
  unknown: null,
  'bad-header': 'bad-magic',
  'bad-checksum': null,
  truncated: 'truncated-patch',
};

/**
 * What the loader gets to read.
 * @param blob the descriptor
 * @param bytes what a parser found in the real file; it outranks the descriptor's header facts
 * @returns the file with its updates; a descriptor without a file counts as one sound update
 */
export function offeredFile(blob: Blob, bytes?: VerdictOfBytes): OfferedFile {
  if (blob.file?.state === 'absent') return { vendor: blob.vendor, present: false, updates: [], flaw: null, unchecked: false };
  if (bytes) return { ...bytes, present: true, unchecked: false };
  const integrity = blob.file?.integrity ?? 'valid';
  const flaw = (blob.vendor === 'GenuineIntel' ? INTEL_FLAWS : AMD_FLAWS)[integrity];
  return {
    vendor: blob.vendor,
    present: true,
    updates: [describedUpdate(blob, flaw)],
    flaw: flaw === null ? null : { flaw, offset: 0 },
    unchecked: integrity === 'unknown',
  };
}

/** @returns the update a descriptor speaks of. */
export function describedUpdate(blob: Blob, flaw: string | null = null): OfferedUpdate {
  const applies = (blob.applies ?? []).map((target) => ({
    signature: parseHex32(target.signature) ?? 0,
    platformFlags: target.platformFlags === undefined ? null : parseHex32(target.platformFlags),
    equivalenceId: target.equivalenceId === undefined ? null : parseHex32(target.equivalenceId),
  }));
  const intel = blob.vendor === 'GenuineIntel';
  return {
    offset: 0,
    revision: parseHex32(blob.revision ?? '0x0') ?? 0,
    date: blob.date ?? null,
    minRevision: parseHex32(blob.minRevision ?? '0x0') ?? 0,
    applies,
    sha256: blob.file?.digest?.toLowerCase() ?? null,
    intel: intel ? { headerVersion: flaw === 'unknown-header-version' ? OTHER_HEADER_TYPE : 1 } : null,
    amd: intel ? null : { container: 0, equivalenceId: applies[0]?.equivalenceId ?? equivalenceOf(applies[0]?.signature ?? 0) },
  };
}

/** An equivalence id carries the family in its high digit; the descriptor may leave it out. */
function equivalenceOf(signature: number): number {
  return (((signature >>> 20) & 0xff) << 12) >>> 0;
}

/** A damaged AMD patch in a sound container: neither the digest nor the CPU will accept it. */
export function damaged(blob: Blob): boolean {
  return blob.vendor === 'AuthenticAMD' && blob.file?.integrity === 'bad-checksum';
}
