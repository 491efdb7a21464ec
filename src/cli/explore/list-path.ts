import { type Dirent, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { PathEntry } from '../../explore/outside.ts';

/** More than anybody looks through; folders of firmware have a few hundred files. */
const MOST = 2000;

/** @returns the path with `~` as the user's own folder. */
export function withHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** What a name stands for; null: neither a folder nor a file that can be read to its end, such as a pipe, a socket, a device. */
function kindOf(entry: Dirent, folder: string): 'folder' | 'file' | null {
  try {
    const found = entry.isSymbolicLink() ? statSync(join(folder, entry.name)) : entry;
    if (found.isDirectory()) return 'folder';
    return found.isFile() ? 'file' : null;
  } catch {
    return null;
  }
}

/**
 * What a path that is being typed can become: the entries of its folder that begin like its last part, folders first.
 * @param typed as it stands; what cannot be read has no entries
 */
export function listPath(typed: string): PathEntry[] {
  if (typed.includes('\0')) return [];
  const path = withHome(typed);
  const folder = typed.endsWith('/') ? path : dirname(path);
  const begun = typed.endsWith('/') ? '' : basename(path);
  const lead = typed.slice(0, typed.lastIndexOf('/') + 1);
  try {
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.name.startsWith(begun) && (begun.startsWith('.') || !entry.name.startsWith('.')))
      .slice(0, MOST);
    const entries = names.flatMap((entry): PathEntry[] => {
      const kind = kindOf(entry, folder);
      return kind === null ? [] : [{ path: `${lead}${entry.name}${kind === 'folder' ? '/' : ''}`, folder: kind === 'folder' }];
    });
    return entries.sort((one, other) => Number(other.folder) - Number(one.folder) || (one.path < other.path ? -1 : 1));
  } catch {
    return [];
  }
}
