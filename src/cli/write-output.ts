import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Problem } from '../base/problem.ts';
import { writeOut } from './streams.ts';

interface Target {
  readonly path: string;
  /** Mode of the file that is replaced; null when there is none. */
  readonly mode: number | null;
  /** A terminal, pipe or device: there is nothing to rename over. */
  readonly special: boolean;
}

/** A link is followed, so that the file behind it is replaced and not the link. */
function targetOf(file: string): Target {
  try {
    const path = realpathSync(file);
    const status = statSync(path);
    return { path, mode: status.mode & 0o7777, special: !status.isFile() && !status.isDirectory() };
  } catch {
    return { path: file, mode: null, special: false };
  }
}

function replace(target: Target, content: string | Uint8Array): void {
  const temporary = join(dirname(target.path), `.${basename(target.path)}.${process.pid}.tmp`);
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    if (target.mode !== null) chmodSync(temporary, target.mode);
    renameSync(temporary, target.path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Delivers a result: `-o FILE` under a temporary name and then renamed, so that nobody ever sees half of it.
 * @param file where to; undefined or `-` is standard output
 * @param content all of it
 * @returns why it could not be written, or nothing
 */
export function writeOutput(file: string | undefined, content: string | Uint8Array): Problem[] {
  if (file === undefined || file === '-') {
    writeOut(content);
    return [];
  }
  try {
    const target = targetOf(file);
    if (target.special) writeFileSync(target.path, content);
    else replace(target, content);
    return [];
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return [{ code: 'unwritable', file, path: '', expected: 'a place that can be written', got: `an error (${code})` }];
  }
}
