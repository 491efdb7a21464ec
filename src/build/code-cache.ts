import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from './bundle.ts';
import { WARM_UP } from './warm-up.ts';
import { writeIfChanged } from './write-if-changed.ts';

/** Loads the files exactly as bin/cpueval.js does: V8 takes a cache only for the same text. Runs in a plain Node, without tsx. */
const RECORDER = `
const { readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');
const [folder, ending, runs] = process.argv.slice(1);
const own = require('node:module').createRequire(folder + '/cpueval.js');
const scripts = {};
function load(name) {
  const file = folder + '/' + name + '.cjs';
  const script = new Script('(function (exports, require, module, __filename, __dirname) {' + readFileSync(file).latin1Slice() + '\\n})', { filename: file });
  scripts[name] = script;
  const made = { exports: {} };
  script.runInThisContext()(made.exports, (id) => (id.startsWith('./') ? load(id.slice(2, -4)) : own(id)), made, file, folder);
  return made.exports;
}
const [first, ...others] = JSON.parse(runs);
process.argv = [process.execPath, folder + '/cpueval.js', ...first];
const { main } = load('cpueval');
(async () => {
  for (const words of others) await main(words);
  for (const name of Object.keys(scripts)) writeFileSync(folder + '/' + name + ending, scripts[name].createCachedData());
  process.exitCode = 0;
})();
`;

/**
 * Writes V8's code caches of a bundle beside its files.
 * @param built the bundle
 * @returns bytes of the caches
 */
export function writeCodeCache({ folder, files }: Bundle): number {
  const ending = `.cache.${process.pid}.raw.tmp`;
  const environment = { ...process.env, NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: undefined };
  execFileSync(process.execPath, ['-e', RECORDER, folder, ending, JSON.stringify(WARM_UP)], { stdio: 'ignore', env: environment });
  return files.reduce((sum, { name, id }) => {
    const raw = join(folder, `${name}${ending}`);
    const cache = Buffer.concat([readFileSync(raw), Buffer.from(id)]);
    rmSync(raw);
    writeIfChanged(join(folder, `${name}.cache`), cache);
    return sum + cache.length;
  }, 0);
}
