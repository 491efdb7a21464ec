import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobEffect } from '../../../src/data/contract/blob.ts';
import type { Confidence, ProtectionState, Verdict } from '../../../src/engine/model/report.ts';

export const LINES = ['6.1', '6.12', '7.2'] as const;
export type Line = (typeof LINES)[number];

export interface ExpectedPart {
  readonly part: string;
  readonly verdict?: Verdict;
  readonly why?: string;
  readonly before?: ProtectionState;
  readonly late?: ProtectionState;
  readonly afterReboot?: ProtectionState;
}

/** What the kernel source says must come out. A text between slashes is a pattern; a row's `reported` is its `before` where nothing else is said. */
export interface Expected {
  /** The row's file or id; null: no row of the vulnerabilities list is meant. */
  readonly name: string | null;
  readonly verdict?: Verdict;
  readonly state?: ProtectionState;
  readonly confidence?: Confidence;
  readonly before?: string | null;
  readonly reported?: string | null;
  readonly afterReboot?: string | null;
  readonly parts?: readonly ExpectedPart[];
  /** Verdicts of feature rows; null: no such row. */
  readonly features?: Readonly<Record<string, Verdict | null>>;
  /** Bugs that /proc/cpuinfo has before and after a reboot alike. */
  readonly bugs?: readonly string[];
  /** Names that the vulnerabilities list must not have. */
  readonly absent?: readonly string[];
  /** The kernel's record of the boot CPU after CPU 1 went off and on: flags that CPU 1 has gained there. */
  readonly gainedByHotplug?: readonly string[];
  readonly tainted?: readonly string[];
}

interface OnLine {
  readonly expect?: Partial<Expected>;
  readonly off?: Partial<Expected>;
}

/** One row of the table of what is reported and what is effective, and its twin with `mitigations=off`. */
export interface Case {
  readonly file: string;
  readonly row: string;
  readonly also?: readonly string[];
  readonly source: string;
  readonly lines: readonly Line[];
  /** A recording below test/golden whose profile is taken. */
  readonly profile: string;
  /** Edits of the profile, in the words of effects. */
  readonly changes?: readonly BlobEffect[];
  /** Revision that the profile starts on, where not its own. */
  readonly from?: string;
  readonly cmdline?: string;
  readonly modules?: readonly ('kvm_intel' | 'kvm_amd')[];
  readonly config?: Readonly<Record<string, string>>;
  readonly effects: readonly BlobEffect[];
  readonly revision: string;
  readonly expect: Expected;
  readonly off: Partial<Expected>;
  /** What one line has otherwise. */
  readonly on?: Readonly<Partial<Record<Line, OnLine>>>;
}

const folder = join(import.meta.dirname, 'cases');

/** @returns every case, found by walking the folder. */
export function cases(): Case[] {
  return readdirSync(folder)
    .sort()
    .map((file) => ({ file, ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<Case, 'file'>) }));
}

/** @returns what a case expects of a line, with its options as they are or with `mitigations=off` behind them. */
export function expected(one: Case, line: Line, off: boolean): Expected {
  const own = one.on?.[line] ?? {};
  return off ? { ...one.expect, ...withoutDetails, ...one.off, ...own.off } : { ...one.expect, ...own.expect };
}

/** A twin says all of its own: only the name is the same. */
const withoutDetails = {
  verdict: undefined,
  state: undefined,
  confidence: undefined,
  before: undefined,
  reported: undefined,
  afterReboot: undefined,
  parts: undefined,
  features: undefined,
};
