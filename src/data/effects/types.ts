/** Facts about updates: which microcode revision first brought which effect. Types only; README.md says how to add one. */
export type Confidence = 'high' | 'medium' | 'low';

/** Names of `effectKinds`. */
export type EffectId =
  | 'spec-ctrl'
  | 'ssbd'
  | 'l1d-flush'
  | 'md-clear'
  | 'tsx-ctrl'
  | 'tsx-removed'
  | 'srbds-ctrl'
  | 'fb-clear'
  | 'gds-ctrl'
  | 'rfds-clear'
  | 'its-ibpb-fix'
  | 'reptar-fix'
  | 'bpi-fix'
  | 'srso-microcode'
  | 'zenbleed-fix';

/** Names of `factSources`. */
export type SourceId = 'intel-notes' | 'hsd136' | 'checker-reptar' | 'checker-bpi' | 'checker-zenbleed' | 'amd-package';

/** Names of `factNotes`. */
export type NoteId =
  | 'recalled'
  | 'withdrawn'
  | 'reintroduced'
  | 'not-named'
  | 'not-affected-by-l1tf'
  | 'mds-no-steppings'
  | 'older-build'
  | 'erratum-hsd136'
  | 'kernel-asks-more'
  | 'not-enumerated';

interface Fact {
  /** First published revision that has the effect; later revisions of the same part keep it. */
  readonly revision: number;
  readonly effect: EffectId;
  readonly confidence: Confidence;
  readonly source: SourceId;
  /** Release the statement is about: a date (Intel), a package version (AMD), or null. */
  readonly release: string | null;
  readonly note?: NoteId;
}

/** Intel numbers its revisions by signature, and by platform where one signature serves several. */
export interface IntelFact extends Fact {
  /** CPUID(1).EAX. */
  readonly signature: number;
  /** Mask of platform ids that the update is for. */
  readonly platforms: number;
}

export interface AmdFact extends Fact {
  readonly family: number;
  readonly models: readonly [from: number, to: number];
  /** null: every stepping. */
  readonly stepping: number | null;
}

/** One change of the silicon that an effect consists of. */
export type KindEffect = (
  | { readonly bit: string; readonly change: 'set' | 'clear' }
  | { readonly msr: string; readonly exists: true; readonly value: string }
  | { readonly msr: string; readonly writable: string }
  | { readonly behaviour: string }
) & {
  /** Only on a CPU that has this bit: where the profile cannot say, the change is of low confidence. */
  readonly needs?: string;
  /** Not stated, but it must come along: never of more than low confidence. */
  readonly implied?: true;
};

export interface EffectKind {
  readonly title: string;
  readonly effects: readonly KindEffect[];
}

/** Something that updates are known to bring while nobody has published which revision brought it first. */
export interface Gap {
  readonly id: string;
  readonly vendor: 'GenuineIntel' | 'AuthenticAMD';
  /** First and last release date a step must touch to be concerned; null: no limit on that side. */
  readonly released: readonly [from: string | null, to: string | null];
  /** Bits a CPU must have, and must not have, to be concerned; a bit that the profile does not know counts as concerned. */
  readonly needs: readonly string[];
  readonly without: readonly string[];
  readonly text: string;
}

/** Signature, platform mask, published revisions with the date of their first release. */
export type Releases = readonly (readonly [signature: number, platforms: number, revisions: readonly (readonly [revision: number, date: string])[]])[];
