import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Script } from 'node:vm';
import { withBuildLock } from '../../src/build/build-lock.ts';
import { BUILD_ID_BYTES, bundle } from '../../src/build/bundle.ts';
import { writeCodeCache } from '../../src/build/code-cache.ts';
import { bundledPackages, thirdPartyLicences } from '../../src/build/licences.ts';
import { writeIfChanged } from '../../src/build/write-if-changed.ts';
import { folder } from '../cli/run-cli.ts';

const root = join(import.meta.dirname, '../..');

test('V8 takes the code cache of each file', async (t) => {
  const { path } = folder(t);
  const built = await bundle(root, path);
  writeCodeCache(built);
  assert.deepEqual(readdirSync(path).sort(), ['commands.cache', 'commands.cjs', 'cpueval.cache', 'cpueval.cjs', 'dry-run.cache', 'dry-run.cjs']);
  for (const { name, id } of built.files) {
    const code = readFileSync(join(path, `${name}.cjs`));
    const cache = readFileSync(join(path, `${name}.cache`));
    assert.deepEqual(
      [code, cache].map((bytes) => bytes.subarray(-BUILD_ID_BYTES).toString()),
      [id, id],
    );
    assert.doesNotMatch(code.toString(), /[^.\w]import\(/, 'import() cannot work in a script of its own');
    const text = `(function (exports, require, module, __filename, __dirname) {${code.toString('latin1')}\n})`;
    assert.equal(new Script(text, { cachedData: cache.subarray(0, -BUILD_ID_BYTES) }).cachedDataRejected, false, name);
  }
  const again = await bundle(root, path);
  assert.deepEqual(
    again.files.map(({ changed }) => changed),
    [false, false, false],
    'the same sources give the same files',
  );
});

test('what every start reads stays small: it holds no command, no validator, no table', async (t) => {
  const { files } = await bundle(root, folder(t).path);
  const start = files.find(({ name }) => name === 'cpueval');
  assert.ok(start && start.bytes < 80_000, `${start?.bytes} bytes: something is imported by main.ts, not loaded when asked for`);
});

test('the files work with plain require() too', async (t) => {
  const { path } = folder(t);
  await bundle(root, path);
  const ran = spawnSync(process.execPath, ['-e', `process.argv.splice(1, 9, 'cpueval', 'schema'); require(${JSON.stringify(join(path, 'cpueval.cjs'))})`], {
    encoding: 'utf8',
  });
  assert.match(ran.stdout, /^profile /);
});

test('the licence texts of all that is bundled are passed on', async (t) => {
  const { path } = folder(t);
  const { metafile } = await bundle(root, path);
  const packages = bundledPackages(metafile);
  assert.ok(packages.includes('node_modules/commander'));
  const text = thirdPartyLicences(root, metafile);
  for (const name of packages) assert.ok(text.includes(`\n${name.replace(/.*node_modules\//, '')} `), name);
  assert.ok(text.split('Permission is hereby granted').length > packages.length, 'a licence text each');
  assert.doesNotMatch(packages.join(), /\b(?:ajv|esbuild|tsx|typescript)\b/);
});

test('a bundled package without a licence file stops the build', (t) => {
  const { path } = folder(t);
  mkdirSync(join(path, 'node_modules/nobody'), { recursive: true });
  writeFileSync(join(path, 'node_modules/nobody/package.json'), '{ "name": "nobody", "version": "1.0.0" }');
  const metafile = { inputs: { 'node_modules/nobody/index.js': { bytes: 1, imports: [] } }, outputs: {} };
  assert.throws(() => thirdPartyLicences(path, metafile), /nobody is bundled but has no licence file/);
});

test('prepare says in one line when development packages are missing', (t) => {
  const { path } = folder(t);
  copyFileSync(join(root, 'src/build/prepare.js'), join(path, 'prepare.mjs'));
  const ran = spawnSync(process.execPath, ['prepare.mjs'], { cwd: path, encoding: 'utf8' });
  assert.equal(ran.status, 0, 'an install without them must not fail');
  assert.match(ran.stderr, /^cpueval was not built: development packages are missing \(tsx, esbuild, ajv, commander\); run `npm ci --include=dev`\n$/);
});

test('the package ships what runs and nothing else', () => {
  const listed = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as { files: { path: string }[] }[];
  const files = listed[0]?.files.map(({ path }) => path) ?? [];
  for (const needed of [
    'bin/cpueval.js',
    'bin/cpueval.cjs',
    'bin/cpueval.cache',
    'bin/dry-run.cjs',
    'bin/dry-run.cache',
    'bin/commands.cjs',
    'bin/commands.cache',
    'bin/package.json',
    'package.json',
    'LICENSE',
    'THIRD-PARTY-LICENSES',
  ])
    assert.ok(files.includes(needed), needed);
  assert.deepEqual(
    files.filter((path) => /^(?:src|test|node_modules)\/|\.ts$|\.tmp$/.test(path)),
    [],
  );
});

test('a built file is replaced only when it changes, and nothing is left beside it', (t) => {
  const { path } = folder(t);
  const file = join(path, 'deep/file');
  assert.equal(writeIfChanged(file, 'a'), true);
  assert.equal(writeIfChanged(file, 'a'), false);
  assert.equal(writeIfChanged(file, 'b'), true);
  assert.deepEqual(readdirSync(join(path, 'deep')), ['file']);
});

test('builds wait for each other, and one that was killed blocks nobody for ever', async (t) => {
  const { path } = folder(t);
  const lock = join(path, 'lock');
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} in`);
    await sleep(60);
    log.push(`${name} out`);
  };
  await Promise.all([withBuildLock(lock, work('a')), withBuildLock(lock, work('b'))]);
  assert.deepEqual(log, ['a in', 'a out', 'b in', 'b out']);
  mkdirSync(lock);
  utimesSync(lock, new Date(0), new Date(0));
  await withBuildLock(lock, work('c'));
  await assert.rejects(withBuildLock(lock, () => Promise.reject(new Error('no'))));
  assert.deepEqual(readdirSync(path), []);
});
