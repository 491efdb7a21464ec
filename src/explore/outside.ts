import type { Problem, Result } from '../base/problem.ts';
import type { BlobApplies, Vendor } from '../data/contract/blob.ts';
import type { KvmTables } from '../data/kernels/types.ts';
import type { KernelSpec } from '../engine/boot/boot.ts';
import type { LateLoadInput } from '../engine/events/microcode-late-load.ts';
import type { Slot } from '../engine/model/machine.ts';
import type { KernelReport } from '../engine/model/report.ts';
import type { Step } from './session.ts';

/** A guest of the default timeline. */
export interface GuestChoice {
  readonly name: string;
  readonly model: string;
}

/** A NAME or a file, `live` for the machine this runs on, or the document itself, as a scenario may carry it. */
export type Source = string | { readonly id?: unknown };

/** What the user has chosen, as a scenario would write it; null: nothing yet. */
export interface Choices {
  readonly profile: Source | null;
  readonly blob: Source | null;
  /** null: the profile's own, else the default line. */
  readonly kernel: string | null;
  readonly cmdline: string | null;
  readonly policy: string;
  /** `1-3,5`: patches of the 2020 series that the policy has; null: all. */
  readonly patches: string | null;
  readonly inhibit: boolean;
  readonly strict: boolean;
  readonly force: readonly string[];
  readonly guests: readonly GuestChoice[];
  /** Keys of a scenario that no screen changes; they are kept and written again. */
  readonly extras: Readonly<Record<string, unknown>>;
}

/** A machine, an update and a kernel, read and ready to be played. */
export interface Prepared {
  readonly profile: {
    readonly id: string;
    readonly title: string;
    /** The kernel that the profile itself names. */
    readonly kernel: string | null;
    readonly guests: readonly GuestChoice[];
  };
  /** What a scenario writes for profile and update: a name, a file, or the document itself; undefined: no update. */
  readonly source: { readonly profile: unknown; readonly blob?: unknown };
  readonly spec: KernelSpec;
  readonly slots: readonly Slot[];
  readonly kvmTables: KvmTables;
  readonly kernel: KernelReport;
  /** null: no update is chosen. */
  readonly load: LateLoadInput | null;
  /** What the early-load image holds: the same update, which is assumed, or none; and its revision where somebody said so. */
  readonly early: 'same' | null;
  readonly earlyRevision: number | null;
  /** Codes of what was taken for granted; words are the views'. */
  readonly assumptions: readonly string[];
  /** The same of the update; a run does not report these, as every event may have an update of its own. */
  readonly doubts: readonly string[];
  /** Sentences that the command line would print on standard error. */
  readonly notes: readonly string[];
}

/** A built-in profile, as a list shows it. */
export interface ListedProfile {
  readonly name: string;
  readonly title: string;
}

/** A built-in update, as a list shows it, and what tells whether it fits. */
export interface ListedUpdate {
  readonly name: string;
  readonly title: string;
  readonly vendor: Vendor;
  readonly revision: string | null;
  readonly date: string | null;
  readonly applies: readonly BlobApplies[];
}

export interface ListedKernel {
  readonly line: string;
  readonly release: string;
  readonly builds: readonly string[];
}

/** What is built in. */
export interface Listed {
  readonly profiles: readonly ListedProfile[];
  readonly updates: readonly ListedUpdate[];
  readonly kernels: readonly ListedKernel[];
}

/** An entry of a folder; a folder's name ends in `/`. */
export interface PathEntry {
  readonly path: string;
  readonly folder: boolean;
  /** The updates in a file; none: it is no update. Absent: nobody has looked, or could. */
  readonly updates?: readonly ListedUpdate[];
}

/** A saved scenario: what was chosen, and the events. */
export interface OpenedScenario {
  readonly choices: Choices;
  readonly events: readonly Step[];
}

/** What the explorer asks of whoever started it: all files are theirs. */
export interface Outside {
  readonly listed: Listed;
  /** Reads and validates what is chosen. */
  readonly prepare: (choices: Choices) => Promise<Result<Prepared>>;
  /** What stands where a path that is being typed leads to; `updates`: files are looked into for updates. */
  readonly list: (path: string, updates: boolean) => Promise<readonly PathEntry[]>;
  /** Writes a file, whole or not at all; the code of its problem is `exists` where it is there already and `over` is false. */
  readonly write: (path: string, text: string, over: boolean) => Promise<readonly Problem[]>;
}

/** The profile that stands for the machine the program runs on. */
export const LIVE = 'live';

/** @returns what a source is called on the screen. */
export function sourceName(source: Source | null): string {
  if (source === LIVE) return 'this machine';
  if (typeof source === 'string') return source;
  return source === null ? '' : String(source.id ?? 'in the scenario');
}

export const NO_CHOICES: Choices = {
  profile: null,
  blob: null,
  kernel: null,
  cmdline: null,
  policy: 'mainline',
  patches: null,
  inhibit: false,
  strict: false,
  force: [],
  guests: [{ name: 'web-1', model: 'host-passthrough' }],
  extras: {},
};
