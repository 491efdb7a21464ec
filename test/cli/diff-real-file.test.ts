import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Profile } from '../../src/data/contract/profile.ts';
import { kernelLines } from '../../src/data/kernels/index.ts';
import { validators } from '../../src/schema/validate.ts';
import { validateBlob } from '../../src/schema/validate-blob.ts';
import { buildAmdContainer, buildIntelUpdate, concatBytes } from '../fixtures/microcode/build-microcode.ts';
import { FIXTURES } from '../fixtures/microcode/fixture-files.ts';
import { cpueval, folder, type Ran } from './run-cli.ts';

const PROFILES = join(import.meta.dirname, '../../cpu-profiles/profiles');
const SKYLAKE = join(FIXTURES, 'firmware/intel-ucode/06-5e-03');

interface Report {
  readonly blob: { readonly revision: string | null; readonly unknownEffects: boolean };
  readonly load: { readonly outcome: string; readonly errno: string | null; readonly reasons: { readonly code: string }[]; readonly log: readonly string[] };
  readonly vulnerabilities: readonly object[];
  readonly summary: { readonly assumptions: readonly unknown[] };
  readonly ifLoaded: object | null;
}

const builtIn = (name: string): Profile => JSON.parse(readFileSync(join(PROFILES, `${name}.json`), 'utf8')) as Profile;

function skylake(revision = '0xc6'): string {
  return JSON.stringify({ ...builtIn('skylake-06-5e-03-c6'), microcode: { revision, platformId: 1 } });
}

const words = (profile: string, blob: string, ...more: string[]): string[] => ['diff', '--json', '--profile', profile, '--blob', blob, ...more];

function report({ code, out, err }: Ran): Report {
  assert.equal(code, 0, err);
  const value = JSON.parse(out) as Report;
  assert.deepEqual(validators.diff(value), []);
  return value;
}

test('a real file is described on the fly: the same rows as with its descriptor', (t) => {
  const { path, write } = folder(t);
  const host = write('host.json', skylake());
  const descriptor = join(path, 'update.json');
  assert.equal(cpueval(['blob', 'describe', SKYLAKE, '--profile', host, '--target', '0xcc', '-o', descriptor]).code, 0);
  const single = write('06-5e-03', buildIntelUpdate({ revision: 0xcc, date: '2019-04-01', storeSizes: false }));
  const [real, described] = [report(cpueval(words(host, single))), report(cpueval(words(host, descriptor)))];
  assert.deepEqual(real, described);
  assert.deepEqual([real.load.outcome, real.load.errno, real.blob.revision], ['updated', null, '0xcc']);
});

