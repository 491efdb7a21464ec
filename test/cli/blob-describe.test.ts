import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Blob } from '../../src/data/contract/blob.ts';
import type { Profile } from '../../src/data/contract/profile.ts';
import { validateBlob } from '../../src/schema/validate-blob.ts';
import { buildIntelUpdate } from '../fixtures/microcode/build-microcode.ts';
import { FIXTURES } from '../fixtures/microcode/fixture-files.ts';
import { cpueval, folder, lines, type Ran } from './run-cli.ts';

const FIRMWARE = join(FIXTURES, 'firmware');
const SKYLAKE = join(FIRMWARE, 'intel-ucode/06-5e-03');
const PROFILES = join(import.meta.dirname, '../../cpu-profiles/profiles');

/** A built-in profile of Skylake on a platform that Intel has served; a change goes over it. */
function skylake(change: (profile: Profile) => Profile = (profile) => profile): string {
  const profile = JSON.parse(readFileSync(join(PROFILES, 'skylake-06-5e-03-c6.json'), 'utf8')) as Profile;
  return JSON.stringify(change({ ...profile, microcode: { revision: '0xc6', platformId: 1 } }));
}

const withLeaf7 =
  (edx: number) =>
  (profile: Profile): Profile => ({
    ...profile,
    cpuid: profile.cpuid.map((row) =>
      Number(row.leaf) === 7 && Number(row.subleaf) === 0 ? { ...row, edx: `0x${((Number(row.edx) | edx) >>> 0).toString(16)}` } : row,
    ),
  });

const keyOf = (effect: Blob['effects'][number]): string =>
  'bit' in effect ? effect.bit : 'behaviour' in effect ? effect.behaviour : 'msr' in effect ? effect.msr : '';
const blobOf = ({ code, out, err }: Ran): Blob => {
  assert.equal(code, 0, err);
  const blob = JSON.parse(out) as Blob;
  assert.deepEqual(validateBlob(blob), []);
  return blob;
};

test('blob describe: header facts, and every effect with source and confidence; what is unknown is said', (t) => {
  const { write } = folder(t);
  const host = write('host.json', skylake());
  const ran = cpueval(['blob', 'describe', SKYLAKE, '--profile', host]);
  const blob = blobOf(ran);
  assert.deepEqual(
    [blob.vendor, blob.revision, blob.date, blob.minRevision, blob.fromRevision, blob.applies],
    ['GenuineIntel', '0xf0', '2021-11-12', '0xc8', '0xc6', [{ signature: '0x506e3', platformFlags: '0x36' }]],
  );
  assert.deepEqual(blob.effects.map(keyOf), ['cpuid:7.0.edx[10]', 'cpuid:7.0.edx[9]', 'srbds-mitigation-on', 'verw-clears-fill-buffers']);
  for (const effect of blob.effects) assert.ok(effect.source !== undefined && effect.confidence !== undefined, keyOf(effect));
  assert.equal(blob.unknownEffects, true);
  assert.match(ran.err, /note: .*06-5e-03 holds 2 updates for this CPU; this is about 0xf0\n/);
  assert.match(ran.err, /note: effects may be missing: the releases of 2021-06-08 and 2022-02-07 disable TSX/);
  assert.equal(cpueval(['--quiet', 'blob', 'describe', SKYLAKE, '--profile', host]).err, '');
});

test('blob describe: a step that is known whole has no gaps; what the profile has already is left out', (t) => {
  const { write } = folder(t);
  const host = write('host.json', skylake());
  const known = cpueval(['blob', 'describe', SKYLAKE, '--profile', host, '--target', '0xcc']);
  assert.deepEqual(blobOf(known).effects.map(keyOf), ['cpuid:7.0.edx[10]']);
  assert.equal(blobOf(known).unknownEffects, false);
  assert.doesNotMatch(known.err, /effects may be missing/);
  const cleared = write('cleared.json', skylake(withLeaf7(1 << 10)));
  assert.deepEqual(blobOf(cpueval(['blob', 'describe', SKYLAKE, '--profile', cleared, '--target', '0xcc'])).effects, []);
});

