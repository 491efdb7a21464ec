import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bundle } from './bundle.ts';
import { writeIfChanged } from './write-if-changed.ts';

/**
 * What is run before the cache is taken, so that the functions of the common ways are in it compiled. Each costs a little at every
 * start, as V8 unpacks all of the cache, so rare commands stay out. A line that fails (on what is not there yet) does no harm.
 */
const WARM_UP: readonly (readonly string[])[] = [['--help'], ['--version'], ['diff', '--profile', 'skylake-06-5e-03-c6', '--blob', 'skylake-06-5e-03-cc']];

/** Loads the bundle exactly as bin/cpueval.js does: V8 takes a cache only for the same text. Runs in a plain Node, without tsx. */
const RECORDER = `
const { readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');
const [bundle, target, runs] = process.argv.slice(1);
const [first, ...others] = JSON.parse(runs);
process.argv = [process.execPath, bundle, ...first];
const script = new Script('(function (exports, require, module, __filename, __dirname) {' + readFileSync(bundle).latin1Slice() + '\\n})', { filename: bundle });
const made = { exports: {} };
script.runInThisContext()(made.exports, require('node:module').createRequire(bundle), made, bundle, require('node:path').dirname(bundle));
(async () => {
  for (const words of others) await made.exports.main(words);
  writeFileSync(target, script.createCachedData());
  process.exitCode = 0;
})();
`;

/**
 * Writes V8's code cache of a bundle beside it.
 * @param built the bundle
 * @returns bytes of the cache
 */
export function writeCodeCache(built: Bundle): number {
  const target = join(dirname(built.path), 'cpueval.cache');
  const temporary = `${target}.${process.pid}.raw.tmp`;
  const environment = { ...process.env, NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: undefined };
  execFileSync(process.execPath, ['-e', RECORDER, built.path, temporary, JSON.stringify(WARM_UP)], {
    stdio: 'ignore',
    env: environment,
  });
  const cache = Buffer.concat([readFileSync(temporary), Buffer.from(built.id)]);
  rmSync(temporary);
  writeIfChanged(target, cache);
  return cache.length;
}