test('the bytes decide: damage, other CPUs, a folder without the file', (t) => {
  const { path, write } = folder(t);
  const host = write('host.json', skylake());
  const damaged = cpueval(words(host, join(FIXTURES, 'damaged/06-5e-03')));
  assert.deepEqual([report(damaged).load.outcome, report(damaged).load.errno], ['refused', 'EBADFD']);
  assert.deepEqual(report(damaged).load.log.at(-1), 'microcode: Bad microcode data checksum, aborting.');
  assert.match(damaged.err, /06-5e-03: offset 0x100: expected header and data whose words add up to 0/);
  assert.ok(report(damaged).ifLoaded);
  const torn = write('06-5e-03', readFileSync(SKYLAKE).subarray(0, 30));
  const { load, ifLoaded } = report(cpueval(words(host, torn)));
  assert.deepEqual([load.errno, load.reasons.map(({ code }) => code), ifLoaded], ['EBADFD', ['truncated'], null]);
  const other = cpueval(words(host, write('other.bin', buildIntelUpdate({ signature: 0x906ea }))));
  assert.deepEqual([report(other).load.errno, report(other).load.reasons.map(({ code }) => code)], ['ENOENT', ['other-signature']]);
  assert.match(other.err, /other\.bin: none of 1 update in it is for this CPU \(signature 0x506e3\)/);
  const vendor = report(cpueval(words(host, join(FIXTURES, 'firmware/amd-ucode/microcode_amd_fam19h.bin'))));
  assert.deepEqual(
    vendor.load.reasons.map(({ code }) => code),
    ['other-vendor'],
  );
  mkdirSync(join(path, 'fw/intel-ucode'), { recursive: true });
  write('fw/intel-ucode/06-5e-03.initramfs', readFileSync(SKYLAKE));
  const absent = cpueval(words(host, join(path, 'fw')));
  assert.deepEqual([report(absent).load.errno, report(absent).load.reasons.map(({ code }) => code)], ['ENOENT', ['no-file']]);
  assert.ok(report(absent).ifLoaded);
  assert.match(absent.err, /there is no intel-ucode\/06-5e-03 in .*fw.*\n.*what would follow is told for 0xf0 in .*06-5e-03\.initramfs/);
  assert.match(absent.err, /No late load within the rules leads to 0xf0 \(only an early load reads this file/);
});

test('a folder: the file the kernel opens, and the way round a forbidden jump', (t) => {
  const { write } = folder(t);
  const host = write('host.json', skylake());
  const refused = cpueval(words(host, join(FIXTURES, 'firmware'), '--kernel', '7.2', '--cmdline', 'microcode=force_minrev'));
  assert.equal(report(refused).load.errno, 'ENOENT');
  const taken = cpueval(words(host, join(FIXTURES, 'firmware'), '--kernel', '7.2'));
  assert.deepEqual([report(taken).load.errno, report(taken).blob.revision], [null, '0xf0']);
  assert.match(taken.err, /Not straight to 0xf0 \(needs 0xc8 or newer, this CPU has 0xc6\), but in 2 late loads: 0xcc, then 0xf0\./);
  const newer = write('newer.json', skylake('0xc8'));
  assert.doesNotMatch(cpueval(words(newer, join(FIXTURES, 'firmware'), '--kernel', '7.2')).err, /late load/);
});

test('GNR98: on the line that knows it the jump is refused, and the step between is named', (t) => {
  const { path, write } = folder(t);
  const granite = builtIn('graniterapids-06-ad-01-1000341');
  const host = write('host.json', JSON.stringify({ ...granite, microcode: { ...granite.microcode, platformId: 0 } }));
  mkdirSync(join(path, 'fw/intel-ucode'), { recursive: true });
  const update = (revision: number): Uint8Array => buildIntelUpdate({ signature: 0xa06d1, platformFlags: 0x95, revision, minRevision: 0x1000300 });
  write('fw/intel-ucode/06-ad-01', concatBytes(update(0x1000405), update(0x1000420)));
  const { err, ...ran } = cpueval(words(host, join(path, 'fw'), '--kernel', '7.2'));
  assert.match(err, /Not straight to 0x1000420 \(erratum GNR98: must not jump over 0x1000405\), but in 2 late loads: 0x1000405, then 0x1000420\./);
  assert.ok(report({ ...ran, err }).load.log.includes('microcode: Erratum GNR98: skipping revision 0x1000420.'));
  write('fw/intel-ucode/06-ad-01', update(0x1000420));
  const alone = cpueval(words(host, join(path, 'fw'), '--kernel', '7.2'));
  assert.equal(report(alone).load.errno, 'ENOENT');
  assert.match(alone.err, /Neither a late nor an early load leads to 0x1000420 .*: only a firmware update does\./);
});

test("a descriptor's path: its bytes are read, relative to the descriptor, and outrank its own facts", (t) => {
  const { path, write } = folder(t);
  const host = write('host.json', skylake());
  mkdirSync(join(path, 'blobs'));
  const text = readFileSync(join(PROFILES, '../blobs/skylake-06-5e-03-cc.json'), 'utf8');
  const blob = { ...(JSON.parse(text) as object), applies: [{ signature: '0x506e3', platformFlags: '0x36' }] };
  const ask = (file: object): Ran => cpueval(words(host, write('blobs/update.json', JSON.stringify({ ...blob, file }))));
  assert.equal(report(ask({ integrity: 'valid' })).load.outcome, 'updated');
  const missing = ask({ path: 'update.bin', integrity: 'valid' });
  assert.deepEqual([report(missing).load.errno, report(missing).load.reasons.map(({ code }) => code)], ['ENOENT', ['no-file']]);
  assert.match(missing.err, /note: update\.bin, the bytes of the update: expected a readable file, got nothing of that name; for the kernel there is no file/);
  write('update.bin', buildIntelUpdate({ revision: 0xcc }));
  assert.equal(report(ask({ path: 'update.bin' })).load.errno, 'ENOENT', 'not relative to the working folder');
  write('blobs/update.bin', buildIntelUpdate({ revision: 0xcc }));
  assert.equal(report(ask({ path: 'update.bin', integrity: 'bad-checksum' })).load.outcome, 'updated');
  assert.equal(report(ask({ path: '../update.bin' })).load.outcome, 'updated');
  const broken = buildIntelUpdate({ revision: 0xcc });
  broken[99] = (broken[99] ?? 0) ^ 1;
  write('blobs/update.bin', broken);
  const bad = ask({ path: 'update.bin', integrity: 'valid' });
  assert.deepEqual([report(bad).load.errno, report(bad).load.reasons.map(({ code }) => code)], ['EBADFD', ['bad-checksum', 'minrev']]);
  assert.match(bad.err, /update\.bin: offset 0x0: expected header and data whose words add up to 0/);
  write('blobs/update.bin', 'no microcode at all, but long enough to have been some header');
  assert.equal(report(ask({ path: 'update.bin' })).load.errno, 'EBADFD');
  write('blobs/update.bin', buildIntelUpdate({ revision: 0xdc }));
  assert.match(ask({ path: 'update.bin' }).err, /update\.bin holds 0xdc for this CPU, the descriptor is about 0xcc/);
  for (const strange of ['.', 'update.bin/x', 'a\0b', '../'.repeat(40)]) assert.equal(report(ask({ path: strange })).load.errno, 'ENOENT', strange);
});

test('a path to a pipe is not opened: nothing would ever come out of it', (t) => {
  const { path, write } = folder(t);
  if (spawnSync('mkfifo', [join(path, 'pipe')]).status !== 0) return t.skip('mkfifo is not installed');
  const host = write('host.json', skylake());
  const blob = JSON.parse(readFileSync(join(PROFILES, '../blobs/skylake-06-5e-03-cc.json'), 'utf8')) as object;
  const ran = cpueval(words(host, write('update.json', JSON.stringify({ ...blob, file: { path: 'pipe' } }))));
  assert.equal(report(ran).load.errno, 'ENOENT');
  assert.match(ran.err, /got no regular file/);
});

test('a compressed file without a program for it: named as missing, never taken for a file that is not there', (t) => {
  const { path, write } = folder(t);
  const packed = spawnSync('xz', ['-c', '--check=crc32', SKYLAKE]);
  if (packed.status !== 0) return t.skip('xz is not installed');
  const host = write('host.json', skylake());
  mkdirSync(join(path, 'fw/intel-ucode'), { recursive: true });
  const file = write('fw/intel-ucode/06-5e-03.xz', packed.stdout);
  const blob = JSON.parse(readFileSync(join(PROFILES, '../blobs/skylake-06-5e-03-cc.json'), 'utf8')) as object;
  const descriptor = write('update.json', JSON.stringify({ ...blob, file: { path: 'fw/intel-ucode/06-5e-03' } }));
  for (const offered of [file, join(path, 'fw'), descriptor]) {
    const { code, out, err } = cpueval(words(host, offered), '', { PATH: path });
    assert.deepEqual([code, out], [2, ''], offered);
    assert.match(err, /06-5e-03\.xz: expected the program xz to decompress it, got none on the PATH\n$/);
    assert.equal(report(cpueval(words(host, offered))).load.errno, null, offered);
  }
});

test('AMD: the digest of the bytes is compared with the list of the line', (t) => {
  const { write } = folder(t);
  const patch = buildAmdContainer([{ signature: 0xa00f11, equivalenceId: 0xa011 }], [{ patchId: 0xa0011d1, equivalenceId: 0xa011 }]);
  const file = write('microcode_amd_fam19h.bin', patch);
  const outcome = (...more: string[]): unknown[] => {
    const { load } = report(cpueval(words('milan-19-01-01-a001119', file, ...more)));
    return [load.outcome, load.errno, load.reasons.map(({ code }) => code)];
  };
  assert.deepEqual(outcome('--kernel', '6.12'), ['failed', 'EIO', ['amd-digest']]);
  assert.deepEqual(outcome('--kernel', '6.12', '--cmdline', 'microcode.amd_sha_check=off'), ['updated', null, []]);
  assert.deepEqual(outcome('--kernel', '6.1'), ['updated', null, []]);
});

const roots = [process.env.CPUEVAL_FIRMWARE, '/usr/lib/firmware', '/lib/firmware'].filter((root) => root !== undefined);
const firmware = roots.find((root) => existsSync(join(root, 'intel-ucode')) || existsSync(join(root, 'amd-ucode')));

test("Debian's own files for every built-in profile: a descriptor that validates, and a dry run on each line", (t) => {
  if (firmware === undefined) return t.skip('no firmware: install intel-microcode or amd64-microcode, or set CPUEVAL_FIRMWARE');
  let described = 0;
  let effects = 0;
  for (const name of readdirSync(PROFILES).map((file) => file.slice(0, -'.json'.length))) {
    const { code, out, err } = cpueval(['blob', 'describe', firmware, '--profile', name]);
    if (code === 0) {
      const blob = JSON.parse(out) as Parameters<typeof validateBlob>[0] & { effects: { source?: string; confidence?: string }[] };
      assert.deepEqual(validateBlob(blob), [], name);
      for (const effect of blob.effects) assert.ok(effect.source && effect.confidence, name);
      described++;
      effects += blob.effects.length;
    } else assert.match(err, /expected an update for the profile's CPU, got none/, name);
    for (const { line } of kernelLines) report(cpueval(words(name, firmware, '--kernel', line)));
  }
  t.diagnostic(`${described} built-in profiles described, ${effects} effects`);
  assert.ok(described > 0);
});

test('--amd-digests: a patch that the kernel does not know is taken when its digest is on the list', (t) => {
  const { write } = folder(t);
  const bytes = buildAmdContainer([{ signature: 0xa00f11, equivalenceId: 0xa011 }], [{ patchId: 0xa0011d7, equivalenceId: 0xa011 }]);
  const digest = createHash('sha256')
    .update(bytes.subarray(12 + 32 + 8))
    .digest('hex');
  const file = write('microcode_amd_fam19h.bin', bytes);
  const host = ['--profile', 'milan-19-01-01-a001119', '--kernel', '7.2'];
  const load = (...more: string[]): Report['load'] => report(cpueval(['diff', ...host, '--blob', file, '--json', ...more])).load;
  const without = load();
  assert.deepEqual([without.outcome, without.errno, without.reasons.map(({ code }) => code)], ['failed', 'EIO', ['amd-digest']]);
  const list = write('digests', `# ours\n\n0xA0011D7  ${digest.toUpperCase()} # a test\n`);
  const given = load('--amd-digests', list);
  assert.deepEqual([given.outcome, given.errno, given.reasons], ['updated', null, []]);
  const other = load('--amd-digests', write('other', `0xa0011d7 ${'0'.repeat(64)}\n`));
  assert.ok(other.log.includes('microcode: Patch 0xa0011d7 SHA256 digest mismatch!'));
  const select = (...more: string[]): string => cpueval(['blob', 'select', ...host, file, ...more]).out;
  assert.match(select(), /The kernel picks 0xa0011d7 out of .* and then refuses to write it to the CPU \(EIO\)/);
  assert.match(select('--amd-digests', list), /The kernel takes 0xa0011d7 /);
  const bad = cpueval(['diff', ...host, '--blob', file, '--amd-digests', write('bad', `x ${digest}\n0xa0011d7 12\n`)]);
  assert.equal(bad.code, 2);
  assert.match(bad.err, /bad: line 1: expected a patch id and a sha256 of 64 digits.*\n.*bad: line 2: /);
});

test('an early-load image with several AMD containers: the late load is refused for that and for nothing else', (t) => {
  const { write } = folder(t);
  const container = buildAmdContainer([{ signature: 0xa00f11, equivalenceId: 0xa011 }], [{ patchId: 0xa0011d5, equivalenceId: 0xa011 }]);
  const file = write('microcode_amd_fam19h.bin', concatBytes(container, container));
  const ran = cpueval(['diff', '--profile', 'milan-19-01-01-a001119', '--kernel', '7.2', '--cmdline', 'microcode.amd_sha_check=off', '--blob', file]);
  assert.match(ran.out, /second-container +A second container stands in the file/);
});
