import assert from 'node:assert/strict';
import test from 'node:test';
import { firmwareFile, lowestZenRevision, signatureOfPatchId, splitSignature } from '../../src/microcode/cpu-signature.ts';
import { type CandidateFile, isEarlyName, notForLateLoad, refusedUpdates, selectUpdate } from '../../src/microcode/select.ts';
import { planSteps } from '../../src/microcode/step-plan.ts';
import { summarizeFile } from '../../src/microcode/summarize-file.ts';
import type { LoaderCpu } from '../../src/microcode/verdict.ts';
import { buildAmdContainer, buildIntelUpdate, concatBytes } from '../fixtures/microcode/build-microcode.ts';
import { FIXTURE_FILES } from '../fixtures/microcode/fixture-files.ts';

const FILES: readonly CandidateFile[] = Object.entries(FIXTURE_FILES)
  .filter(([name]) => !name.startsWith('damaged/'))
  .map(([file, bytes]) => ({ file, summary: summarizeFile(bytes, () => 'digest', file) }));
const SKYLAKE: LoaderCpu = { vendor: 'GenuineIntel', signature: 0x506e3, platformId: 1, revision: 0xc6 };

test('signatures and names as the kernel makes them', () => {
  assert.deepEqual(splitSignature(0x50657), { family: 6, model: 0x55, stepping: 7 });
  assert.deepEqual(splitSignature(0xa00f11), { family: 0x19, model: 1, stepping: 1 });
  assert.equal(firmwareFile('GenuineIntel', 0x50657), 'intel-ucode/06-55-07');
  assert.equal(firmwareFile('AuthenticAMD', 0xa00f11), 'amd-ucode/microcode_amd_fam19h.bin');
  assert.equal(firmwareFile('AuthenticAMD', 0x100f42), 'amd-ucode/microcode_amd.bin');
  for (const signature of [0xa00f11, 0x800f82, 0xb40f41, 0xaa0f02]) assert.equal(signatureOfPatchId(lowestZenRevision(signature)), signature);
});

test('one file is opened, its best update chosen, and everything else told why not', () => {
  const selection = selectUpdate(FILES, SKYLAKE, { line: '6.12' });
  assert.deepEqual([selection.opens, selection.file], ['intel-ucode/06-5e-03', 'firmware/intel-ucode/06-5e-03']);
  assert.deepEqual([selection.chosen?.revision, selection.result], [0xf0, 'new']);
  const reasons = new Map(
    selection.candidates.map(({ file, update, reasons: each }) => [`${file}@${update.revision.toString(16)}`, each.map(({ code }) => code)]),
  );
  assert.deepEqual(reasons.get('firmware/intel-ucode/06-5e-03@cc'), ['superseded']);
  assert.deepEqual(reasons.get('firmware/intel-ucode/06-8f-08@2b000661'), ['other-file', 'other-signature']);
  assert.deepEqual(reasons.get('firmware/amd-ucode/microcode_amd_fam19h.bin@a0011d5'), ['other-vendor']);
  assert.deepEqual(reasons.get('early.cpio@f0'), ['early-load-only']);
  assert.deepEqual(reasons.get('microcode.dat@f0'), ['text-form']);
  assert.equal(selection.candidates.filter(({ chosen }) => chosen).length, 1);
});

test('a path that ends as the kernel opens it comes before a file of the same name elsewhere', () => {
  const copy: CandidateFile = { file: 'a/06-5e-03', summary: summarizeFile(FIXTURE_FILES['damaged/06-5e-03'] ?? new Uint8Array(), null, '06-5e-03') };
  assert.equal(selectUpdate([copy, ...FILES], SKYLAKE, { line: '7.2' }).file, 'firmware/intel-ucode/06-5e-03');
  assert.equal(selectUpdate([copy], SKYLAKE, { line: '7.2' }).result, 'bad-file');
});

