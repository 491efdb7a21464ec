import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { parseIntelFile } from '../../src/microcode/intel-file.ts';
import type { Flaw } from '../../src/microcode/update-record.ts';
import { buildIntelUpdate, concatBytes, fixIntelChecksum } from '../fixtures/microcode/build-microcode.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Writes one word into a copy. */
function patched(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(offset, value, true);
  return copy;
}

const flawsOf = (bytes: Uint8Array): readonly Flaw[] => parseIntelFile(bytes, null).updates[0]?.flaws ?? [];

test('an Intel update: every header field, and its digest', () => {
  const bytes = buildIntelUpdate({ signature: 0x50657, platformFlags: 0xbf, revision: 0x5003901, date: '2025-08-12', minRevision: 0x5003102 });
  const { updates, firstFlaw, problems } = parseIntelFile(bytes, sha256);
  assert.deepEqual([firstFlaw, problems], [null, []]);
  const [update] = updates;
  assert.ok(update);
  assert.deepEqual(update.applies, [{ signature: 0x50657, platformFlags: 0xbf, equivalenceId: null }]);
  assert.equal(update.revision, 0x5003901);
  assert.equal(update.date, '2025-08-12');
  assert.equal(update.size, bytes.length);
  assert.equal(update.minRevision, 0x5003102);
  assert.equal(update.minRevisionKind, 'intel-header');
  assert.equal(update.sha256, sha256(bytes));
});

test('a stored data size of 0 means 2000 bytes of data and 2048 in all', () => {
  const [update] = parseIntelFile(buildIntelUpdate({ storeSizes: false }), null).updates;
  assert.equal(update?.size, 2048);
  assert.equal(update?.intel?.dataSize, 2000);
});

test('several updates in a file stand at their offsets', () => {
  const first = buildIntelUpdate({ revision: 0xcc });
  const file = concatBytes(first, buildIntelUpdate({ revision: 0xd4, storeSizes: false }), buildIntelUpdate({ revision: 0xdc }));
  const { updates } = parseIntelFile(file, null);
  assert.deepEqual(
    updates.map(({ offset, revision }) => [offset, revision]),
    [
      [0, 0xcc],
      [first.length, 0xd4],
      [first.length + 2048, 0xdc],
    ],
  );
});

test('extended signatures: the main pair first and once, the others behind it', () => {
  const extended = [0x806f8, 0x806f7, 0x806f6].map((signature) => ({ signature, platformFlags: 0x87 }));
  const [update] = parseIntelFile(buildIntelUpdate({ signature: 0x806f8, platformFlags: 0x87, extended }), null).updates;
  assert.deepEqual(
    update?.applies.map(({ signature }) => signature),
    [0x806f8, 0x806f7, 0x806f6],
  );
  assert.equal(update?.intel?.extendedSignatures, 3);
  assert.deepEqual(update?.flaws, []);
});

test('meta blocks are listed with type, size and place', () => {
  const bytes = buildIntelUpdate({
    dataSize: 208,
    meta: [
      { type: 3, payload: 4 },
      { type: 2, payload: 8 },
    ],
  });
  const [update] = parseIntelFile(bytes, null).updates;
  assert.equal(update?.intel?.metaSize, 36);
  assert.deepEqual(update?.intel?.meta, [
    { type: 3, size: 12, offset: 256 - 36 },
    { type: 2, size: 16, offset: 256 - 24 },
  ]);
});

test('a meta area larger than the data is a problem, not a crash', () => {
  const bytes = fixIntelChecksum(patched(buildIntelUpdate(), 36, 0xffff_fff0));
  const { updates, problems } = parseIntelFile(bytes, null);
  assert.deepEqual(updates[0]?.intel?.meta, []);
  assert.deepEqual(
    problems.map(({ code, path }) => [code, path]),
    [['meta-too-large', 'offset 0x24']],
  );
});

test('dates: BCD becomes ISO, what is no date is a problem that leaves the update sound', () => {
  for (const field of [0x13012025, 0x02302024, 0x02292023, 0x00000000, 0xffffffff, 0x0a0b2025]) {
    const { updates, problems, firstFlaw } = parseIntelFile(fixIntelChecksum(patched(buildIntelUpdate(), 8, field)), null);
    assert.equal(updates[0]?.date, null, field.toString(16));
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['bad-date'],
    );
    assert.equal(firstFlaw, null);
  }
  assert.equal(parseIntelFile(fixIntelChecksum(patched(buildIntelUpdate(), 8, 0x02292024)), null).updates[0]?.date, '2024-02-29');
});

test('each flaw is found, and the first is the one at which the kernel stops', () => {
  const plain = buildIntelUpdate();
  const table = buildIntelUpdate({ extended: [{ signature: 0x506e4, platformFlags: 1 }] });
  const cases: readonly (readonly [bytes: Uint8Array, flaws: readonly Flaw[]])[] = [
    [fixIntelChecksum(patched(plain, 0, 2)), ['unknown-header-version']],
    [fixIntelChecksum(patched(plain, 20, 7)), ['unknown-header-version']],
    [patched(plain, 100, 0), ['bad-data-checksum']],
    [patched(plain, 28, 0x7fff_fffc), ['data-size-too-large']],
    [patched(plain, 28, 0xffff_fff0), ['data-size-too-large']],
    [patched(plain, 32, 0xffff_fff0), ['truncated-file']],
    [patched(table, 256 + 4, 0), ['bad-table-checksum']],
    [patched(table, 256, 9), ['signature-table-size-mismatch']],
    [patched(table, 256, 0x4000_0001), ['signature-table-size-mismatch']],
    [patched(table, 256 + 20, 0x506e5), ['bad-table-checksum', 'bad-signature-checksum']],
    [fixIntelChecksum(patched(plain, 28, 204)), ['truncated-signature-table']],
  ];
  for (const [bytes, flaws] of cases) assert.deepEqual(flawsOf(bytes), flaws);
});

test('behind a damaged update the walk goes on where its sizes can be believed', () => {
  const damaged = patched(buildIntelUpdate({ revision: 0xd4 }), 100, 0);
  const file = concatBytes(buildIntelUpdate({ revision: 0xcc }), damaged, buildIntelUpdate({ revision: 0xdc }));
  const { updates, firstFlaw } = parseIntelFile(file, null);
  assert.deepEqual(
    updates.map(({ revision, flaws }) => [revision, flaws]),
    [
      [0xcc, []],
      [0xd4, ['bad-data-checksum']],
      [0xdc, []],
    ],
  );
  assert.deepEqual(firstFlaw, { flaw: 'bad-data-checksum', offset: 256 });
});

test('a tail of zeros or of text is no update', () => {
  for (const tail of [new Uint8Array(4096), new Uint8Array(100).fill(0x41)]) {
    const { updates, firstFlaw } = parseIntelFile(concatBytes(buildIntelUpdate(), tail), null);
    assert.equal(updates.length, 1);
    assert.equal(firstFlaw?.offset, 256);
  }
});
