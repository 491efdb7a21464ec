import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile, type OutputFile, transform } from 'esbuild';
import { chunksUsed } from './chunks-used.ts';
import { lazyBuiltins } from './lazy-builtins.ts';
import { ANY_COMMAND, DRY_RUNS } from './warm-up.ts';
import { writeIfChanged } from './write-if-changed.ts';

export const BUILD_ID_BYTES = 16;

export interface BuiltFile {
  /** `cpueval`, `dry-run` or `commands`: the name without its ending. */
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

/** Finds chunks by their name here, then in the file that has them, and everything else where Node finds it. */
const LOADER = `var loaded={},files={};function from(file){return files[file]||(files[file]=require(file))}function load(name){var module=loaded[name];if(module)return module.exports;var make=chunks[name];if(!make){if(!name.startsWith("./"))return require(name);make=from(dryRun[name]?"./dry-run.cjs":"./commands.cjs")[name]}loaded[name]=module={exports:{}};make(module.exports,load,module);return module.exports}module.exports=load("./bin.js");`;

function write(folder: string, name: string, text: string): BuiltFile {
  const id = createHash('sha256').update(text).digest('hex').slice(0, BUILD_ID_BYTES);
  const code = `${text}//${id}`;
  return { name, id, bytes: code.length, changed: writeIfChanged(join(folder, `${name}.cjs`), code) };
}

/**
 * Bundles the program into three CommonJS files: `cpueval.cjs` has what every start or every command needs and nothing else, so that `--help` stays as quick as it is
 * however large the program grows; `dry-run.cjs` has what a dry run loads, and `commands.cjs` the rest. Each chunk is a function that runs when it is
 * first needed: V8 neither parses nor keeps what a command line does not use.
 * @param root the repository
 * @param folder where to; in tests not the real place
 */
export async function bundle(root: string, folder: string = join(root, 'bin')): Promise<Bundle> {
  const { chunks, metafile } = await split(root);
  const start = startChunks(metafile);
  const nameOf = ({ path }: OutputFile): string => `./${basename(path)}`;
  const whole = `"use strict";var dryRun={},chunks=${await table(chunks)};${LOADER}`;
  const used = chunksUsed(whole, folder, DRY_RUNS);
  const common = chunksUsed(whole, folder, ANY_COMMAND);
  const atStart = chunks.filter((chunk) => start.has(`bin/${basename(chunk.path)}`) || (used.has(nameOf(chunk)) && common.has(nameOf(chunk))));
  const inDryRun = chunks.filter((chunk) => !atStart.includes(chunk) && used.has(nameOf(chunk)));
  const others = chunks.filter((chunk) => !atStart.includes(chunk) && !inDryRun.includes(chunk));
  const names = JSON.stringify(Object.fromEntries(inDryRun.map((chunk) => [nameOf(chunk), 1])));
  const exported = async (some: readonly OutputFile[]): Promise<string> => `"use strict";module.exports=${await table(some)};`;
  const files = [
    write(folder, 'commands', await exported(others)),
    write(folder, 'dry-run', await exported(inDryRun)),
    write(folder, 'cpueval', `"use strict";var dryRun=${names},chunks=${await table(atStart)};${LOADER}`),
  ];
  return { folder, files, metafile };
}
