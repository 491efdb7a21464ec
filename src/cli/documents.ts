import { inFile, type Problem, type Result } from '../base/problem.ts';
import type { Blob } from '../data/contract/blob.ts';
import type { Profile } from '../data/contract/profile.ts';
import { validateBlob, validateProfile } from '../schema/validate.ts';
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

/** Reads and validates a profile: a NAME of cpu-profiles/, a file or `-`. */
export function readProfile(argument: string): Promise<Result<Document<Profile>>> {
  return read<Profile>(argument, 'profile', validateProfile);
}

/** Reads and validates a blob descriptor: a NAME of cpu-profiles/, a file or `-`. */
export function readBlob(argument: string): Promise<Result<Document<Blob>>> {
  return read<Blob>(argument, 'blob', validateBlob);
}
