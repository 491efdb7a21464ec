import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './package-root.ts';

/** What can be named instead of a file, and its folder in `cpu-profiles/`. */
const FOLDERS = { profile: 'profiles', blob: 'blobs', scenario: 'scenarios' } as const;

export type InputKind = keyof typeof FOLDERS;

/** Names are plain words, so a NAME can never leave its folder. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;

/** @returns the file that a NAME stands for, whether it exists or not; null when the text cannot be a NAME. */
export function builtInFile(kind: InputKind, name: string): string | null {
  return NAME.test(name) ? join(packageRoot(), 'cpu-profiles', FOLDERS[kind], `${name}.json`) : null;
}

/** @returns the NAMEs of a kind, sorted. */
export function builtInNames(kind: InputKind): string[] {
  try {
    const files = readdirSync(join(packageRoot(), 'cpu-profiles', FOLDERS[kind]));
    return files
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .sort();
  } catch {
    return [];
  }
}
