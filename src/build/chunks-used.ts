import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The descriptor on which the recorder below says what was loaded: the program has the others. */
const REPORT = 3;

/** A start of the program itself prints its version; the other command lines follow in the same process. */
const RECORDER = `
const [file, runs] = process.argv.slice(1);
process.argv = [process.execPath, file, '--version'];
const { main } = require(file);
(async () => {
  for (const words of JSON.parse(runs)) await main(words);
  require('node:fs').writeSync(${REPORT}, JSON.stringify(Object.keys(globalThis.chunksLoaded)));
  process.exitCode = 0;
})();
`;

/**
 * Plays command lines to see which chunks they load.
 * @param program the whole program in one file, with its loader
 * @param folder the program's folder: what it reads of itself it finds from there
 * @returns names of chunks
 * @throws Error when the program does not run
 */
export function chunksUsed(program: string, folder: string, runs: readonly (readonly string[])[]): ReadonlySet<string> {
  const file = join(folder, `whole.${process.pid}.tmp`);
  writeFileSync(file, `${program}globalThis.chunksLoaded=loaded;`);
  try {
    const ran = spawnSync(process.execPath, ['-e', RECORDER, file, JSON.stringify(runs)], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: undefined },
    });
    if (ran.status !== 0) throw new Error(`the bundle does not run: ${ran.stderr}`);
    return new Set(JSON.parse(ran.output[REPORT] ?? '[]') as string[]);
  } finally {
    rmSync(file, { force: true });
  }
}
