import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inFile, type Result } from '../base/problem.ts';
import type { Blob } from '../data/contract/blob.ts';
import type { MsrValues, Profile } from '../data/contract/profile.ts';
import type { MachineEvent } from '../engine/events/event.ts';
import type { GuardMode } from '../engine/model/report.ts';
import { validateScenario } from '../schema/validate-scenario.ts';
import { type BlobInput, readBlobInput } from './blob/blob-input.ts';
import { builtInFile } from './built-in.ts';
import { type Document, readProfile } from './documents.ts';
import { readJson } from './read-input.ts';

/** `cpueval/scenario/1` as it stands in a file. */
export interface Scenario {
  readonly schema: 'cpueval/scenario/1';
  readonly id?: string;
  readonly title?: string;
  readonly profile: string | Profile;
  readonly blob?: string | Blob;
  readonly kernel?: string;
  readonly cmdline?: string;
  readonly config?: Readonly<Record<string, string>>;
  /** MSR values over the profile's: what if the MSR were not there. */
  readonly msrs?: MsrValues;
  /** What the early-load image holds: the same as the late loader finds, which is assumed where nobody says, or nothing. */
  readonly early?: 'same' | 'none';
  readonly policy?: string;
  readonly patches?: string;
  readonly inhibit?: boolean;
  readonly force?: readonly string[];
  readonly strict?: boolean;
  readonly guard?: GuardMode;
  readonly events: readonly (Omit<MachineEvent, 'load'> & { readonly blob?: string | Blob })[];
}

/** Reads and validates a scenario: a NAME of cpu-profiles/, a file or `-`. */
export async function readScenario(argument: string): Promise<Result<Document<Scenario>>> {
  const input = await readJson(argument, 'scenario');
  if (input.value === null) return { value: null, problems: input.problems };
  const { file, path, value } = input.value;
  const problems = inFile(file, validateScenario(value));
  return problems.length > 0 ? { value: null, problems } : { value: { file, path, value: value as Scenario }, problems: [] };
}

/** A file that a scenario names stands beside it, unless it is a NAME of cpu-profiles/ or a path that leads somewhere as it is. */
function beside(scenario: Document<Scenario>, kind: 'profile' | 'blob', name: string): string {
  const builtIn = builtInFile(kind, name);
  if ((builtIn !== null && existsSync(builtIn)) || scenario.path === null) return name;
  const near = join(dirname(scenario.path), name);
  return existsSync(near) ? near : name;
}

function withMsrs(profile: Profile, msrs: MsrValues | undefined): Profile {
  if (msrs === undefined) return profile;
  // Two spellings of one index are one MSR.
  const over = new Set(Object.keys(msrs).map(Number));
  const kept = Object.entries(profile.msrs ?? {}).filter(([index]) => !over.has(Number(index)));
  return { ...profile, msrs: { ...Object.fromEntries(kept), ...msrs } };
}

/** The machine of a scenario, its MSRs laid over the profile's. */
export async function scenarioProfile(scenario: Document<Scenario>): Promise<Result<Document<Profile>>> {
  const { profile, msrs } = scenario.value;
  const read: Result<Document<Profile>> =
    typeof profile === 'string' ? await readProfile(beside(scenario, 'profile', profile)) : { value: { ...scenario, value: profile }, problems: [] };
  return read.value === null ? read : { value: { ...read.value, value: withMsrs(read.value.value, msrs) }, problems: [] };
}

/** An update that a scenario or one of its events names. */
export async function scenarioBlob(scenario: Document<Scenario>, blob: string | Blob): Promise<Result<BlobInput>> {
  if (typeof blob === 'string') return readBlobInput(beside(scenario, 'blob', blob));
  return { value: { kind: 'descriptor', document: { ...scenario, value: blob } }, problems: [] };
}
