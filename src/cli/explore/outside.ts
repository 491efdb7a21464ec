import { existsSync, readFileSync } from 'node:fs';
import type { Problem } from '../../base/problem.ts';
import type { Blob } from '../../data/contract/blob.ts';
import { kernelLines } from '../../data/kernels/index.ts';
import type { Choices, Listed, ListedUpdate, Outside, Source } from '../../explore/outside.ts';
import { builtInFile, builtInNames, type InputKind } from '../built-in.ts';
import { writeOutput } from '../write-output.ts';
import { listPath, withHome } from './list-path.ts';
import { prepare } from './prepare.ts';

/** Our own files need no careful reader here; whoever picks one has it validated. */
function readBuiltIn(kind: InputKind, name: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(builtInFile(kind, name) ?? name, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function update(name: string): ListedUpdate {
  const { title, vendor, revision, date, applies } = readBuiltIn('blob', name) as Partial<Blob>;
  return { name, title: title ?? '', vendor: vendor ?? 'GenuineIntel', revision: revision ?? null, date: date ?? null, applies: applies ?? [] };
}

function listed(): Listed {
  return {
    profiles: builtInNames('profile').map((name) => ({ name, title: String(readBuiltIn('profile', name).title ?? '') })),
    updates: builtInNames('blob').map(update),
    kernels: kernelLines.map(({ line, release, builds }) => ({ line, release, builds })),
  };
}

function atHome(source: Source | null): Source | null {
  return typeof source === 'string' ? withHome(source) : source;
}

function write(path: string, text: string, over: boolean): Problem[] {
  const file = withHome(path);
  if (!over && existsSync(file)) return [{ code: 'exists', file, path: '', expected: 'a new file', got: 'one that is there' }];
  return writeOutput(file === '-' ? './-' : file, text);
}

/** @returns what the explorer needs of files, and what is built in. */
export function exploreOutside(): Outside {
  return {
    listed: listed(),
    prepare: (choices: Choices) => prepare({ ...choices, profile: atHome(choices.profile), blob: atHome(choices.blob) }),
    list: async (path, updates) => {
      const entries = listPath(path);
      return updates ? (await import('./updates-in.ts')).withUpdates(entries) : entries;
    },
    write: (path, text, over) => Promise.resolve(write(path, text, over)),
  };
}
