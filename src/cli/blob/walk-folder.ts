import { readdirSync, statSync } from 'node:fs';
import type { Problem } from '../../base/problem.ts';

/** Deeper than any firmware folder, shallow enough for a loop of mounts. */
const DEPTH = 16;

export interface Walked {
  /** Regular files, each once, in the order of their names. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Lists the files below a folder. Links are followed, a folder that was seen before is not entered again.
 * @param folder as the user named it; paths start with it
 */
export function walkFolder(folder: string): Walked {
  const files: string[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const enter = (path: string, depth: number): void => {
    try {
      const { dev, ino } = statSync(path);
      if (seen.has(`${dev}/${ino}`) || depth > DEPTH) return;
      seen.add(`${dev}/${ino}`);
      const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const entry of entries) {
        const below = path.endsWith('/') ? path + entry.name : `${path}/${entry.name}`;
        const kind = entry.isSymbolicLink() ? statSync(below, { throwIfNoEntry: false }) : entry;
        if (kind?.isDirectory()) enter(below, depth + 1);
        else if (kind?.isFile()) files.push(below);
      }
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      problems.push({ code: 'unreadable', file: path, path: '', expected: 'a readable folder', got: `an error (${code})` });
    }
  };
  enter(folder, 0);
  return { files, problems };
}
