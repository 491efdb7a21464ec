import assert from 'node:assert/strict';
import test from 'node:test';
import { backports } from '../../../src/data/kernels/backports.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { chooseKernel } from '../../../src/engine/kernel/choose-kernel.ts';
import { bootAt, profileNamed } from './boot-at.ts';

const CASCADE_LAKE = profileNamed('cascadelake-06-55-07-5000021');
const SKYLAKE = profileNamed('skylake-06-5e-03-c6');
const GENOA = profileNamed('genoa-19-11-01-a101111');
const ALDER_LAKE = profileNamed('alderlake-06-97-02-2c');

const ALL = ['gather_data_sampling', 'indirect_target_selection', 'reg_file_data_sampling', 'spec_rstack_overflow', 'tsa', 'vmscape'];

/** First release that shows a file, and the last that does not. */
const files: readonly (readonly [file: string, last: string, first: string])[] = [
  ['gather_data_sampling', '6.1.43', '6.1.44'],
  ['gather_data_sampling', '6.1.0-10-amd64', '6.1.0-11-amd64'],
  ['spec_rstack_overflow', '6.1.43', '6.1.44'],
  ['spec_rstack_overflow', '6.1.0-10-amd64', '6.1.0-11-amd64'],
  ['reg_file_data_sampling', '6.1.81', '6.1.82'],
  ['reg_file_data_sampling', '6.1.0-18-amd64', '6.1.0-19-amd64'],
  ['indirect_target_selection', '6.1.138', '6.1.139'],
  ['tsa', '6.1.143', '6.1.144'],
  ['vmscape', '6.1.151', '6.1.152'],
  ['vmscape', '6.1.0-39-amd64', '6.1.0-40-amd64'],
  ['indirect_target_selection', '6.12.28', '6.12.29'],
  ['tsa', '6.12.36', '6.12.37'],
  ['vmscape', '6.12.46', '6.12.47'],
  ['vmscape', '6.12.43+deb13-amd64', '6.12.48+deb13-amd64'],
];

for (const [file, last, first] of files)
  test(`${file}: not in ${last}, in ${first}`, async () => {
    assert.ok(!(file in (await bootAt(last, CASCADE_LAKE)).vulnerabilities));
    assert.ok(file in (await bootAt(first, CASCADE_LAKE)).vulnerabilities);
  });

test('6.1.100 has what came before it and nothing that came later', async () => {
  const { vulnerabilities, cpuinfo } = await bootAt('6.1.100', CASCADE_LAKE);
  const there = ALL.filter((file) => file in vulnerabilities);
  assert.deepEqual(there, ['gather_data_sampling', 'reg_file_data_sampling', 'spec_rstack_overflow']);
  for (const bug of ['its', 'vmscape']) assert.ok(!cpuinfo.bugs.includes(bug), bug);
  assert.ok(cpuinfo.bugs.includes('gds'));
});

test('a bug of the CPU is no bug of a kernel that does not know it', async () => {
  const [older, modelled] = [await bootAt('6.1.60', GENOA), await bootAt('6.1', GENOA)];
  assert.ok(modelled.cpuinfo.bugs.includes('tsa') && modelled.cpuinfo.bugs.includes('srso'));
  assert.ok(!older.cpuinfo.bugs.includes('tsa') && older.cpuinfo.bugs.includes('srso'));
});

test('Skylake entered the list of GDS after the bug itself', async () => {
  assert.equal((await bootAt('6.1.52', SKYLAKE)).vulnerabilities.gather_data_sampling, 'Not affected');
  assert.notEqual((await bootAt('6.1.53', SKYLAKE)).vulnerabilities.gather_data_sampling, 'Not affected');
});

test('Automatic IBRS: before 6.1.84 Zen 4 falls back to retpolines, and the text does not name it', async () => {
  assert.match((await bootAt('6.1.83', GENOA)).vulnerabilities.spectre_v2 ?? '', /^Mitigation: Retpolines/);
  assert.match((await bootAt('6.1.84', GENOA)).vulnerabilities.spectre_v2 ?? '', /^Mitigation: Enhanced \/ Automatic IBRS/);
  assert.match((await bootAt('6.1.83', CASCADE_LAKE)).vulnerabilities.spectre_v2 ?? '', /^Mitigation: Enhanced IBRS[;,]/);
});

