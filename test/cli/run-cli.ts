import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** The committed shim, as users start it. */
export const program = join(import.meta.dirname, '../../bin/cpueval.js');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** @returns what a command line gives; no terminal, no colours, nothing of this machine's environment but PATH. */
export function cpueval(words: readonly string[], input = '', environment: Readonly<Record<string, string>> = {}): Ran {
  const env = { PATH: process.env.PATH, ...environment };
  const ran: SpawnSyncReturns<string> = spawnSync(process.execPath, [program, ...words], { input, env, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

/** @returns a folder that is gone after the test, and a function that writes a file into it and gives its path. */
export function folder(t: TestContext): { path: string; write: (name: string, content: string | Uint8Array) => string } {
  const path = mkdtempSync(join(tmpdir(), 'cpueval-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(path, name), content);
    return join(path, name);
  };
  return { path, write };
}

/** @returns the lines of a text, without the empty one behind the last break. */
export function lines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
