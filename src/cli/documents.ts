import { inFile, type Problem, type Result } from '../base/problem.ts';
import type { Blob } from '../data/contract/blob.ts';
import type { Profile } from '../data/contract/profile.ts';
import { validateBlob } from '../schema/validate-blob.ts';
import { validateProfile } from '../schema/validate-profile.ts';
import type { InputKind } from './built-in.ts';
import { readJson } from './read-input.ts';

/** A document that stands, and where it was read from. */
export interface Document<T> {
  readonly value: T;
  /** As the user named it. */
  readonly file: string;
  /** Where it is, for paths inside it; null for standard input. */
  readonly path: string | null;
}

async function read<T>(argument: string, kind: InputKind, validate: (value: unknown) => Problem[]): Promise<Result<Document<T>>> {
  const input = await readJson(argument, kind);
  if (input.value === null) return { value: null, problems: input.problems };
  const { value, file, path } = input.value;
  const problems = inFile(file, validate(value));
  if (problems.length > 0) return { value: null, problems };
  return { value: { value: value as T, file, path }, problems: [] };
}

/** What stands for the machine that the program runs on; a file of that name is written `./live`. */
const LIVE = 'live';

/** Captures this machine; what was put back or could not be read is said on standard error, as `capture` says it. */
async function readLive(): Promise<Result<Document<Profile>>> {
  const { captureMachine } = await import('./capture-machine.ts');
  const { sayNotes } = await import('./say-notes.ts');
  const { profile, problems, notes } = await captureMachine({ root: '/', anonymous: false });
  if (profile === null) return { value: null, problems: inFile(LIVE, problems) };
  sayNotes(notes);
  return { value: { value: profile, file: LIVE, path: null }, problems: [] };
}

/** Reads and validates a profile: `live`, a NAME of cpu-profiles/, a file or `-`. */
export function readProfile(argument: string): Promise<Result<Document<Profile>>> {
  return argument === LIVE ? readLive() : read<Profile>(argument, 'profile', validateProfile);
}

/** Reads and validates a blob descriptor: a NAME of cpu-profiles/, a file or `-`. */
export function readBlob(argument: string): Promise<Result<Document<Blob>>> {
  return read<Blob>(argument, 'blob', validateBlob);
}