test('what is at hand for an early load only is no step of a late one', () => {
  const update = FIXTURE_FILES['firmware/intel-ucode/06-5e-03'] ?? new Uint8Array();
  const files = [{ file: 'intel-ucode/06-5e-03.initramfs', summary: summarizeFile(update, null) }];
  const updates = files.flatMap(({ summary }) => summary.updates);
  const plan = planSteps(updates, SKYLAKE, { line: '7.2', notLate: notForLateLoad(files) });
  assert.deepEqual([plan.outcome, plan.steps, plan.barriers.map(({ code }) => code)], ['early-only', [], ['early-load-only', 'minimum-revision-not-met']]);
});

test('a CPU whose file is not there gets ENOENT, on 6.1 nothing', () => {
  const cpu: LoaderCpu = { ...SKYLAKE, signature: 0x306c3 };
  assert.deepEqual([selectUpdate(FILES, cpu, { line: '7.2' }).errno, selectUpdate(FILES, cpu, { line: '6.1' }).errno], ['ENOENT', null]);
});

test('a file offered under another name is read all the same', () => {
  const selection = selectUpdate(
    [{ file: 'mine.bin', summary: summarizeFile(FIXTURE_FILES['firmware/intel-ucode/06-5e-03'] ?? new Uint8Array(), null) }],
    SKYLAKE,
    { line: '7.2', offered: 'mine.bin' },
  );
  assert.equal(selection.chosen?.revision, 0xf0);
});

test('an AMD CPU chooses among the patches of its family file', () => {
  const selection = selectUpdate(FILES, { vendor: 'AuthenticAMD', signature: 0xa00f11, platformId: null, revision: 0xa001119 }, { line: '6.12' });
  assert.equal(selection.chosen?.revision, 0xa0011d5);
  const amd = selection.candidates.filter(({ file }) => file.endsWith('fam19h.bin')).map(({ reasons }) => reasons.map(({ code }) => code));
  assert.deepEqual(amd, [[], ['signing-cut-off'], ['other-signature']]);
});

test('a file that is refused whole gives no steps: with a second container only an early load serves, with damage nothing does', () => {
  const milan: LoaderCpu = { vendor: 'AuthenticAMD', signature: 0xa00f11, platformId: null, revision: 0xa001119 };
  const container = (patchId: number): Uint8Array => buildAmdContainer([{ signature: 0xa00f11, equivalenceId: 0xa011 }], [{ patchId, equivalenceId: 0xa011 }]);
  const outcome = (bytes: Uint8Array, cpu: LoaderCpu, line: '6.1' | '7.2') => {
    const files = [{ file: firmwareFile(cpu.vendor, cpu.signature), summary: summarizeFile(bytes, null) }];
    const selection = selectUpdate(files, cpu, { line });
    const { notLate, unusable } = refusedUpdates(selection);
    const updates = files.flatMap(({ summary }) => summary.updates).filter((update) => !unusable.has(update));
    return [selection.result, selection.errno, planSteps(updates, cpu, { line, notLate }).outcome];
  };
  const two = concatBytes(container(0xa0011d1), container(0xa0011d5));
  assert.deepEqual(outcome(container(0xa0011d5), milan, '7.2'), ['new', null, 'direct']);
  assert.deepEqual(
    [outcome(two, milan, '7.2'), outcome(two, milan, '6.1')],
    [
      ['bad-file', 'EBADFD', 'early-only'],
      ['bad-file', null, 'early-only'],
    ],
  );
  const broken = buildIntelUpdate({ revision: 0xdc });
  broken[100] = (broken[100] ?? 0) ^ 1;
  const damaged = concatBytes(buildIntelUpdate({ revision: 0xcc }), broken, buildIntelUpdate({ revision: 0xf0 }));
  assert.deepEqual(outcome(damaged, SKYLAKE, '7.2'), ['bad-file', 'EBADFD', 'nothing-newer']);
});

test("Debian's names for early loads", () => {
  assert.deepEqual(['06-5e-03.initramfs', 'a/06-5e-03.initramfs.xz', '06-5e-03', 'x.initramfs.bin'].map(isEarlyName), [true, true, false, false]);
});
