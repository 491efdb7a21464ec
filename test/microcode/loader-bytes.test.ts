import assert from 'node:assert/strict';
import test from 'node:test';
import { loaderBytes } from '../../src/microcode/loader-bytes.ts';
import { fitsCpu, pickUpdate } from '../../src/microcode/pick-update.ts';
import { type FileSummary, summarizeFile } from '../../src/microcode/summarize-file.ts';
import type { LoaderCpu } from '../../src/microcode/verdict.ts';
import { buildAmdContainer, buildIntelUpdate, concatBytes } from '../fixtures/microcode/build-microcode.ts';

const MILAN: LoaderCpu = { vendor: 'AuthenticAMD', signature: 0xa00f11, platformId: null, revision: 0xa001119 };
const SKYLAKE: LoaderCpu = { vendor: 'GenuineIntel', signature: 0x506e3, platformId: 1, revision: 0xc6 };
const container = (id = 0xa011): Uint8Array => buildAmdContainer([{ signature: 0xa00f11, equivalenceId: id }], [{ patchId: 0xa0011d5, equivalenceId: 0xa011 }]);

function bytesFor(file: Uint8Array, cpu: LoaderCpu, line: '6.1' | '6.12' | '7.2') {
  const image = summarizeFile(file, null).images[0];
  assert.ok(image);
  return loaderBytes(image, cpu, { line });
}

test('a table of another type: Zen does without one since 6.12, 6.1 does not', () => {
  const file = container();
  file[4] = 7;
  assert.deepEqual([bytesFor(file, MILAN, '6.1').flaw?.flaw, bytesFor(file, MILAN, '6.12').flaw], ['bad-table-type', null]);
});

test('6.1 finds a patch through the table, later lines through its id', () => {
  const fits = (line: '6.1' | '6.12', id: number): boolean =>
    bytesFor(container(id), MILAN, line).updates[0]?.applies.some(({ signature }) => signature === 0xa00f11) ?? false;
  assert.deepEqual([fits('6.1', 0xa011), fits('6.1', 0xa012), fits('6.12', 0xa012)], [true, false, true]);
});

test('a second container is left to the engine: only the late loader minds it', () => {
  const { flaw, updates } = bytesFor(concatBytes(container(), container()), MILAN, '6.12');
  assert.deepEqual([flaw, updates.map(({ amd }) => amd?.container)], [null, [0, 1]]);
});

test('Intel files are read alike on all lines', () => {
  const file = concatBytes(buildIntelUpdate({ revision: 0xcc }), buildIntelUpdate({ revision: 0xdc }).subarray(0, 100));
  for (const line of ['6.1', '6.12', '7.2'] as const) assert.deepEqual(bytesFor(file, SKYLAKE, line).flaw, { flaw: 'truncated-file', offset: 256 });
});

const updatesOf = (file: Uint8Array): FileSummary['updates'] => summarizeFile(file, null).updates;

test('pickUpdate: the newest sound one that fits; a damaged one or one for another platform only where there is nothing better', () => {
  const broken = buildIntelUpdate({ revision: 0xf4 });
  broken[60] = (broken[60] ?? 0) ^ 1;
  const all = updatesOf(
    concatBytes(buildIntelUpdate({ revision: 0xdc }), buildIntelUpdate({ revision: 0xcc }), buildIntelUpdate({ revision: 0xf0, platformFlags: 0x80 }), broken),
  );
  const pick = (updates: FileSummary['updates'], target?: number) =>
    pickUpdate(updates, SKYLAKE, { line: '6.12', ...(target === undefined ? {} : { target }) })?.revision ?? null;
  assert.equal(pick(all), 0xdc);
  assert.equal(pick(all, 0xcc), 0xcc);
  assert.equal(pick(all, 0xf0), null);
  assert.equal(pick(all, 0xf4), 0xf4);
  assert.equal(pick(all.slice(2)), 0xf4);
  assert.equal(pick(all.slice(2, 3)), 0xf0);
  assert.equal(pick(updatesOf(buildIntelUpdate({ signature: 0x906ea }))), null);
  assert.equal(pickUpdate(all, SKYLAKE, { line: '6.12', chosen: all[1] ?? null })?.revision, 0xcc);
  assert.equal(fitsCpu(all[0]!, MILAN, { line: '6.12' }), false);
});
