import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { validators } from '../../src/schema/validate.ts';
import { cpueval, folder, lines, program } from './run-cli.ts';

const SKYLAKE = ['diff', '--profile', 'skylake-06-5e-03-c6', '--blob', 'skylake-06-5e-03-cc'];
const profiles = join(import.meta.dirname, '../../cpu-profiles');

/** The dry run as JSON. */
function report(words: readonly string[]): {
  load: Record<string, unknown>;
  vulnerabilities: { name: string; verdict: string; effective: { state: string }; parts: { part: string; verdict: string }[]; causes: { ref: string }[] }[];
  features: { name: string; verdict: string }[];
  summary: { verdict: string };
  ifLoaded: unknown;
  states?: { before: { cpuinfo: unknown }; late: { cpuinfo: unknown } };
} {
  const ran = cpueval([...words, '--json']);
  assert.equal(ran.code, 0, ran.err);
  return JSON.parse(ran.out);
}

const row = (words: readonly string[], name: string) => report(words).vulnerabilities.find((one) => one.name === name)!;

test('a Skylake that gains MD_CLEAR is protected at once, and the kernel keeps saying that it is not', () => {
  const mds = row(SKYLAKE, 'mds');
  assert.deepEqual([mds.verdict, mds.effective.state, mds.causes[0]?.ref], ['pessimistic-report', 'protected', 'cpuid:7.0.edx[10]']);
});

test('an Alder Lake that gains RFDS_CLEAR stays exposed until a reboot', () => {
  const rfds = row(['diff', '--profile', 'alderlake-06-97-02-2c', '--blob', 'alderlake-06-97-02-34'], 'reg_file_data_sampling');
  assert.deepEqual([rfds.verdict, rfds.effective.state], ['stranded', 'exposed']);
});

test('a Cascade Lake that gains TSX_CTRL: VERW works, the control is stranded', () => {
  const taa = row(['diff', '--profile', 'cascadelake-06-55-07-5000021', '--blob', 'cascadelake-06-55-07-500002c'], 'tsx_async_abort');
  assert.deepEqual(
    taa.parts.map(({ part, verdict }) => [part, verdict]),
    [
      ['verw', 'pessimistic-report'],
      ['tsx-control', 'stranded'],
    ],
  );
  assert.equal(taa.verdict, 'stranded');
});

test('the answer stands first, and the last line leads on with the same options', () => {
  const ran = cpueval([...SKYLAKE, '--kernel', '6.12', '--cmdline', 'mds=full nosmt']);
  assert.equal(ran.code, 0, ran.err);
  const [head, , answer] = lines(ran.out);
  assert.match(head!, /0xc6 -> 0xcc {3}kernel 6\.12/);
  assert.match(answer!, /^The kernel takes this update/);
  assert.match(ran.out, /NEXT .*--explain mds/s);
  assert.match(ran.out, /--cmdline 'mds=full nosmt'/);
});

test('--explain draws causes and rules; a row that is not there is a usage error that names those that are', () => {
  const ran = cpueval([...SKYLAKE, '--explain', 'mds']);
  assert.match(ran.out, /cpuid:7\.0\.edx\[10\] MD_CLEAR 0 -> 1/);
  assert.match(ran.out, /mds_select_mitigation\(\)/);
  const none = cpueval([...SKYLAKE, '--explain', 'nonesuch']);
  assert.equal(none.code, 2);
  assert.match(none.err, /not "nonesuch"; there are .*mds/);
});

test('--fail-on: exit code 1 from that verdict on, the result is written all the same', () => {
  assert.equal(cpueval([...SKYLAKE, '--fail-on', 'pessimistic-report']).code, 1);
  const milder = cpueval([...SKYLAKE, '--fail-on', 'stranded']);
  assert.equal(milder.code, 0);
  assert.equal(cpueval([...SKYLAKE, '--fail-on', 'refused']).code, 0);
  const refused = cpueval(['diff', '--profile', 'broadwell-ep-06-4f-01-20', '--blob', 'broadwell-ep-06-4f-01-40', '--fail-on', 'refused']);
  assert.equal(refused.code, 1);
  assert.match(refused.out, /BDX90/);
});

test('a refused load leaves the machine as it was; what would have followed stands apart', () => {
  const result = report(['diff', '--profile', 'broadwell-ep-06-4f-01-20', '--blob', 'broadwell-ep-06-4f-01-40', '--full']);
  assert.equal(result.load.outcome, 'refused');
  assert.equal(result.load.errno, 'ENOENT');
  assert.deepEqual(result.states!.late.cpuinfo, result.states!.before.cpuinfo);
  assert.notEqual(result.ifLoaded, null);
});

test('an update for another CPU is no problem of the file: the kernel refuses it', () => {
  const result = report(['diff', '--profile', 'skylake-06-5e-03-c6', '--blob', 'haswell-06-3c-03-28']);
  assert.deepEqual([result.load.outcome, result.load.errno], ['refused', 'ENOENT']);
});

