#!/usr/bin/env node
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const read = (file) => (existsSync(file) ? readFileSync(file) : null);

// What require() does, with V8's code cache: it saves compiling. File and cache end with the id of their build; V8 itself refuses the cache of another Node.
function load(name) {
  const file = `${__dirname}/${name}.cjs`;
  const code = readFileSync(file);
  const cache = read(`${__dirname}/${name}.cache`);
  const cachedData = cache?.subarray(-16).equals(code.subarray(-16)) ? cache.subarray(0, -16) : undefined;
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${code.latin1Slice()}\n})`, { filename: file, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, (id) => (id.startsWith('./') ? load(id.slice(2, -4)) : require(id)), module, file, __dirname);
  return module.exports;
}

if (existsSync(`${__dirname}/cpueval.cjs`)) {
  load('cpueval');
} else {
  process.stderr.write('cpueval is not built: run `npm ci` or `npm run build` in its folder first\n');
  process.exitCode = 2;
}
