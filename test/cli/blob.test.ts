import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ListEntry } from '../../src/microcode/to-list-entries.ts';
import { validators } from '../../src/schema/validate.ts';
import { buildIntelUpdate, concatBytes } from '../fixtures/microcode/build-microcode.ts';
import { FIXTURES } from '../fixtures/microcode/fixture-files.ts';
import { cpueval, folder, lines } from './run-cli.ts';

const FIRMWARE = join(FIXTURES, 'firmware');
const DAMAGED = join(FIXTURES, 'damaged');
const SKYLAKE = join(FIRMWARE, 'intel-ucode/06-5e-03');

/** The least a profile says: vendor, signature, revision. */
function profile(overrides: object = {}): string {
  const row = (leaf: string, eax: string, ebx = '0x0', ecx = '0x0', edx = '0x0'): object => ({ leaf, subleaf: '0x0', eax, ebx, ecx, edx });
  const intel = [row('0x0', '0xd', '0x756e6547', '0x6c65746e', '0x49656e69'), row('0x1', '0x506e3')];
  const whole = {
    schema: 'cpueval/profile/1',
    id: 'p',
    title: 'P',
    source: { kind: 'synthetic', from: 'a test' },
    cpuid: intel,
    microcode: { revision: '0xc6', platformId: 1 },
  };
  return JSON.stringify({ ...whole, ...overrides });
}

test('blob list: a line for each update, and a count', () => {
  const { code, out, err } = cpueval(['blob', 'list', FIRMWARE]);
  assert.deepEqual([code, err], [0, '']);
  const rows = lines(out);
  assert.match(rows[0] ?? '', /^FILE +SIGNATURE +PLATFORM +REVISION +DATE +SIZE/);
  assert.ok(rows.some((row) => /06-5e-03 +0x506e3 +1-2,4-5 +0xf0 +2021-11-12 +256 +0xc8 +ok +Skylake$/.test(row)));
  assert.ok(rows.some((row) => /fam19h\.bin +0xa00f11 +id 0xa011 +0xa0011de +2025-04-18 +160 +0xa0011d9 +ok/.test(row)));
  assert.match(
    rows.at(-1) ?? '',
    /^9 updates \(6 Intel, 3 AMD\) in 4 files, 7 distinct\. 3 with a minimum revision that Linux reads, 2 of them distinct\. 1 with one that Xen reads and Linux does not\.$/,
  );
});

test('blob list --json is the contract, and the same each time', () => {
  const { code, out } = cpueval(['blob', 'list', '--json', FIRMWARE, join(FIXTURES, 'early.cpio'), join(FIXTURES, 'microcode.dat')]);
  assert.equal(code, 0);
  const list = JSON.parse(out) as { updates: ListEntry[]; problems: unknown[] };
  assert.deepEqual(validators['blob-list'](list), []);
  assert.deepEqual([list.updates.length, list.problems], [16, []]);
  assert.ok(list.updates.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256 ?? '')));
  assert.equal(out, cpueval(['blob', 'list', '--json', FIRMWARE, join(FIXTURES, 'early.cpio'), join(FIXTURES, 'microcode.dat')]).out);
});

test('table and JSON agree on which updates come again', () => {
  const list = JSON.parse(cpueval(['blob', 'list', '--json', FIXTURES]).out) as { updates: ListEntry[] };
  const again = lines(cpueval(['blob', 'list', FIXTURES]).out).filter((row) => row.includes('same again'));
  assert.equal(list.updates.filter(({ duplicateOf, flaws }) => duplicateOf !== null && flaws.length === 0).length, again.length);
});

test('damage: listed and named, exit code 2; verified, exit code 1 with the answer of each kernel line', () => {
  const listed = cpueval(['blob', 'list', DAMAGED]);
  assert.equal(listed.code, 2);
  assert.match(listed.err, /06-5e-03: offset 0x100: expected header and data whose words add up to 0/);
  assert.match(listed.out, /bad-data-checksum/);
  const verified = cpueval(['blob', 'verify', '--json', DAMAGED, SKYLAKE]);
  assert.equal(verified.code, 1);
  const { files } = JSON.parse(verified.out) as { files: { integrity: string; lateLoaders: object }[] };
  assert.deepEqual(
    files.map(({ integrity }) => integrity),
    ['bad-checksum', 'truncated', 'valid'],
  );
  assert.deepEqual(files[0]?.lateLoaders, { '6.1': null, '6.12': 'EBADFD', '7.2': 'EBADFD' });
  assert.equal(cpueval(['blob', 'verify', FIRMWARE]).code, 0);
});

test('blob show: every field, for people and as JSON', () => {
  const { code, out } = cpueval(['blob', 'show', SKYLAKE]);
  assert.equal(code, 0);
  for (const part of ['0x506e3 (platform 1-2,4-5, flags 0x36)', '0xc8 (Linux compares it before a late load)', 'meta area', 'sha256', 'none declared'])
    assert.ok(out.includes(part), part);
  const { files } = JSON.parse(cpueval(['blob', 'show', '--json', SKYLAKE]).out) as { files: { updates: { intel: { meta: object[] } }[] }[] };
  assert.equal(files[0]?.updates[1]?.intel.meta.length, 1);
});

