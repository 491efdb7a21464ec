import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { registry } from '../../src/cli/registry.ts';
import { cpueval, folder, lines, program } from './run-cli.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };

test('--version prints the version of the package', () => {
  assert.deepEqual(cpueval(['--version']), { code: 0, out: `${version}\n`, err: '' });
});

test('--help, help and no arguments print every command with its summary', () => {
  const help = cpueval(['--help']);
  assert.equal(help.code, 0);
  assert.equal(help.err, '');
  for (const { name, summary } of registry) assert.ok(help.out.replace(/\s+/g, ' ').includes(`${name} ${summary}`) || help.out.includes(name), name);
  assert.match(help.out, /Examples:/);
  assert.deepEqual(cpueval([]), help);
  assert.deepEqual(cpueval(['help']), help);
});

/** @returns names of the commands that a help lists. */
function subcommands(help: string): string[] {
  const list = /\nCommands:\n((?: {2}.*\n)+)/.exec(help)?.[1] ?? '';
  return [...list.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name]) => name ?? '').filter((name) => name !== 'help');
}

for (const { name } of registry) {
  test(`${name} --help has usage, options and examples, and is what help ${name} prints`, () => {
    const help = cpueval([name, '--help']);
    assert.deepEqual([help.code, help.err], [0, '']);
    assert.match(help.out, new RegExp(`^Usage: cpueval ${name}`));
    for (const words of [[name], ...subcommands(help.out).map((sub) => [name, sub])]) {
      const own = cpueval([...words, '--help']).out;
      if (subcommands(own).length === 0) assert.match(own, /\nExamples:\n(?: {2}.*\n)* {2}.*\bcpueval /, words.join(' '));
    }
    assert.deepEqual(cpueval(['help', name]), help);
    for (const line of lines(help.out)) assert.ok(line.length <= 100, line);
  });
}

const wrong: readonly (readonly [words: readonly string[], says: RegExp])[] = [
  [['vlidate'], /unknown command 'vlidate'\n\(Did you mean validate\?\)/],
  [['--nonsense'], /unknown option '--nonsense'/],
  [['validate', '--nonsense', 'x.json'], /unknown option '--nonsense'/],
  [['validate'], /missing required argument 'file'/],
  [['validate', '--as', 'cpu', 'x.json'], /Allowed choices are profile, blob/],
  [['validate', '--format', 'yaml', 'x.json'], /Allowed choices are table, json/],
  [['list', 'cpus'], /Allowed choices are profiles, blobs/],
  [['list', 'profiles', 'more'], /too many arguments/],
  [['schema', 'profil'], /there is no schema 'profil' \(did you mean profile\?\)/],
];

for (const [words, says] of wrong) {
  test(`wrong usage ends with 2 and says why: ${words.join(' ')}`, () => {
    const { code, out, err } = cpueval(words);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, says);
    assert.doesNotMatch(err, /\n {4}at /);
  });
}

test('a reader that goes away ends the program quietly', () => {
  const script = `"$0" "$1" schema diff | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}"; "$0" "$1" list nonsense 2>&1 | true; "$0" "$1" validate --json /dev/null /dev/null | true`;
  const ran = spawnSync('bash', ['-c', script, process.execPath, program], { encoding: 'utf8' });
  assert.equal(ran.stderr, '');
  assert.match(ran.stdout, /^0\n$/);
});

test('a full disk is said in one line; a closed standard output is what the caller wanted', () => {
  const ran = (where: string) => spawnSync('bash', ['-c', `"$0" "$1" --help ${where}`, process.execPath, program], { encoding: 'utf8' });
  const full = ran('>/dev/full');
  assert.deepEqual([full.status, full.stderr], [2, 'cpueval: standard output cannot be written (ENOSPC)\n']);
  const closed = ran('>&-');
  assert.deepEqual([closed.status, closed.stderr], [0, '']);
});

test('where it is not built, one line says what to run', (t) => {
  const { path } = folder(t);
  copyFileSync(program, join(path, 'cpueval.js'));
  const ran = spawnSync(process.execPath, [join(path, 'cpueval.js')], { encoding: 'utf8' });
  assert.equal(ran.status, 2);
  assert.equal(ran.stdout, '');
  assert.deepEqual(lines(ran.stderr), ['cpueval is not built: run `npm ci` or `npm run build` in its folder first']);
});

/** A copy of bin/ whose code cache can be damaged. */
function copiedBin(path: string): string {
  for (const name of ['cpueval.js', 'cpueval.cjs', 'cpueval.cache', 'commands.cjs', 'commands.cache'])
    copyFileSync(join(program, '..', name), join(path, name));
  return join(path, 'cpueval.cache');
}

test('a code cache that is missing, cut or of another build is not used, and nothing else changes', (t) => {
  const { path } = folder(t);
  const file = copiedBin(path);
  const cache = readFileSync(file);
  const damaged = [
    Buffer.alloc(0),
    cache.subarray(-16),
    Buffer.concat([cache.subarray(0, 5000), cache.subarray(-16)]),
    cache.subarray(0, -16),
    Buffer.concat([cache.subarray(0, -16), Buffer.alloc(16)]),
  ];
  for (const bytes of damaged) {
    writeFileSync(file, bytes);
    assert.equal(execFileSync(process.execPath, [join(path, 'cpueval.js'), '--version'], { encoding: 'utf8' }), `${version}\n`);
  }
});

test('a start loads no built-in module that it does not need', (t) => {
  const { write } = folder(t);
  const tell = `require('node:fs').writeSync(2, process.moduleLoadList.filter((name) => /child_process|(^NativeModule |internal\\/)(net|tty|crypto|worker|zlib|readline|dgram|url|http|stream)\\b/.test(name)).join('\\n'))`;
  const start = `process.argv = [process.execPath, ${JSON.stringify(program)}, '--help']; require(${JSON.stringify(program)});`;
  const ran = spawnSync(process.execPath, [write('start.cjs', `${start} setImmediate(() => ${tell});`)], { encoding: 'utf8', env: { PATH: process.env.PATH } });
  const bare = spawnSync(process.execPath, [write('bare.cjs', tell)], { encoding: 'utf8', env: { PATH: process.env.PATH } });
  assert.match(ran.stdout, /^Usage: cpueval/);
  assert.deepEqual(
    lines(ran.stderr).filter((name) => !lines(bare.stderr).includes(name)),
    [],
  );
});
