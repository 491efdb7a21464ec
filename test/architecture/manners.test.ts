import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { lineAt, root, type Source, sources, withoutComments } from './sources.ts';

/** @returns where a pattern stands in the code of some files. */
function hits(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) => {
    const code = withoutComments(text);
    return [...code.matchAll(new RegExp(pattern, 'g'))].map((match) => `${path}:${lineAt(code, match.index ?? 0)}: ${match[0]}`);
  });
}

const all = sources();
const inRooms = (...rooms: string[]): Source[] => all.filter(({ room }) => rooms.includes(room));

/** Kernel lines as numbers; `7.2.edx` is a CPUID register and none. */
const KERNEL_LINE = /(?<![\w.])(?:6\.1|6\.12|7\.2)(?![\d]|\.e[abcd]x|\.\$)/;
const UNSTEADY = /\b(?:Date\.now|new Date\(\)|Math\.random|process\.(?!c\b)|performance\.now|globalThis\.|setTimeout|fetch\()/;

test('the engine knows no kernel version: differences are tables, traits or shapes', () => {
  assert.deepEqual(hits(inRooms('engine'), KERNEL_LINE), []);
  assert.match("line === '6.12'", KERNEL_LINE);
  assert.doesNotMatch("read('cpuid:7.2.edx[3]'), '7.2.edx', 26.1, 6.123", KERNEL_LINE);
});

test('the same input gives the same result: no clock, randomness or environment below the command line', () => {
  assert.deepEqual(hits(inRooms('base', 'data', 'schema', 'microcode', 'importers', 'engine', 'views'), UNSTEADY), []);
});

test('no default exports: a thing has one name everywhere', () => {
  assert.deepEqual(hits(all, /^export default\b/m), []);
});

test('every exported function says what it takes and gives', () => {
  const bare = all.flatMap(({ path, text }) => {
    const lines = text.split('\n');
    return lines.flatMap((line, index) =>
      /^export (?:async )?function\*? /.test(line) && !/\*\/\s*$/.test(lines[index - 1] ?? '') ? [`${path}:${index + 1}: ${line.slice(0, 80)}`] : [],
    );
  });
  assert.deepEqual(bare, []);
});

test('every vulnerability that is defined is in the registry', (t) => {
  const index = all.find(({ path }) => path === 'src/engine/vulnerabilities/index.ts');
  if (index === undefined) return t.skip('no vulnerabilities yet');
  const registered = new Set(/vulnerabilities\b[^=]*=\s*Object\.freeze\(\[([^\]]*)\]/.exec(withoutComments(index.text))?.[1]?.split(/[\s,]+/));
  const defined = all
    .filter(({ path }) => path.startsWith('src/engine/vulnerabilities/'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^export const (\w+)(?:: Vulnerability)? = defineVulnerability\(/gm)].map(([, name]) => ({ path, name: name ?? '' })),
    );
  assert.ok(defined.length > 10, `${defined.length} definitions`);
  assert.deepEqual(
    defined.filter(({ name }) => !registered.has(name)),
    [],
  );
});

/** These are programs, not modules: running is what they are for. */
const PROGRAMS = /^src\/(?:cli\/bin|build\/(?:test|bench|build)|build\/tables\/check)\.ts$/;

test('importing a module does nothing', () => {
  const modules = all.filter(({ path }) => !PROGRAMS.test(path) && !path.startsWith('src/build/tables/')).map(({ path }) => join(root, path));
  const script = `
    const before = Object.keys(globalThis).length;
    for (const path of ${JSON.stringify(modules)}) await import(path);
    console.log(JSON.stringify({ globals: Object.keys(globalThis).length - before, handles: process.getActiveResourcesInfo().filter((name) => /Timeout|Server|TTY/.test(name)), code: process.exitCode ?? 0 }));`;
  const ran = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { cwd: root, encoding: 'utf8', timeout: 120_000 });
  assert.equal(ran.stderr, '');
  assert.equal(ran.stdout, `${JSON.stringify({ globals: 0, handles: [], code: 0 })}\n`);
  assert.equal(ran.status, 0);
});

/** Files that git has or would take; null outside of a clone. */
function tracked(): string[] | null {
  if (!existsSync(join(root, '.git'))) return null;
  const ran = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return ran.status === 0 ? ran.stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name))) : null;
}

test('no path of a developer machine and no secret stands in a file of the project', (t) => {
  const files = tracked();
  if (files === null) return t.skip('not a git clone');
  const machine = new RegExp(['/wo' + 'rk/(?:main|scratch|shared|\\.)', '/ro' + 'ot/', '/ho' + 'me/[a-z]'].join('|'));
  const found = files.flatMap((name) => {
    const match = machine.exec(readFileSync(join(root, name), 'latin1'));
    return match ? [`${name}: ${match[0]}`] : [];
  });
  assert.deepEqual(found, []);
});

/** Programs for other systems that the registry behind the lock file did not offer: they are named without a digest. */
const ELSEWHERE = /^node_modules\/@biomejs\/cli-/;

test('the lock file names the public registry only, and what every install loads with its digest', () => {
  interface Entry {
    readonly resolved?: string;
    readonly integrity?: string;
    readonly optional?: boolean;
  }
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Entry> };
  const entries = Object.entries(lock.packages).filter(([name]) => name !== '');
  assert.ok(entries.length > 10);
  for (const [name, { resolved, integrity, optional }] of entries) {
    // The lock names no address: whoever installs asks the registry that they have set.
    assert.equal(resolved, undefined, name);
    if (!(ELSEWHERE.test(name) && optional)) assert.match(integrity ?? '', /^sha512-/, name);
  }
});

test('only what the design names stands at the top', (t) => {
  const files = tracked();
  if (files === null) return t.skip('not a git clone');
  const allowed = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'biome.json',
    'bin',
    'src',
    'cpu-profiles',
    'test',
    'README.md',
    'LICENSE',
    '.ci',
    '.gitignore',
    '.gitattributes',
    '.npmrc',
    '.editorconfig',
  ];
  const top = [...new Set(files.map((name) => name.split('/')[0] ?? ''))];
  assert.deepEqual(
    top.filter((name) => !allowed.includes(name)),
    [],
  );
});