test('blob describe: the tables of the kernel that is asked about count', (t) => {
  const { write } = folder(t);
  const host = write('host.json', skylake());
  const behaviours = (line: string): string[] => blobOf(cpueval(['blob', 'describe', SKYLAKE, '--profile', host, '--kernel', line])).effects.map(keyOf);
  assert.ok(behaviours('7.2').includes('microcode-not-old'), behaviours('7.2').join());
  assert.ok(!behaviours('6.12').includes('microcode-not-old'));
});

test('every form of the same update gives the same descriptor', (t) => {
  const { path, write } = folder(t);
  const host = write('host.json', skylake());
  const { title: _title, ...expected } = blobOf(cpueval(['blob', 'describe', SKYLAKE, '--profile', host]));
  const forms = [FIRMWARE, join(FIXTURES, 'early.cpio'), join(FIXTURES, 'microcode.dat'), write('06-5e-03.gz', gzipSync(readFileSync(SKYLAKE)))];
  for (const [program, words, ending] of [
    ['xz', ['-c', '--check=crc32'], 'xz'],
    ['zstd', ['-qc'], 'zst'],
  ] as const) {
    const packed = spawnSync(program, [...words, SKYLAKE]);
    if (packed.status === 0) {
      mkdirSync(join(path, ending, 'intel-ucode'), { recursive: true });
      forms.push(write(`${ending}/intel-ucode/06-5e-03.${ending}`, packed.stdout), join(path, ending));
    } else t.diagnostic(`${program} is not installed`);
  }
  for (const form of forms) {
    const { title: _other, ...got } = blobOf(cpueval(['blob', 'describe', form, '--profile', host]));
    assert.deepEqual(got, expected, form);
  }
  const piped = spawnSync(process.execPath, [join(import.meta.dirname, '../../bin/cpueval.js'), 'blob', 'describe', '-', '--profile', host], {
    input: readFileSync(SKYLAKE),
  });
  assert.equal((JSON.parse(piped.stdout.toString()) as Blob).revision, '0xf0');
  assert.match(
    cpueval(['blob', 'describe', join(FIXTURES, 'early.cpio'), '--profile', host]).err,
    /is an early-load image; the answer is for kernel\/x86\/microcode\/GenuineIntel\.bin/,
  );
  assert.match(cpueval(['blob', 'describe', join(FIXTURES, 'microcode.dat'), '--profile', host]).err, /is a text, which no kernel reads/);
});

test('metadata text: there and back again, and what it has no place for is said', (t) => {
  const { write, path } = folder(t);
  const host = write('host.json', skylake());
  const printed = cpueval(['blob', 'describe', SKYLAKE, '--profile', host, '--format', 'metadata']);
  assert.deepEqual(
    [printed.code, lines(printed.out)],
    [0, ['c + 0x00000007 0x00 0x00000000 0x00000000 0x00000000 0x00000400', 'c + 0x00000007 0x00 0x00000000 0x00000000 0x00000000 0x00000200']],
  );
  for (const lost of ['revision, date, CPUs', 'behaviour srbds-mitigation-on', 'behaviour verw-clears-fill-buffers'])
    assert.ok(printed.err.includes(`note: metadata has no place for ${lost}`), lost);
  const file = write('update.metadata', printed.out);
  const read = cpueval(['blob', 'describe', file, '--profile', host]);
  const blob = blobOf(read);
  assert.deepEqual(blob.effects.map(keyOf), ['cpuid:7.0.edx[10]', 'cpuid:7.0.edx[9]']);
  assert.equal(blob.unknownEffects, true);
  assert.match(read.err, /names neither CPU nor revision, and no update stands beside it: taken for one that fits this CPU, as revision 0xc7/);
  assert.equal(cpueval(['blob', 'describe', file, '--profile', host, '--format', 'metadata']).out, printed.out);
  write('update', readFileSync(SKYLAKE));
  const beside = cpueval(['blob', 'describe', file, '--profile', host]);
  assert.deepEqual([blobOf(beside).revision, blobOf(beside).effects.length], ['0xf0', 2]);
  assert.match(beside.err, /header facts are those of 0xf0 in .*update, the file beside the metadata/);
  // Through a descriptor in between nothing more gets lost.
  const descriptor = join(path, 'update.json');
  assert.equal(cpueval(['blob', 'describe', SKYLAKE, '--profile', host, '-o', descriptor]).code, 0);
  assert.equal(cpueval(['blob', 'describe', descriptor, '--profile', host, '--format', 'metadata']).out, printed.out);
});

