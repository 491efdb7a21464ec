import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobEffect } from '../../../src/data/contract/blob.ts';
import type { Confidence, ProtectionState, Verdict } from '../../../src/engine/model/report.ts';
import type { Engaged } from '../../../src/engine/report/engaged.ts';

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

/** What the kernel source says must come out; only what is named is looked at. */
export interface Expected {
  /** File or id of a row of the vulnerabilities list; null: none is meant. */
  readonly name: string | null;
  readonly verdict?: Verdict;
  readonly state?: ProtectionState;
  readonly confidence?: Confidence;
  /** Texts between slashes are patterns. `reported` is `before` where it is not named: a late load changes no text. */
  readonly before?: string | null;
  readonly reported?: string | null;
  readonly afterReboot?: string | null;
  readonly parts?: readonly ExpectedPart[];
  /** Verdicts of feature rows; null: no such row. */
  readonly features?: Readonly<Record<string, Verdict | null>>;
  /** Bugs that /proc/cpuinfo names before the load and after a reboot. */
  readonly bugs?: readonly string[];
  /** Names that the vulnerabilities list must not have. */
  readonly absent?: readonly string[];
  /** What the running kernel executes after the load. */
  readonly engaged?: Partial<Engaged>;
  /** Variables of the running kernel by their C names. */
  readonly remembers?: Readonly<Record<string, boolean | null>>;
  /** Capability bits of the running kernel that alternatives are patched by. */
  readonly forced?: Readonly<Record<string, boolean>>;
  /** Capability bits of boot_cpu_data when CPU 1 has gone off and on after the load. */
  readonly hotplugGives?: Readonly<Record<string, boolean>>;
  /** MSRs that the running kernel has written last. */
  readonly wrote?: Readonly<Record<string, string>>;
  readonly tainted?: readonly string[];
  /** microcode_check() warns that features have changed. */
  readonly noticed?: boolean;
}

interface OnLine {
  readonly expect?: Partial<Expected>;
  readonly off?: Partial<Expected>;
}

/** One row of the table of what is reported and what is effective, and its twin with `mitigations=off`. */
export interface Case {
  readonly file: string;
  readonly row: string;
  /** Other rows that this case stands for. */
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
  /** What single lines have otherwise. */
  readonly on?: Readonly<Partial<Record<Line, OnLine>>>;
}

const folder = join(import.meta.dirname, 'cases');

/** @returns every case, found by walking the folder. */
export function cases(): Case[] {
  return readdirSync(folder)
    .sort()
    .map((file) => ({ file, ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<Case, 'file'>) }));
}

/** @returns what a case expects of a line, with its options as they are or with `mitigations=off` behind them. A twin says all of its own. */
export function expected(one: Case, line: Line, off: boolean): Expected {
  const own = one.on?.[line] ?? {};
  return off ? { name: one.expect.name, ...one.off, ...own.off } : { ...one.expect, ...own.expect };
}
