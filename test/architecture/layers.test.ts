import assert from 'node:assert/strict';
import { dirname, join, normalize } from 'node:path';
import test from 'node:test';
import { importsOf, type Source, sources } from './sources.ts';

interface Room {
  /** Rooms whose code it may load, besides its own. */
  readonly loads: readonly string[];
  /** Rooms of which it may know the types only. */
  readonly types?: readonly string[];
  /** npm packages it may load. */
  readonly packages?: readonly string[];
  /** Built-in modules it may load: a rule for module names, or none. */
  readonly builtins?: RegExp;
  /** Files that the rule for built-in modules is for; all when left out. */
  readonly builtinFiles?: RegExp;
  readonly why: string;
}

const ALL = ['base', 'data', 'schema', 'microcode', 'importers', 'engine', 'scan', 'views', 'explore', 'fleet', 'capture', 'cli'];

/** DESIGN section 3. Imports point downwards only; the reason stands beside each rule. */
const rooms: Readonly<Record<string, Room>> = {
  base: { loads: [], why: 'every room stands on it, so it may know nothing of any' },
  data: { loads: [], types: ['base'], why: 'facts are literals that a script re-derives from the kernel source: no code may hide in them' },
  schema: { loads: [], types: ['base'], why: 'the published formats must not depend on what the program does with them' },
  microcode: { loads: ['base', 'data'], why: 'bytes become records whatever the engine makes of them; files are opened by who calls' },
  importers: {
    loads: ['base', 'data'],
    packages: ['saxes'],
    why: 'foreign text becomes a profile whatever the engine makes of it; files are opened by who calls',
  },
  engine: { loads: ['base', 'data'], why: 'the machine is a pure function: no files, clock, randomness, environment, words for people' },
  scan: { loads: ['base', 'data'], packages: ['web-tree-sitter'], why: 'it reads C, not CPUs; files and threads are the business of who calls' },
  views: {
    loads: ['base', 'data'],
    types: ['engine', 'schema', 'scan', 'microcode', 'fleet'],
    why: 'a view that calls the engine computes what it should only show',
  },
  explore: {
    loads: ['base', 'data', 'engine', 'views', 'schema', 'microcode'],
    builtins: /^node:(readline|tty|process|events)$/,
    builtinFiles: /\/terminal[\w-]*\.ts$/,
    why: 'only its driver touches the terminal; the rest are a reducer and a drawing, and can be tested as such',
  },
  fleet: {
    loads: ['base', 'data', 'engine', 'views', 'schema', 'microcode'],
    builtins: /^node:(?!fs)/,
    why: 'lines in, lines out: it never opens a file itself',
  },
  capture: { loads: ['base', 'data'], builtins: /^node:/, why: 'it reads the machine it runs on; what that means, the engine says' },
  cli: { loads: ALL, packages: ['commander', 'chalk'], builtins: /^node:/, why: 'the only room that knows all others, opens files and sets exit codes' },
  build: {
    loads: ALL,
    packages: ['esbuild', 'ajv', 'commander', 'typescript'],
    builtins: /^node:/,
    why: 'tools of the project: nothing of the product may load them',
  },
};

/** @returns the package that a bare specifier names. */
function packageOf(target: string): string {
  const parts = target.split('/');
  return target.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

/** @returns what is wrong with the imports of a file, each with the rule's reason. */
function violations(source: Source): string[] {
  const room = rooms[source.room];
  if (room === undefined) return [`${source.path}: there is no room ${source.room}`];
  return source.imports.flatMap(({ target, typeOnly }) => {
    const because = `${source.path} imports ${target}: ${room.why}`;
    if (target.startsWith('node:')) {
      if (typeOnly) return [];
      const allowed = room.builtins?.test(target) === true && (room.builtinFiles?.test(source.path) ?? true);
      return allowed ? [] : [because];
    }
    if (!target.startsWith('.')) return typeOnly || room.packages?.includes(packageOf(target)) ? [] : [because];
    if (!/\.(ts|json)$/.test(target)) return [`${source.path} imports ${target}: imports carry their extension, or only the bundler finds them`];
    const to = normalize(join(dirname(source.path), target)).split('/')[1] ?? '';
    const allowed = to === source.room || room.loads.includes(to) || (typeOnly && room.types?.includes(to));
    return allowed ? [] : [because];
  });
}

test('imports point downwards only', () => {
  const all = sources();
  assert.ok(all.length > 20, `${all.length} files`);
  assert.deepEqual(all.flatMap(violations), []);
});

/** Each of these must be caught: a rule that nothing can break proves nothing. */
const forbidden: readonly (readonly [path: string, text: string])[] = [
  ['src/engine/a.ts', "import { table } from '../views/table.ts';"],
  ['src/engine/a.ts', "import { readFileSync } from 'node:fs';"],
  ['src/engine/a.ts', "import chalk from 'chalk';"],
  ['src/views/a.ts', "import { boot } from '../engine/boot/boot.ts';"],
  ['src/views/a.ts', "import {\n  type Machine,\n  boot,\n} from '../engine/boot/boot.ts';"],
  ['src/views/a.ts', "const { boot } = await import('../engine/boot/boot.ts');"],
  ['src/microcode/a.ts', "export { boot } from '../engine/boot/boot.ts';"],
  ['src/microcode/a.ts', "import '../importers/index.ts';"],
  ['src/data/a.ts', "import { hex } from '../base/hex.ts';"],
  ['src/base/a.ts', "import type { Profile } from '../data/contract/profile.ts';"],
  ['src/schema/a.ts', "import { hex } from '../base/hex.ts';"],
  ['src/cli/a.ts', "import { buildAll } from '../build/build.ts';"],
  ['src/fleet/a.ts', "import { readFileSync } from 'node:fs';"],
  ['src/explore/screen.ts', "import { emitKeypressEvents } from 'node:readline';"],
  ['src/engine/a.ts', "import { boot } from './boot';"],
  ['src/attic/a.ts', ''],
];

for (const [path, text] of forbidden) {
  test(`caught: ${path}: ${text.replace(/\s+/g, ' ')}`, () => {
    assert.equal(violations({ path, room: path.split('/')[1] ?? '', text, imports: importsOf(text) }).length, 1);
  });
}

test('types that are erased are allowed where the rule says so', () => {
  for (const text of ["import type { Machine } from '../engine/machine.ts';", "import { type Machine } from '../engine/machine.ts';"]) {
    assert.deepEqual(violations({ path: 'src/views/a.ts', room: 'views', text, imports: importsOf(text) }), []);
  }
});
