/** The blob descriptor of `cpueval/blob/1`: an update's header facts and its effects on the silicon. Types only. */
export type Vendor = 'GenuineIntel' | 'AuthenticAMD';

export interface BlobApplies {
  readonly signature: string;
  readonly platformFlags?: string;
  readonly equivalenceId?: string;
}

export type Integrity = 'valid' | 'bad-header' | 'bad-checksum' | 'truncated' | 'unknown';

export interface BlobFile {
  readonly path?: string;
  readonly state?: 'present' | 'absent';
  readonly integrity?: Integrity;
  readonly digest?: string;
}

interface EffectNote {
  readonly source?: string;
  readonly when?: 'at-load' | 'after-reset';
  readonly confidence?: 'high' | 'medium' | 'low';
  readonly note?: string;
}

/** One change of the silicon; which variant it is, its first key says. */
export type BlobEffect = EffectNote &
  (
    | { readonly bit: string; readonly change: 'set' | 'clear' }
    | { readonly msr: string; readonly exists?: boolean; readonly value?: string; readonly writable?: string }
    | { readonly register: string; readonly value: string }
    | { readonly behaviour: string }
  );

export interface Blob {
  readonly schema: 'cpueval/blob/1';
  readonly id: string;
  readonly title?: string;
  readonly vendor: Vendor;
  readonly revision?: string;
  readonly date?: string;
  readonly applies?: readonly BlobApplies[];
  readonly minRevision?: string;
  readonly fromRevision?: string;
  readonly file?: BlobFile;
  readonly effects: readonly BlobEffect[];
  readonly unknownEffects?: boolean;
}