test('PCID on Alder Lake: kept at first, then dropped whatever the microcode, now dropped where the microcode is old', async () => {
  const pcid = async (kernel: string, revision: string): Promise<boolean> =>
    (await bootAt(kernel, { ...ALDER_LAKE, microcode: { ...ALDER_LAKE.microcode, revision } })).cpuinfo.flags.includes('pcid');
  assert.deepEqual(await Promise.all(['6.1.30', '6.1.31', '6.1.130', '6.1.131'].map((kernel) => pcid(kernel, '0x2d'))), [true, false, false, false]);
  assert.deepEqual(await Promise.all(['6.1.30', '6.1.31', '6.1.130', '6.1.131'].map((kernel) => pcid(kernel, '0x2e'))), [true, false, false, true]);
  assert.deepEqual(await Promise.all(['6.12.18', '6.12.19'].map((kernel) => pcid(kernel, '0x2e'))), [false, true]);
});

test('options of what does not exist yet are passed over in silence', async () => {
  const complains = async (kernel: string): Promise<boolean> =>
    (await bootAt(kernel, GENOA, 'tsa=perhaps indirect_target_selection=perhaps')).log.some((line) => line.includes('perhaps'));
  assert.equal(await complains('6.1.100'), false);
  assert.equal(await complains('6.1'), true);
});

test('clauses that came later are off, clauses that were dropped are on', async () => {
  const traits = async (kernel: string): Promise<ReadonlySet<string>> => kernelSpec((await chooseKernel(kernel)!.line.load()).tables).traits;
  assert.deepEqual([(await traits('6.12.96')).has('bpf-ibpb'), (await traits('6.12.97')).has('bpf-ibpb')], [false, true]);
  assert.deepEqual([(await traits('7.2.7')).has('erratum-gnr98'), (await traits('7.2.8')).has('erratum-gnr98')], [false, true]);
  assert.deepEqual([(await traits('6.1.135')).has('rsb-filled-with-eibrs'), (await traits('6.1.136')).has('rsb-filled-with-eibrs')], [true, false]);
  assert.deepEqual(
    [
      (await traits('6.1.19')).has('xsaves-off-on-zen1'),
      (await traits('6.1.20')).has('xsaves-off-on-zen1'),
      (await traits('6.1.173')).has('xsaves-off-on-zen1'),
    ],
    [false, true, false],
  );
});

test('AMD digests came with 6.12.18', async () => {
  const digests = async (kernel: string): Promise<boolean> => (await chooseKernel(kernel)!.line.load()).tables.amdDigests !== null;
  assert.deepEqual([await digests('6.12.17'), await digests('6.12.18')], [false, true]);
});

test("KVM's mask knows no bit and no register before its time", async () => {
  const registers = async (kernel: string) => (await chooseKernel(kernel)!.line.loadKvm()).kvm.words;
  const names = async (kernel: string): Promise<string[]> => (await registers(kernel)).map(({ register }) => register);
  assert.deepEqual([(await names('6.1.83')).includes('7.2.edx'), (await names('6.1.84')).includes('7.2.edx')], [false, true]);
  const bits = async (kernel: string): Promise<string[]> => (await registers(kernel)).flatMap((word) => word.bits.map(([name]) => name));
  assert.deepEqual([(await bits('6.1.143')).includes('TSA_SQ_NO'), (await bits('6.1.144')).includes('TSA_SQ_NO')], [false, true]);
});

test('what no changelog tells stays, and is said to be unknown', async () => {
  const { undo, unsettled } = await chooseKernel('7.2.9')!.differences!();
  assert.ok(unsettled.some(({ what, since }) => what === 'bpf-ibpb' && since === null));
  assert.ok(!undo.some(({ what }) => what === 'bpf-ibpb'));
});

test('the newest older release differs least, and every step back only adds differences of its own', async () => {
  for (const { line, release } of kernelLines) {
    const last = Number(release.split('.')[2]);
    const known = new Set<string>();
    for (let patch = last - 1; patch >= 0; patch -= 1) {
      const { undo } = await chooseKernel(`${line}.${patch}`)!.differences!();
      const plain = undo.filter(({ until }) => until === undefined).map(({ kind, what }) => `${kind} ${what}`);
      for (const what of known) assert.ok(plain.includes(what), `${line}.${patch} has ${what} again`);
      for (const what of plain) known.add(what);
    }
    const dated = backports.filter((row) => row.line === line && row.kind !== 'note' && (row.since ?? row.debian) !== undefined && row.until === undefined);
    assert.equal(known.size, new Set(dated.map(({ kind, what }) => `${kind} ${what}`)).size, line);
  }
});
