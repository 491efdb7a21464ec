import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile, type OutputFile, transform } from 'esbuild';
import { lazyBuiltins } from './lazy-builtins.ts';
import { writeIfChanged } from './write-if-changed.ts';

export const BUILD_ID_BYTES = 16;
const ENTRY = 'bin.js';

export interface Bundle {
  readonly path: string;
  /** Hash of the code: its last bytes in the file, and the last bytes of a code cache that belongs to it. */
  readonly id: string;
  readonly bytes: number;
  readonly changed: boolean;
  readonly metafile: Metafile;
}

/** Splits the program into chunks: what `--help` needs, what each command needs, and what several of them share. */
async function split(root: string): Promise<{ chunks: readonly OutputFile[]; metafile: Metafile }> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/bin.ts'],
    outdir: 'bin',
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    define: { CPUEVAL_VERSION: JSON.stringify(version), 'import.meta.dirname': '__dirname' },
    plugins: [lazyBuiltins],
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  return { chunks: outputFiles, metafile };
}

/** import() has no loader in a script of its own, as which the shim runs the file; require() serves built-in modules as well. */
async function asFunction({ path, text }: OutputFile): Promise<string> {
  const { code } = await transform(text, { format: 'cjs', platform: 'node', target: 'node20', minify: true, supported: { 'dynamic-import': false }, legalComments: 'none' });
  return `${JSON.stringify(`./${basename(path)}`)}:function(exports,require,module){${code.trimEnd()}\n}`;
}

/** Finds chunks by their name, and everything else where Node finds it. */
const LOADER = `var loaded={};function load(name){if(!Object.hasOwn(chunks,name))return require(name);var module=loaded[name];if(!module){loaded[name]=module={exports:{}};chunks[name](module.exports,load,module)}return module.exports}module.exports=load("./${ENTRY}");`;

/**
 * Bundles the program into one CommonJS file. Each chunk is a function in it that runs when it is first needed: V8 then neither parses nor keeps
 * what a command line does not use, however large the program grows. (esbuild's own CommonJS bundle has every function of every command in one scope.)
 * @param root the repository
 * @param outfile where to; in tests not the real place
 */
export async function bundle(root: string, outfile: string = join(root, 'bin/cpueval.cjs')): Promise<Bundle> {
  const { chunks, metafile } = await split(root);
  const functions = await Promise.all(chunks.map(asFunction));
  const text = `"use strict";var chunks={${functions.join(',\n')}};${LOADER}`;
  const id = createHash('sha256').update(text).digest('hex').slice(0, BUILD_ID_BYTES);
  const code = `${text}//${id}`;
  return { path: outfile, id, bytes: code.length, changed: writeIfChanged(outfile, code), metafile };
}
