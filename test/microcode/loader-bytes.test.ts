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

test('sizes that wrap: since 6.12 a data size is signed and a table size has 32 bits, 6.1 sees through both', () => {
  const flawIn = (file: Uint8Array, line: '6.1' | '6.12' | '7.2'): string | undefined => bytesFor(file, SKYLAKE, line).flaw?.flaw;
  const negative = buildIntelUpdate({ revision: 0xcc });
  new DataView(negative.buffer).setUint32(28, 0xffffffff, true);
  assert.deepEqual(
    [flawIn(negative, '6.1'), flawIn(negative, '6.12'), flawIn(negative, '7.2')],
    ['data-size-too-large', ...Array(2).fill('truncated-signature-table')],
  );
  const half = negative.slice();
  new DataView(half.buffer).setUint32(28, 0x80000000, true);
  assert.equal(flawIn(half, '7.2'), 'data-size-too-large');
  // A table of 248 bytes, which starts in the header itself, at the date.
  const inside = negative.slice();
  new DataView(inside.buffer).setUint32(28, 0xffffffd8, true);
  assert.equal(flawIn(inside, '7.2'), 'signature-table-size-mismatch');
  const newer = negative.slice();
  new DataView(newer.buffer).setUint32(0, 9, true);
  assert.equal(flawIn(newer, '7.2'), 'unknown-header-version');
  const counted = buildIntelUpdate({ extended: [{ signature: 0x506e3, platformFlags: 2 }] });
  const words = new DataView(counted.buffer);
  words.setUint32(256, 0x40000001, true);
  assert.deepEqual([flawIn(counted, '6.1'), flawIn(counted, '6.12')], ['signature-table-size-mismatch', 'bad-table-checksum']);
  words.setUint32(260, words.getUint32(260, true) - 0x40000000, true);
  assert.deepEqual([flawIn(counted, '6.1'), flawIn(counted, '6.12')], ['signature-table-size-mismatch', 'bad-signature-checksum']);
});

test('what is printed at a flaw, and what is left behind it, come with the bytes', () => {
  const odd = buildIntelUpdate({ headerVersion: 0x90000001, date: '2025-11-10' });
  new DataView(odd.buffer).setUint32(8, 0xffffffff, true);
  assert.deepEqual(bytesFor(concatBytes(buildIntelUpdate(), odd), SKYLAKE, '7.2').flawLog, [
    `microcode: Error: invalid/unknown microcode update format. Header type ${0x90000001 | 0}`,
  ]);
  const short = new Uint8Array(48);
  short.set(buildIntelUpdate().subarray(0, 48));
  new DataView(short.buffer).setUint32(32, 47, true);
  const behind = (...parts: Uint8Array[]): number => bytesFor(concatBytes(buildIntelUpdate(), ...parts), SKYLAKE, '6.1').bytesBehind;
  const damaged = buildIntelUpdate();
  damaged[100] = (damaged[100] ?? 0) ^ 1;
  assert.deepEqual(
    [behind(short), behind(short, new Uint8Array(4)), behind(damaged), behind(damaged, new Uint8Array(20)), behind(new Uint8Array(20))],
    [0, 4, 0, 20, 20],
  );
});

const VILLAGE: LoaderCpu = { vendor: 'AuthenticAMD', signature: 0x600f12, platformId: null, revision: 0x6000620 };

test('the equivalence table: Zen does without one since 6.12, others take the first row of their signature', () => {
  const none = container();
  new DataView(none.buffer).setUint32(8, 0, true);
  const empty = concatBytes(none.subarray(0, 12), none.subarray(12 + 32));
  assert.deepEqual([bytesFor(empty, MILAN, '6.12').flaw, bytesFor(empty, MILAN, '6.12').updates.length], [null, 1]);
  assert.equal(bytesFor(empty, MILAN, '6.1').flaw?.flaw, 'truncated-table');
  const rows = [
    { signature: 0x600f12, equivalenceId: 0x6101 },
    { signature: 0x600f12, equivalenceId: 0x6012 },
  ];
  const file = buildAmdContainer(rows, [{ patchId: 0x600063e, equivalenceId: 0x6012 }]);
  const fits = (line: '6.1' | '6.12' | '7.2'): boolean =>
    bytesFor(file, VILLAGE, line).updates[0]?.applies.some(({ signature }) => signature === 0x600f12) ?? false;
  assert.deepEqual([fits('6.1'), fits('6.12'), fits('7.2')], [false, false, false]);
  // Each container of an early-load image has a table of its own.
  const second = buildAmdContainer(rows.slice(1), [{ patchId: 0x600063e, equivalenceId: 0x6012 }]);
  assert.deepEqual(
    bytesFor(concatBytes(file, second), VILLAGE, '7.2').updates.map(({ applies }) => applies.some(({ signature }) => signature === 0x600f12)),
    [false, true],
  );
});

test('a table that leads out of the file: for Zen nobody asks before the first section is looked at', () => {
  const file = container();
  const line = ['microcode: invalid type field in container file section header'];
  for (const [size, log] of [
    [0x1000, line],
    [0xffffffff, line],
    [0xfffffff4, []],
  ] as const) {
    new DataView(file.buffer).setUint32(8, size, true);
    const newest = bytesFor(file, MILAN, '7.2');
    assert.deepEqual([newest.flaw !== null, newest.flawLog], [true, log], size.toString(16));
    assert.deepEqual([bytesFor(file, MILAN, '6.1').flaw?.flaw, bytesFor(file, MILAN, '6.1').flawLog], ['truncated-table', []]);
  }
  const chipset = buildAmdContainer([], [{ patchId: 0xa0011d5, equivalenceId: 0xa011, northBridge: 1 }]);
  assert.deepEqual(bytesFor(chipset, MILAN, '7.2').flawLog, ['microcode: Patch-ID 0x0a0011d5: chipset-specific code unsupported.']);
});

test('patches that are too long for a family before 15h', () => {
  const flawOf = (signature: number, size: number): string | null => {
    const file = buildAmdContainer([{ signature, equivalenceId: 0x1020 }], [{ patchId: 0x01000098, equivalenceId: 0x1020, size }]);
    return bytesFor(file, { ...VILLAGE, signature }, '7.2').flaw?.flaw ?? null;
  };
  assert.deepEqual(
    [flawOf(0x100f23, 2048), flawOf(0x100f23, 2052), flawOf(0x500f10, 1824), flawOf(0x500f10, 1828)],
    [null, 'patch-too-long', null, 'patch-too-long'],
  );
  assert.deepEqual([flawOf(0x600f12, 4096), flawOf(0x400f10, 64)], [null, 'patch-too-long']);
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
