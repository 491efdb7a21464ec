import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile, type OutputFile, transform } from 'esbuild';
import { lazyBuiltins } from './lazy-builtins.ts';
import { writeIfChanged } from './write-if-changed.ts';

export const BUILD_ID_BYTES = 16;

export interface BuiltFile {
  /** `cpueval` or `commands`: the name without its ending. */
  readonly name: string;
  /** Hash of the code: its last bytes in the file, and the last bytes of a code cache that belongs to it. */
  readonly id: string;
  readonly bytes: number;
  readonly changed: boolean;
}

export interface Bundle {
  readonly folder: string;
  readonly files: readonly BuiltFile[];
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

/** @returns paths of the chunks that run at every start: the entry and what it imports, not what it may import later. */
function startChunks({ outputs }: Metafile): Set<string> {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind, external } of outputs[path]?.imports ?? []) if (kind === 'import-statement' && !external) visit(next);
  };
  visit('bin/bin.js');
  return found;
}

/** import() has no loader in a script of its own, as which the shim runs the files; require() serves built-in modules as well. */
async function asFunction({ path, text }: OutputFile): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    supported: { 'dynamic-import': false },
    legalComments: 'none',
  });
  return `${JSON.stringify(`./${basename(path)}`)}:function(exports,require,module){${code.trimEnd()}\n}`;
}

async function table(chunks: readonly OutputFile[]): Promise<string> {
  return `{${(await Promise.all(chunks.map(asFunction))).join(',\n')}}`;
}

/** Finds chunks by their name here, then in the other file, and everything else where Node finds it. */
const LOADER = `var loaded={},others;function load(name){var module=loaded[name];if(module)return module.exports;var make=chunks[name];if(!make){if(!name.startsWith("./"))return require(name);make=(others||(others=require("./commands.cjs")))[name]}loaded[name]=module={exports:{}};make(module.exports,load,module);return module.exports}module.exports=load("./bin.js");`;

function write(folder: string, name: string, text: string): BuiltFile {
  const id = createHash('sha256').update(text).digest('hex').slice(0, BUILD_ID_BYTES);
  const code = `${text}//${id}`;
  return { name, id, bytes: code.length, changed: writeIfChanged(join(folder, `${name}.cjs`), code) };
}

/**
 * Bundles the program into two CommonJS files: `cpueval.cjs` has what every start needs and nothing else, so that `--help` stays as quick as it is
 * however large the program grows; `commands.cjs` has the rest and is read when a command is asked for. Each chunk is a function that runs when it is
 * first needed: V8 neither parses nor keeps what a command line does not use.
 * @param root the repository
 * @param folder where to; in tests not the real place
 */
export async function bundle(root: string, folder: string = join(root, 'bin')): Promise<Bundle> {
  const { chunks, metafile } = await split(root);
  const start = startChunks(metafile);
  const atStart = ({ path }: OutputFile): boolean => start.has(`bin/${basename(path)}`);
  const commands = `"use strict";module.exports=${await table(chunks.filter((chunk) => !atStart(chunk)))};`;
  const program = `"use strict";var chunks=${await table(chunks.filter(atStart))};${LOADER}`;
  return { folder, files: [write(folder, 'commands', commands), write(folder, 'cpueval', program)], metafile };
}