test('--quiet prints nothing but problems, -o writes the whole result', (t) => {
  const { path } = folder(t);
  const quiet = cpueval([...SKYLAKE, '--quiet']);
  assert.deepEqual([quiet.code, quiet.out, quiet.err], [0, '', '']);
  const file = join(path, 'report.html');
  const written = cpueval([...SKYLAKE, '--format', 'html', '-o', file]);
  assert.deepEqual([written.code, written.out], [0, '']);
  assert.match(readFileSync(file, 'utf8'), /^<!doctype html>/i);
  const missing = cpueval([...SKYLAKE, '-o', join(path, 'no', 'such', 'folder.json')]);
  assert.equal(missing.code, 2);
  assert.equal(existsSync(join(path, 'no')), false);
});

test('--only and --all choose sections and rows', () => {
  const only = cpueval([...SKYLAKE, '--only', 'features']);
  assert.match(only.out, /FEATURE/);
  assert.doesNotMatch(only.out, /VULNERABILITY/);
  assert.match(cpueval([...SKYLAKE, '--all']).out, /spectre_v1/);
  assert.equal(cpueval([...SKYLAKE, '--only', 'feature']).code, 2);
});

test('wrong input of every kind: exit code 2, one line per problem, no stack trace', (t) => {
  const { write } = folder(t);
  const broken = write('broken.json', '{ "schema": "cpueval/profile/1", ');
  const wrong = write(
    'wrong.json',
    JSON.stringify({ schema: 'cpueval/profile/1', id: 3, title: 'x', source: { kind: 'captured', from: 'y' }, cpuid: [{ leaf: '7' }], microcode: {} }),
  );
  const contradicting = write(
    'blob.json',
    JSON.stringify({
      schema: 'cpueval/blob/1',
      id: 'x',
      vendor: 'GenuineIntel',
      revision: '0x2',
      applies: [{ signature: '0x506e3' }],
      effects: [
        { bit: 'cpuid:7.0.edx[10]', change: 'set' },
        { bit: 'cpuid:7.0.edx[10]', change: 'clear' },
        { bit: 'cpuid:7.0.edx[40]', change: 'set' },
      ],
    }),
  );
  const cases: [readonly string[], RegExp][] = [
    [['diff', '--profile', broken, '--blob', 'skylake-06-5e-03-cc'], /broken\.json: line 1/],
    [['diff', '--profile', wrong, '--blob', 'skylake-06-5e-03-cc'], /wrong\.json: \$\.cpuid\[0\]/],
    [['diff', '--profile', 'skylake-06-5e-03-c6', '--blob', contradicting], /blob\.json: \$\.effects\[\d\]/],
    [['diff', '--profile', 'skylake', '--blob', 'skylake-06-5e-03-cc'], /skylake/],
    [[...SKYLAKE, '--kernel', 'potato'], /--kernel: expected a kernel version/],
    [[...SKYLAKE, '--config', 'nonsense'], /--config/],
    [[...SKYLAKE, '--module', 'kvm'], /--module/],
    [[...SKYLAKE, '--fail-on', 'anything'], /--fail-on/],
    [[...SKYLAKE, '--nonesuch'], /--nonesuch/],
    [['diff'], /--profile/],
    [['diff', '--profile', '-', '--blob', '-'], /standard input/],
  ];
  for (const [words, message] of cases) {
    const ran = cpueval(words);
    assert.equal(ran.code, 2, `${words.join(' ')}: ${ran.out}${ran.err}`);
    assert.equal(ran.out, '', words.join(' '));
    assert.match(ran.err, message);
    assert.doesNotMatch(ran.err, /^\s+at .*:\d+/m, ran.err);
  }
  const many = cpueval(['diff', '--profile', wrong, '--blob', contradicting]);
  assert.ok(lines(many.err).length >= 5, many.err);
});

test('a reader that leaves after one line ends the program quietly', () => {
  const ran = spawnSync('sh', ['-c', `'${process.execPath}' '${program}' ${SKYLAKE.join(' ')} --all | head -1`], { encoding: 'utf8' });
  assert.equal(ran.status, 0);
  assert.equal(ran.stderr, '');
  assert.equal(lines(ran.stdout).length, 1);
});

test('JSON is the same bytes each time and fits the published schemas', () => {
  const [one, other] = [cpueval([...SKYLAKE, '--json', '--full']), cpueval([...SKYLAKE, '--json', '--full'])];
  assert.equal(one.out, other.out);
  assert.deepEqual(validators.diff(JSON.parse(one.out)), []);
});

test('every built-in profile boots on every line, every built-in update runs against the profile of its own part', () => {
  const names = readdirSync(join(profiles, 'profiles')).map((file) => file.replace(/\.json$/, ''));
  const updates = readdirSync(join(profiles, 'blobs')).map((file) => file.replace(/\.json$/, ''));
  for (const name of names) {
    const ran = cpueval(['eval', '--profile', name, '--json']);
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(validators.eval(JSON.parse(ran.out)), [], name);
  }
  for (const update of updates) {
    const part = update.replace(/-[0-9a-f]+$/, '');
    const ran = cpueval(['diff', '--profile', names.find((name) => name.startsWith(part))!, '--blob', update, '--json', '--full']);
    assert.equal(ran.code, 0, `${update}: ${ran.err}`);
    assert.deepEqual(validators.diff(JSON.parse(ran.out)), [], update);
  }
});
