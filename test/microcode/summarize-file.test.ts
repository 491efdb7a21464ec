import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { detectFormat } from '../../src/microcode/detect-format.ts';
import { summarizeFile } from '../../src/microcode/summarize-file.ts';
import { toListEntries } from '../../src/microcode/to-list-entries.ts';
import { buildAmdContainer, buildCpio, buildDat, buildIntelUpdate, concatBytes } from '../fixtures/microcode/build-microcode.ts';
import { FIXTURE_FILES, FIXTURES } from '../fixtures/microcode/fixture-files.ts';

const INTEL = concatBytes(buildIntelUpdate({ revision: 0xcc }), buildIntelUpdate({ revision: 0xf0, minRevision: 0xc8 }));
const AMD = buildAmdContainer([{ signature: 0xa00f11, equivalenceId: 0xa011 }], [{ patchId: 0xa0011de, equivalenceId: 0xa011, checksumField: 0xa0011d9 }]);

test('the committed synthetic files are what their builder makes', () => {
  for (const [name, bytes] of Object.entries(FIXTURE_FILES)) assert.deepEqual(new Uint8Array(readFileSync(join(FIXTURES, name))), new Uint8Array(bytes), name);
});

test('formats are told by their bytes, damaged files by their name', () => {
  const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');
  const damaged = buildIntelUpdate({ headerVersion: 2 });
  const cases: readonly (readonly [bytes: Uint8Array, name: string | undefined, format: string])[] = [
    [INTEL, undefined, 'intel'],
    [AMD, undefined, 'amd'],
    [buildCpio([]), undefined, 'cpio'],
    [text(buildDat(INTEL)), undefined, 'dat'],
    [text('0x00000001, 0x000000cc'), undefined, 'dat'],
    [text('m + 0x00000122\n'), undefined, 'metadata'],
    [text('hello'), undefined, 'unknown'],
    [new Uint8Array(), 'intel-ucode/06-5e-03', 'empty'],
    [new Uint8Array(100), 'intel-ucode/06-5e-03', 'intel'],
    [new Uint8Array(100), 'amd-ucode/microcode_amd_fam19h.bin', 'amd'],
    [new Uint8Array(100), undefined, 'unknown'],
    [damaged, undefined, 'intel-scan'],
    [damaged, 'intel-ucode/06-5e-03', 'intel'],
    [damaged, 'intel-ucode/06-5e-03.initramfs', 'intel'],
    [Uint8Array.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), '06-5e-03.xz', 'xz'],
    [Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), '06-5e-03.zst', 'zstd'],
    [Uint8Array.from([0x1f, 0x8b, 8, 0]), undefined, 'gzip'],
  ];
  for (const [bytes, name, format] of cases) assert.equal(detectFormat(bytes, name), format, `${name} ${format}`);
});

test('a compressed file is no crash but a problem that names the program that is missing', () => {
  const summary = summarizeFile(Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), null, '06-5e-03.zst');
  assert.equal(summary.integrity, 'unknown');
  assert.equal(summary.problems[0]?.code, 'compressed');
  assert.match(summary.problems[0]?.expected ?? '', /zstd/);
});

test('the text form gives the same updates as the bytes it was made from', () => {
  const fromText = summarizeFile(Buffer.from(buildDat(INTEL), 'latin1'), null);
  assert.deepEqual(fromText.updates, summarizeFile(INTEL, null).updates);
  assert.deepEqual(fromText.problems, []);
});

test('the text form: comments, bad words with their line, words of the wrong width', () => {
  const summary = summarizeFile(Buffer.from('/* a\n b */ 0x1, 0x2 ; rest\n// 0x3\n0x123456789, xyz\n'), null, 'microcode.dat');
  assert.deepEqual(
    summary.problems.filter(({ code }) => code === 'bad-word').map(({ path, got }) => [path, got]),
    [
      ['line 4', '0x123456789'],
      ['line 4', 'xyz'],
    ],
  );
  assert.equal(summary.images[0]?.bytes.length, 8);
});

test('an early-load image: both vendors, offsets in the file, what follows is left alone', () => {
  const members = [
    { name: 'kernel/x86/microcode/AuthenticAMD.bin', bytes: AMD },
    { name: 'kernel/x86/microcode/GenuineIntel.bin', bytes: INTEL },
  ];
  const image = concatBytes(buildCpio(members), new Uint8Array(512), Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd]));
  const summary = summarizeFile(image, null);
  assert.deepEqual([summary.format, summary.integrity, summary.vendor], ['cpio', 'valid', null]);
  assert.deepEqual(
    summary.updates.map(({ revision }) => revision),
    [0xcc, 0xf0, 0xa0011de],
  );
  for (const { offset, revision } of summary.updates) assert.equal(new DataView(image.buffer).getUint32(offset + 4, true), revision);
  assert.deepEqual(
    toListEntries([{ file: 'initrd', summary }]).map(({ member }) => member?.slice(-16)),
    ['GenuineIntel.bin', 'GenuineIntel.bin', 'AuthenticAMD.bin'],
  );
});

