import assert from 'node:assert/strict';
import test from 'node:test';
import type { Blob, BlobEffect } from '../../../src/data/contract/blob.ts';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { confidenceOf, doubtsOf } from '../../../src/engine/diff/confidence.ts';
import { dryRun } from '../../../src/engine/diff/dry-run.ts';
import type { VulnerabilityRow } from '../../../src/engine/model/report.ts';
import { recording, specOf } from '../../golden/recordings.ts';

const MD_CLEAR: BlobEffect = { bit: 'cpuid:7.0.edx[10]', change: 'set' };
const skylake = recording<{ profile: Profile }>('late/6.12/skl-gains-mdclear.json').profile;

function blobWith(effects: readonly BlobEffect[], more: Partial<Blob> = {}): Blob {
  return {
    schema: 'cpueval/blob/1',
    id: 'test',
    vendor: 'GenuineIntel',
    revision: '0xcc',
    applies: [{ signature: '0x506e3', platformFlags: '0xff' }],
    effects,
    ...more,
  };
}

async function rows(blob: Blob, profile: Profile = skylake): Promise<(name: string) => VulnerabilityRow> {
  const machine = bootKernel(await specOf('6.12.107-oracle', ''), slotsOf(profile));
  const kernel = { line: '6.12', release: '6.12.107', evidence: 'exact' } as const;
  const report = dryRun({ machine, withModules: (booted) => booted, kernel, load: { blob, cpuRejects: false }, assumptions: [], full: false });
  assert.equal(report.load.outcome, 'updated');
  return (name) => report.vulnerabilities.find((row) => row.name === name)!;
}

test('a row is as sure as the effect that it rests on, and no other row is touched', async () => {
  for (const confidence of ['high', 'medium', 'low'] as const) {
    const row = await rows(blobWith([{ ...MD_CLEAR, confidence }]));
    assert.equal(row('mds').effective.confidence, confidence);
    assert.equal(row('mds').verdict, 'pessimistic-report');
    assert.equal(row('srbds').effective.confidence, 'high');
    assert.equal(row('meltdown').effective.confidence, 'high');
  }
  assert.equal((await rows(blobWith([MD_CLEAR])))('mds').effective.confidence, 'high');
});

test('what only a reset latches is stranded until then, with its cause, and less sure', async () => {
  const row = (await rows(blobWith([{ ...MD_CLEAR, when: 'after-reset' }])))('mds');
  assert.equal(row.verdict, 'stranded');
  assert.equal(row.effective.state, 'exposed');
  assert.equal(row.effective.confidence, 'medium');
  assert.ok(row.causes.some(({ ref }) => ref === 'cpuid:7.0.edx[10]'));
});

test('effects that nobody knows make every row less sure that microcode may bear on', async () => {
  const row = await rows(blobWith([MD_CLEAR], { unknownEffects: true }));
  assert.equal(row('mds').effective.confidence, 'medium');
  assert.equal(row('srbds').effective.confidence, 'low', 'open, and nothing known touches it');
  assert.equal(row('spectre_v2').effective.confidence, 'medium', 'protected already');
  assert.equal(row('meltdown').effective.confidence, 'high', 'microcode plays no part');
  assert.equal(row('tsa').effective.confidence, 'high', 'the CPU does not have the bug');
});

test('an MSR that the profile does not know lowers the rows that rest on it, and is named', async () => {
  const { '0x10a': _gone, ...msrs } = skylake.msrs ?? {};
  const cpuid = skylake.cpuid.map((leaf) => (Number(leaf.leaf) === 7 && Number(leaf.subleaf) === 0 ? { ...leaf, edx: '0xbc000000' } : leaf));
  const row = await rows(blobWith([MD_CLEAR]), { ...skylake, cpuid, msrs, absentMsrs: 'unknown' });
  assert.equal(row('mds').effective.confidence, 'low');
  assert.ok(row('mds').unknown.includes('msr:10a'), row('mds').unknown.join(' '));
  assert.equal(row('tsa').effective.confidence, 'high', 'asked of CPUID alone');
  assert.deepEqual((await rows(blobWith([MD_CLEAR])))('mds').unknown, [], 'a profile that knows all');
});

test('registers rebuilt from names are no sure ground: what is clear there may be set', async () => {
  const row = await rows(blobWith([MD_CLEAR]), { ...skylake, partial: true });
  assert.equal(row('mds').effective.confidence, 'low');
  assert.ok(row('mds').unknown.every((ref) => ref.startsWith('cpuid:')) && row('mds').unknown.length > 0, row('mds').unknown.join(' '));
});

test('a statement about a bit outweighs one about its register', () => {
  const { ofCause } = doubtsOf(
    blobWith([
      { msr: '0x10a', exists: true, value: '0x0', confidence: 'low' },
      { bit: 'msr:10a[28]', change: 'set', confidence: 'medium' },
      { msr: '0x49', writable: '0x81', confidence: 'medium' },
      { register: 'cpuid:d.0.ebx', value: '0x340', confidence: 'low' },
      { behaviour: 'its-ibpb-fixed', confidence: 'low', when: 'after-reset' },
    ]),
  );
  assert.deepEqual(['msr:10a[28]', 'msr:10a[3]', 'msr:10a', 'writable:49', 'cpuid:d.0.ebx[4]', 'behaviour:its-ibpb-fixed', 'revision'].map(ofCause), [
    'medium',
    'low',
    'low',
    'medium',
    'low',
    'low',
    'high',
  ]);
});

test('the least sure ground decides', () => {
  const grounds = { stated: ['medium'], causes: [], unknownInputs: false, concerned: true, settled: true } as const;
  assert.equal(confidenceOf(null, grounds), 'medium');
  assert.equal(confidenceOf(null, { ...grounds, unknownInputs: true }), 'low');
  assert.equal(confidenceOf(null, { ...grounds, stated: [] }), 'high');
});
