#!/usr/bin/env node
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const bundle = `${__dirname}/cpueval.cjs`;
const read = (file) => (existsSync(file) ? readFileSync(file) : null);
const code = read(bundle);
if (code === null) {
  process.stderr.write('cpueval is not built: run `npm ci` or `npm run build` in its folder first\n');
  process.exitCode = 2;
} else {
  // V8's code cache beside the bundle saves compiling it. Both end with the id of their build; V8 itself refuses the cache of another Node.
  const cache = read(`${__dirname}/cpueval.cache`);
  const cachedData = cache?.subarray(-16).equals(code.subarray(-16)) ? cache.subarray(0, -16) : undefined;
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${code.latin1Slice()}\n})`, { filename: bundle, cachedData });
  script.runInThisContext()(exports, require, module, bundle, __dirname);
}
