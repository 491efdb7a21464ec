import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Profile } from '../../src/data/contract/profile.ts';
import { cpueval, folder, lines, program } from './run-cli.ts';

const fixtures = join(import.meta.dirname, '../fixtures/importers');
const at = (name: string): string => join(fixtures, name);

test('one dump is one profile on standard output, and what is missing is said beside it', () => {
  const ran = cpueval(['import', at('libvirt.xml')]);
  assert.equal(ran.code, 0);
  const profile = JSON.parse(ran.out) as Profile;
  assert.equal(profile.id, 'libvirt');
  assert.equal(profile.source.from, 'libvirt: libvirt.xml');
  assert.match(ran.err, /^note: .* cannot carry /);
  const quiet = cpueval(['--quiet', 'import', at('libvirt.xml'), '-o', '-']);
  assert.deepEqual([quiet.code, quiet.err], [0, '']);
});

test('standard input, compressed or not', () => {
  const text = readFileSync(at('cpuid-all.txt'));
  for (const input of [text, gzipSync(text)]) {
    const ran = spawnSync(process.execPath, [program, 'import', '-'], { input, encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
    assert.equal((JSON.parse(ran.stdout) as Profile).id, 'genuineintel-06-55-07');
  }
});

test('an archive, and a folder that holds one', (t) => {
  const ran = cpueval(['import', at('Synthetic-2types.tar.bz2')]);
  assert.equal(ran.code, 0);
  const profile = JSON.parse(ran.out) as Profile;
  assert.equal(profile.id, 'synthetic-2types');
  assert.deepEqual(profile.otherCores?.[0]?.cpus, [2, 10]);
  const { path, write } = folder(t);
  write('x.tar.bz2', readFileSync(at('Synthetic-2types.tar.bz2')));
  write('y.txt.gz', gzipSync(readFileSync(at('cpuid-one.txt'))));
  write('LICENSE', 'no dump');
  const both = cpueval(['import', path]);
  assert.equal(both.code, 0, both.err);
  assert.deepEqual(
    lines(both.out).map((line) => (JSON.parse(line) as Profile).id),
    ['x', 'y'],
  );
  assert.match(both.err, /passed over: .*LICENSE/);
});

test('a copied tree of /proc and /sys is one machine', () => {
  const ran = cpueval(['import', at('tree')]);
  assert.equal(ran.code, 0, ran.err);
  assert.equal((JSON.parse(ran.out) as Profile).system?.kernel, '6.12.0-synthetic');
});

test('several files are a profile a line; several machines in one file an array', (t) => {
  const ran = cpueval(['import', at('cpuid-one.txt'), at('kcpuid.txt')]);
  assert.deepEqual(
    lines(ran.out).map((line) => (JSON.parse(line) as Profile).id),
    ['cpuid-one', 'kcpuid'],
  );
  const { write } = folder(t);
  const twice = readFileSync(at('cpuid-all.txt'), 'utf8').repeat(2);
  const both = cpueval(['import', write('twice.txt', twice)]);
  assert.deepEqual(
    (JSON.parse(both.out) as Profile[]).map(({ id }) => id),
    ['twice-1', 'twice-2'],
  );
});

test('--out-dir makes a file for each profile, with names of their own', (t) => {
  const { path } = folder(t);
  mkdirSync(join(path, 'in/a'), { recursive: true });
  mkdirSync(join(path, 'in/b'));
  for (const part of ['a', 'b']) writeFileSync(join(path, 'in', part, 'host.txt'), readFileSync(at('cpuid-one.txt')));
  const ran = cpueval(['import', join(path, 'in'), '--out-dir', join(path, 'out')]);
  assert.equal(ran.code, 0, ran.err);
  assert.deepEqual(readdirSync(join(path, 'out')).sort(), ['host-2.json', 'host.json']);
  assert.equal((JSON.parse(readFileSync(join(path, 'out/host-2.json'), 'utf8')) as Profile).id, 'host-2');
  assert.equal(cpueval(['validate', join(path, 'out/host.json')]).code, 0);
});

test('damage is named by file and line, what is readable is written, and the exit code is 2', (t) => {
  const { write } = folder(t);
  const file = write('broken.txt', `${readFileSync(at('cpuid-one.txt'), 'utf8')}   0x00000099 0x00: eax=\n`);
  const ran = cpueval(['import', file]);
  assert.equal(ran.code, 2);
  assert.match(ran.err, /broken\.txt: line 23: expected /);
  assert.equal((JSON.parse(ran.out) as Profile).id, 'broken');
});

test('what is no dump, is not there or cannot be unpacked is refused', (t) => {
  const { write, path } = folder(t);
  const cases: readonly (readonly [string[], RegExp])[] = [
    [[write('a.txt', 'nothing')], /expected a dump that is known .*cpuid -r/],
    [[write('empty.txt', '')], /got an empty file/],
    [[write('own.json', '{ "schema": "cpueval/profile/1" }')], /got a profile of cpueval: give it to --profile/],
    [[join(path, 'none')], /none: expected a readable file/],
    [[write('a.bz2', Buffer.from('BZh9 damaged'))], /a\.bz2: offset 0x/],
    [[write('a.gz', Buffer.from([0x1f, 0x8b, 8, 0, 0]))], /a\.gz: expected gzip data/],
    [[write('a.xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))], /xz: unpack it first/],
    [['--from', 'kcpuid', at('cpuid-one.txt')], /cpuid-one\.txt: line 1: expected rows like /],
  ];
  for (const [words, message] of cases) {
    const ran = cpueval(['import', ...words]);
    assert.equal(ran.code, 2, words.join(' '));
    assert.equal(ran.out, '');
    assert.match(ran.err, message);
  }
  assert.equal(cpueval(['import', '--from', 'nonsense', at('kcpuid.txt')]).code, 2);
});

test('export writes what import reads', (t) => {
  const { path } = folder(t);
  const profile = join(path, 'profile.json');
  assert.equal(cpueval(['import', at('aida64-headed.txt'), '-o', profile]).code, 0);
  for (const form of ['cpuid', 'libvirt']) {
    const ran = cpueval(['export', profile, '--to', form]);
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.err, /cannot carry/);
    const back = cpueval(['import', '-'], ran.out);
    assert.equal(back.code, 0, back.err);
    assert.deepEqual((JSON.parse(back.out) as Profile).cpuid, (JSON.parse(readFileSync(profile, 'utf8')) as Profile).cpuid);
  }
});

test('export refuses what is no profile', (t) => {
  const { write } = folder(t);
  const ran = cpueval(['export', write('p.json', '{ "schema": "cpueval/profile/1" }')]);
  assert.equal(ran.code, 2);
  assert.match(ran.err, /cpuid/);
});

test('help has the formats and examples', () => {
  for (const command of ['import', 'export']) {
    const ran = cpueval([command, '--help']);
    assert.equal(ran.code, 0);
    assert.match(ran.out, /Examples:\n {2}/);
  }
});