test('wrong input ends with 2, one line for each problem, and never with a stack trace', (t) => {
  const { write, path } = folder(t);
  const host = write('host.json', skylake());
  const other = write('other.bin', buildIntelUpdate({ signature: 0x906ea }));
  const cases: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [[other], /other\.bin: expected an update for the profile's CPU, got none/],
    [[join(FIRMWARE, 'amd-ucode')], /expected an update for the profile's CPU, got none/],
    [[join(FIXTURES, 'damaged/06-5e-03')], /06-5e-03: offset 0x100: expected header and data whose words add up to 0/],
    [[SKYLAKE, '--target', '0xdd'], /06-5e-03: expected an update 0xdd for the profile's CPU, got none/],
    [[SKYLAKE, '--target', 'dd'], /--target: expected a revision such as 0xf0, got dd/],
    [[SKYLAKE, '--kernel', 'none'], /--kernel: expected a kernel version/],
    [[join(path, 'absent')], /absent: expected a readable file, got nothing of that name/],
    [['skylake-06-5e-03-cd'], /expected a readable file, got nothing of that name, did you mean|nothing of that name/],
    [[write('noise', Buffer.from([1, 2, 3]))], /noise: expected a blob descriptor \(JSON\), Intel or AMD microcode.*got a file of another kind/],
    [[write('empty', '')], /empty: expected a blob descriptor.*got no bytes/],
    [[write('half.json', '{"schema": ')], /half\.json: .*expected/],
    [[write('half', '{"schema": ')], /half: .*expected/],
    [[write('wrong', '{"schema": "cpueval/blob/1", "effects": 1}')], /wrong: \$.*expected[^\n]*\n.*wrong: /],
    [[write('bad.metadata', 'm + 0x122\nx - 1\nc + 7\n')], /bad\.metadata: line 2: expected.*\n.*bad\.metadata: line 3: /],
    [[write('torn.gz', gzipSync(readFileSync(SKYLAKE)).subarray(0, 60))], /torn\.gz: expected a gzip file, got one that cannot be read/],
    [[write('nothing.cpio', Buffer.from('070701'.padEnd(110, '0')))], /nothing\.cpio: .*expected/],
  ];
  for (const [words, says] of cases) {
    const { code, out, err } = cpueval(['blob', 'describe', '--profile', host, ...words]);
    assert.deepEqual([code, out], [2, ''], `${words.join(' ')}: ${err}`);
    assert.match(err, says);
    assert.doesNotMatch(err, /\n {4}at |Error:/);
    for (const line of lines(err)) assert.match(line, /: expected .*, got /, words.join(' '));
  }
  assert.match(cpueval(['blob', 'describe', SKYLAKE]).err, /required option '--profile/);
});

test('a step of which metadata can say nothing has an empty text, and that text is read again', (t) => {
  const { write } = folder(t);
  const host = write('host.json', skylake());
  write('update', buildIntelUpdate({ revision: 0xc7 }));
  const printed = cpueval(['blob', 'describe', write('c7.bin', buildIntelUpdate({ revision: 0xc7 })), '--profile', host, '--format', 'metadata']);
  assert.deepEqual([printed.code, printed.out], [0, '']);
  const again = cpueval(['blob', 'describe', write('update.metadata', printed.out), '--profile', host]);
  assert.equal(again.code, 0, again.err);
  assert.deepEqual((JSON.parse(again.out) as Blob).effects, []);
  assert.equal(cpueval(['diff', '--blob', write('update.bin', ''), '--profile', host]).code, 2);
});