test('an initramfs without early microcode says what it holds instead', () => {
  const summary = summarizeFile(concatBytes(buildCpio([{ name: 'init', bytes: INTEL }]), Uint8Array.from([0x1f, 0x8b, 8])), null);
  assert.equal(summary.problems[0]?.code, 'no-early-microcode');
  assert.match(summary.problems[0]?.got ?? '', /1 other file, then a gzip stream/);
});

test('zero words in front of an archive are skipped, as the early loader skips them', () => {
  const archive = buildCpio([{ name: 'kernel/x86/microcode/GenuineIntel.bin', bytes: INTEL }]);
  const padded = (zeros: number): ReturnType<typeof summarizeFile> => summarizeFile(concatBytes(new Uint8Array(zeros), archive), null);
  for (const zeros of [4, 512]) {
    assert.deepEqual([padded(zeros).format, padded(zeros).integrity, padded(zeros).updates.length], ['cpio', 'valid', 2]);
    assert.equal(padded(zeros).updates[0]?.offset, zeros + (summarizeFile(archive, null).updates[0]?.offset ?? 0));
  }
  assert.deepEqual(
    [padded(6).format, detectFormat(new Uint8Array(4096)), detectFormat(concatBytes(new Uint8Array(64), archive), '06-5e-03')],
    ['unknown', 'unknown', 'intel'],
  );
});

test('several archives one behind the other, padded, a stream behind them: each vendor is found in its own', () => {
  const one = (name: string, bytes: Uint8Array): Uint8Array => buildCpio([{ name: `kernel/x86/microcode/${name}.bin`, bytes }]);
  const image = concatBytes(one('GenuineIntel', INTEL), new Uint8Array(508), one('AuthenticAMD', AMD), new Uint8Array(4), Uint8Array.from([0x1f, 0x8b, 8, 0]));
  const summary = summarizeFile(image, null);
  assert.deepEqual([summary.integrity, summary.updates.map(({ revision }) => revision)], ['valid', [0xcc, 0xf0, 0xa0011de]]);
  // Behind a compressed stream the loader looks for nothing more.
  const late = summarizeFile(concatBytes(buildCpio([]), Uint8Array.from([0x1f, 0x8b, 8, 0]), one('GenuineIntel', INTEL)), null);
  assert.deepEqual([late.updates.length, late.problems.map(({ code }) => code)], [0, ['no-early-microcode']]);
});

test('an archive that is cut off says how much is missing', () => {
  const archive = buildCpio([{ name: 'kernel/x86/microcode/GenuineIntel.bin', bytes: INTEL }]);
  const summary = summarizeFile(archive.subarray(0, 300), null);
  assert.match(summary.problems[0]?.got ?? '', /^sizes that need \d+ bytes more$/);
});

test('of two members of one name the first counts, as in the kernel', () => {
  const name = 'kernel/x86/microcode/GenuineIntel.bin';
  const summary = summarizeFile(concatBytes(buildCpio([{ name, bytes: AMD.subarray(0, 0) }]), buildCpio([{ name, bytes: INTEL }])), null);
  assert.deepEqual(summary.updates, []);
});

test('list entries: contract form, platform ids, both kinds of minimum revision apart, duplicates', () => {
  const intel = summarizeFile(INTEL, () => 'x', '06-5e-03');
  const amd = summarizeFile(AMD, () => 'y');
  const [first, second, patch] = toListEntries([
    { file: 'a', summary: { ...intel, updates: intel.updates.map((update, i) => ({ ...update, sha256: `intel ${i}` })) } },
    { file: 'b', summary: amd },
  ]);
  assert.deepEqual(first?.applies, [{ signature: '0x506e3', platformFlags: '0x36', platformIds: [1, 2, 4, 5] }]);
  assert.deepEqual([first?.revision, first?.date, first?.minRevision, first?.minRevisionKind, first?.checksum], ['0xcc', '2025-11-10', '0x0', null, 'valid']);
  assert.deepEqual([second?.offset, second?.minRevision, second?.minRevisionKind], [256, '0xc8', 'intel-header']);
  assert.deepEqual([patch?.applies, patch?.minRevisionKind, patch?.checksumKind], [[{ signature: '0xa00f11', equivalenceId: '0xa011' }], 'amd-patch', 'none']);
  for (const digest of [(bytes: Uint8Array): string => String(bytes[4]), null]) {
    const twice = ['a', 'b'].map((file) => ({ file, summary: summarizeFile(INTEL, digest) }));
    assert.deepEqual(
      toListEntries(twice).map(({ duplicateOf }) => duplicateOf),
      [null, null, { file: 'a', offset: 0 }, { file: 'a', offset: 256 }],
      'with and without digests',
    );
  }
});
