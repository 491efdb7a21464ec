import type { Integrity, Vendor } from '../data/contract/blob.ts';

/** One CPU an update is for. Platform flags are a mask of platform ids (Intel), the equivalence id groups signatures (AMD). */
export interface UpdateTarget {
  readonly signature: number;
  readonly platformFlags: number | null;
  readonly equivalenceId: number | null;
}

/** What is wrong with an Intel update, in the words of the check that finds it; the order is the kernel's. */
export type IntelFlaw =
  | 'truncated-header'
  | 'total-size-too-small'
  | 'truncated-file'
  | 'data-size-too-large'
  | 'unknown-header-version'
  | 'truncated-signature-table'
  | 'signature-table-size-mismatch'
  | 'bad-table-checksum'
  | 'bad-data-checksum'
  | 'bad-signature-checksum';

/** What is wrong with an AMD container or a patch in it. */
export type AmdFlaw =
  | 'truncated-container'
  | 'bad-magic'
  | 'bad-table-type'
  | 'truncated-table'
  | 'no-patch'
  | 'truncated-section'
  | 'bad-section-type'
  | 'patch-too-short'
  | 'patch-too-long'
  | 'truncated-patch'
  | 'chipset-specific-code';

export type Flaw = IntelFlaw | AmdFlaw;

/** A flaw and where it stands. */
export interface FoundFlaw {
  readonly flaw: Flaw;
  /** Byte offset of the update, section or container that has it. */
  readonly offset: number;
}

/** One block of an Intel update's meta area: type and length are public, what the rest says is not. */
export interface MetaBlock {
  readonly type: number;
  readonly size: number;
  /** Byte offset in the file. */
  readonly offset: number;
}

export interface IntelDetails {
  readonly headerVersion: number;
  readonly loaderVersion: number;
  /** Bytes after the header that the checksum covers; a stored 0 means 2000. */
  readonly dataSize: number;
  readonly checksumField: number;
  /** Bytes at the end of the data that hold meta blocks; 0 in updates before 2025. */
  readonly metaSize: number;
  readonly meta: readonly MetaBlock[];
  /** Entries of the extended signature table, the main signature among them where the file repeats it. */
  readonly extendedSignatures: number;
}

export interface AmdDetails {
  /** Index of the container in the file. */
  readonly container: number;
  readonly equivalenceId: number;
  readonly dataId: number;
  /** Header field at offset 0x0C as it stands: a checksum up to family 12h, a minimum revision from Zen 3 on. */
  readonly checksumField: number;
  readonly northBridge: number;
  readonly southBridge: number;
}

/** Who reads the minimum revision: Linux the one in an Intel header, only Xen the one in an AMD patch. */
export type MinRevisionKind = 'intel-header' | 'amd-patch';

/** One update of a file. Numbers are unsigned 32-bit values; offsets and sizes are bytes. */
export interface UpdateRecord {
  readonly vendor: Vendor;
  /** Of the Intel header, or of the AMD patch header (its section header stands 8 bytes before). */
  readonly offset: number;
  /** Whole Intel update with its signature table, or AMD patch without its section header. */
  readonly size: number;
  readonly revision: number;
  /** ISO date, null where the field holds none. */
  readonly date: string | null;
  readonly dateField: number;
  /** The main signature first, no pair twice. */
  readonly applies: readonly UpdateTarget[];
  /** 0: none is declared. */
  readonly minRevision: number;
  readonly minRevisionKind: MinRevisionKind | null;
  readonly flaws: readonly Flaw[];
  /** Digest of the update's bytes; null where the caller did not ask for it or the bytes are not all there. */
  readonly sha256: string | null;
  readonly intel: IntelDetails | null;
  readonly amd: AmdDetails | null;
}

const INTEGRITY: Readonly<Record<Flaw, Integrity>> = {
  'truncated-header': 'truncated',
  'total-size-too-small': 'bad-header',
  'truncated-file': 'truncated',
  'data-size-too-large': 'bad-header',
  'unknown-header-version': 'bad-header',
  'truncated-signature-table': 'bad-header',
  'signature-table-size-mismatch': 'bad-header',
  'bad-table-checksum': 'bad-checksum',
  'bad-data-checksum': 'bad-checksum',
  'bad-signature-checksum': 'bad-checksum',
  'truncated-container': 'truncated',
  'bad-magic': 'bad-header',
  'bad-table-type': 'bad-header',
  'truncated-table': 'truncated',
  'no-patch': 'bad-header',
  'truncated-section': 'truncated',
  'bad-section-type': 'bad-header',
  'patch-too-short': 'bad-header',
  'patch-too-long': 'bad-header',
  'truncated-patch': 'truncated',
  'chipset-specific-code': 'bad-header',
};

/**
 * Puts a flaw into the descriptor's four words.
 * @param flaw the first flaw in a file, or null
 * @returns the `integrity` of a blob descriptor; `valid` for no flaw
 */
export function integrityOf(flaw: Flaw | null): Integrity {
  return flaw === null ? 'valid' : INTEGRITY[flaw];
}

/** @returns whether the bytes of a record pass every checksum they carry. */
export function checksumHolds(record: UpdateRecord): boolean {
  return !record.flaws.some((flaw) => INTEGRITY[flaw] === 'bad-checksum' || INTEGRITY[flaw] === 'truncated');
}
