import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { amdMinRevision, parseAmdFile } from '../../src/microcode/amd-file.ts';
import { buildAmdContainer, concatBytes } from '../fixtures/microcode/build-microcode.ts';

const TABLE = [
  { signature: 0xa00f11, equivalenceId: 0xa011 },
  { signature: 0xa00f11, equivalenceId: 0xa011 },
  { signature: 0xa10f11, equivalenceId: 0xa111 },
];
const OLD_TABLE = [
  { signature: 0x100f42, equivalenceId: 0x1041 },
  { signature: 0x100f52, equivalenceId: 0x1041 },
];

test('an AMD container: signatures from table and patch id, date, digest of the patch alone', () => {
  const bytes = buildAmdContainer(TABLE, [{ patchId: 0xa0011de, equivalenceId: 0xa011, date: '2025-04-18', checksumField: 0xa0011d9 }]);
  const sha256 = (part: Uint8Array): string => createHash('sha256').update(part).digest('hex');
  const { updates, containers, firstFlaw, problems } = parseAmdFile(bytes, sha256);
  assert.deepEqual([firstFlaw, problems, containers.length], [null, [], 1]);
  const [patch] = updates;
  assert.deepEqual(patch?.applies, [{ signature: 0xa00f11, platformFlags: null, equivalenceId: 0xa011 }]);
  assert.equal(patch?.date, '2025-04-18');
  assert.equal(patch?.size, 160);
  assert.equal(patch?.minRevision, 0xa0011d9);
  assert.equal(patch?.minRevisionKind, 'amd-patch');
  assert.equal(patch?.sha256, sha256(bytes.subarray(bytes.length - 160)));
});

test('before Zen a patch is for every signature of its equivalence id', () => {
  const [patch] = parseAmdFile(buildAmdContainer(OLD_TABLE, [{ patchId: 0x10000db, equivalenceId: 0x1041, checksumField: 0x72bee4b9 }]), null).updates;
  assert.deepEqual(
    patch?.applies.map(({ signature }) => signature),
    [0x100f42, 0x100f52],
  );
  assert.equal(patch?.minRevision, 0, 'family 10h has a checksum there');
});

test('the minimum revision is one only from Zen 3 on, and only near the patch id', () => {
  assert.equal(amdMinRevision(0xa0011de, 0xa011, 0xa0011d9), 0xa0011d9);
  assert.equal(amdMinRevision(0xa0011de, 0xa011, 0xa0012d9), 0);
  assert.equal(amdMinRevision(0x8001250, 0x8012, 0x8001240), 0);
  assert.equal(amdMinRevision(0xa0011de, 0xa011, 0), 0);
});

test('containers behind each other are all read', () => {
  const file = concatBytes(
    buildAmdContainer(OLD_TABLE, [{ patchId: 0x10000db, equivalenceId: 0x1041 }]),
    buildAmdContainer(TABLE, [
      { patchId: 0xa0011d5, equivalenceId: 0xa011 },
      { patchId: 0xa101148, equivalenceId: 0xa111 },
    ]),
  );
  const { updates, containers, firstFlaw } = parseAmdFile(file, null);
  assert.equal(firstFlaw, null);
  assert.equal(containers.length, 2);
  assert.deepEqual(
    updates.map(({ revision, amd }) => [revision, amd?.container]),
    [
      [0x10000db, 0],
      [0xa0011d5, 1],
      [0xa101148, 1],
    ],
  );
});

test('each flaw of a container is named with its place', () => {
  const sound = buildAmdContainer(TABLE, [{ patchId: 0xa0011d5, equivalenceId: 0xa011 }]);
  const word = (offset: number, value: number): Uint8Array => {
    const copy = sound.slice();
    new DataView(copy.buffer).setUint32(offset, value, true);
    return copy;
  };
  const patchAt = 12 + 64;
  const cases: readonly (readonly [bytes: Uint8Array, flaw: string, offset: number])[] = [
    [sound.subarray(0, 12), 'truncated-container', 0],
    [word(0, 0x414d45), 'bad-magic', 0],
    [word(4, 1), 'bad-table-type', 0],
    [word(8, 8), 'truncated-table', 0],
    [word(8, 0xffff_fff8), 'truncated-table', 0],
    [sound.subarray(0, patchAt), 'no-patch', 12],
    [sound.subarray(0, patchAt + 7), 'truncated-section', patchAt],
    [word(patchAt, 2), 'bad-section-type', patchAt],
    [word(patchAt + 4, 63), 'patch-too-short', patchAt],
    [word(patchAt + 4, 0xffff_ffff), 'truncated-patch', patchAt],
    [word(patchAt + 8 + 16, 1), 'chipset-specific-code', patchAt + 8],
  ];
  for (const [bytes, flaw, offset] of cases) {
    const { firstFlaw, problems } = parseAmdFile(bytes, null);
    assert.deepEqual(firstFlaw, { flaw, offset }, flaw);
    assert.ok(problems.some(({ code }) => code === flaw));
  }
});