test('blob select: what the kernel takes, why nothing else, and the way there', (t) => {
  const { write } = folder(t);
  const host = write('host.json', profile());
  const { code, out, err } = cpueval(['blob', 'select', '--profile', host, '--kernel', '7.2', FIRMWARE]);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^Skylake \(0x506e3\) {3}platform 1 {3}revision 0xc6 {3}kernel 7\.2\n/);
  assert.match(out, /The kernel takes 0xf0 of 2021-11-12 out of .*06-5e-03 and taints itself/);
  assert.match(out, /Not straight to 0xf0 \(needs 0xc8 or newer, this CPU has 0xc6\), but in 2 late loads: 0xcc, then 0xf0\./);
  assert.match(out, /7 updates for other CPUs; --all lists them\./);
  const json = JSON.parse(cpueval(['blob', 'select', '--profile', host, '--kernel', '7.2', '--cmdline', 'microcode=force_minrev', '--json', FIRMWARE]).out) as {
    result: string;
    candidates: { revision: string; reasons: { code: string }[] }[];
  };
  assert.equal(json.result, 'not-found');
  assert.deepEqual(
    json.candidates.filter(({ revision }) => revision === '0xcc' || revision === '0xf0').map(({ reasons }) => reasons[0]?.code),
    ['minimum-revision-undeclared', 'minimum-revision-not-met'],
  );
});

test('blob select: a single file is offered whatever its name, --revision and --target count', (t) => {
  const { write } = folder(t);
  const host = write('host.json', profile());
  const file = write('mine.bin', concatBytes(buildIntelUpdate({ revision: 0xcc }), buildIntelUpdate({ revision: 0xdc })));
  assert.match(cpueval(['blob', 'select', '--profile', host, file]).out, /The kernel takes 0xdc/);
  assert.match(
    cpueval(['blob', 'select', '--profile', host, '--revision', '0xdc', file]).out,
    /The kernel takes nothing out of .*: the load fails with ENOENT/,
  );
  assert.match(cpueval(['blob', 'select', '--profile', host, '--target', '0xcc', file]).out, /One late load leads to .*0xcc/);
  assert.match(cpueval(['blob', 'select', '--profile', host, '--target', '0xcd', file]).err, /--target: expected the revision of a newer, sound update/);
  assert.equal(cpueval(['blob', 'select', '--profile', host, '--revision', 'f0', file]).code, 2);
  assert.equal(cpueval(['blob', 'select', '--profile', host, '--kernel', 'none', file]).code, 2);
});

test('a CPU that Linux loads nothing into is a problem', (t) => {
  const { write } = folder(t);
  const host = write('host.json', profile({ cpuid: [{ leaf: '0x0', subleaf: '0x0', eax: '0x1', ebx: '0x746e6543', ecx: '0x736c7561', edx: '0x48727561' }] }));
  const { code, err } = cpueval(['blob', 'select', '--profile', host, FIRMWARE]);
  assert.equal(code, 2);
  assert.match(err, /\$\.cpuid: expected leaf 0 of an Intel or AMD CPU/);
});

test('what cannot be read, or is no microcode, is named: exit code 2', (t) => {
  const { path, write } = folder(t);
  const text = write('notes.txt', 'hello');
  mkdirSync(join(path, 'empty'));
  for (const [words, said] of [
    [[join(path, 'absent')], /nothing of that name/],
    [[text], /expected Intel updates, an AMD container/],
    [[join(path, 'empty')], /expected microcode files in the folder, got 0 other files/],
    [[write('06-5e-03', '')], /expected Intel updates.*got no bytes/],
  ] as const) {
    const { code, err, out } = cpueval(['blob', 'list', ...words]);
    assert.deepEqual([code, /internal error/.test(err)], [2, false]);
    assert.match(err, said);
    assert.doesNotMatch(out, /FILE/);
  }
  assert.match(cpueval(['blob', 'list', path]).out, /0 updates in 1 file/, 'other files of a folder are passed over');
});

test('standard input, and names that a terminal would obey', (t) => {
  const { write } = folder(t);
  const update = buildIntelUpdate();
  const ran = spawnSync(process.execPath, [join(import.meta.dirname, '../../bin/cpueval.js'), 'blob', 'list', '-'], { input: update, encoding: 'utf8' });
  assert.deepEqual([ran.status, /standard input +0x506e3/.test(ran.stdout)], [0, true]);
  const { out } = cpueval(['blob', 'list', write('a\u001b[31mb.bin', update)]);
  assert.ok(out.includes('a\\x1b[31mb.bin') && !out.includes('\u001b'));
});

test('compressed firmware is read where there is a program for it, and asked for where there is none', (t) => {
  const { write } = folder(t);
  const update = buildIntelUpdate();
  assert.match(cpueval(['blob', 'list', write('06-5e-03.gz', gzipSync(update))]).out, /06-5e-03\.gz +0x506e3/);
  const without = cpueval(['blob', 'list', write('06-5e-04.zst', Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]))], '', { PATH: '' });
  assert.deepEqual([without.code, /expected the program zstd to decompress it, got none on the PATH/.test(without.err)], [2, true]);
  for (const [program, words, extension] of [
    ['xz', ['-zc'], 'xz'],
    ['zstd', ['-qc'], 'zst'],
  ] as const) {
    const packed = spawnSync(program, words, { input: update });
    if (packed.status !== 0) {
      t.diagnostic(`${program} is not installed: not tried`);
      continue;
    }
    const file = write(`06-5e-03.${extension}`, packed.stdout);
    assert.match(cpueval(['blob', 'list', file]).out, /0x506e3/);
    const cut = cpueval(['blob', 'list', write(`06-5e-05.${extension}`, packed.stdout.subarray(0, packed.stdout.length - 12))]);
    assert.deepEqual([cut.code, /one that (?:xz|zstd) cannot read/.test(cut.err)], [2, true]);
  }
});
