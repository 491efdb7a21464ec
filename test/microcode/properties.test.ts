import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseAmdFile } from '../../src/microcode/amd-file.ts';
import { readCpioMembers } from '../../src/microcode/cpio-members.ts';
import { parseDatText } from '../../src/microcode/dat-text.ts';
import { parseIntelFile } from '../../src/microcode/intel-file.ts';
import { LIMITS } from '../../src/microcode/limits.ts';
import { parseMetadata } from '../../src/microcode/metadata.ts';
import { selectUpdate } from '../../src/microcode/select.ts';
import { planSteps } from '../../src/microcode/step-plan.ts';
import { summarizeFile } from '../../src/microcode/summarize-file.ts';
import { toListEntries } from '../../src/microcode/to-list-entries.ts';
import type { LoaderCpu } from '../../src/microcode/verdict.ts';
import { buildAmdContainer, buildCpio, buildDat, buildIntelUpdate, concatBytes } from '../fixtures/microcode/build-microcode.ts';

const INTEL = concatBytes(
  buildIntelUpdate({ revision: 0xcc, dataSize: 64, extended: [{ signature: 0x506e4, platformFlags: 2 }] }),
  buildIntelUpdate({ revision: 0xd4, dataSize: 80, minRevision: 0xc0, meta: [{ type: 3, payload: 4 }] }),
);
const AMD = concatBytes(
  buildAmdContainer([{ signature: 0xa00f11, equivalenceId: 0xa011 }], [{ patchId: 0xa0011d5, equivalenceId: 0xa011, size: 80 }]),
  buildAmdContainer([{ signature: 0xa10f11, equivalenceId: 0xa111 }], [{ patchId: 0xa101148, equivalenceId: 0xa111, size: 96, checksumField: 0xa101140 }]),
);
const CPIO = buildCpio([
  { name: 'kernel/x86/microcode/GenuineIntel.bin', bytes: INTEL },
  { name: 'kernel/x86/microcode/AuthenticAMD.bin', bytes: AMD },
]);
const DAT = Buffer.from(buildDat(INTEL.subarray(0, 300)), 'latin1');
const SMALL: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['06-5e-03', INTEL],
  ['microcode_amd_fam19h.bin', AMD],
  ['early.cpio', CPIO],
  ['microcode.dat', DAT],
];
const CPUS: readonly LoaderCpu[] = [
  { vendor: 'GenuineIntel', signature: 0x506e3, platformId: 1, revision: 0xc2 },
  { vendor: 'AuthenticAMD', signature: 0xa00f11, platformId: null, revision: 0xa001119 },
  { vendor: 'AuthenticAMD', signature: 0x100f42, platformId: null, revision: 0x1000083 },
];

/** What holds for any bytes: every layer answers, places stay inside, and the answer does not outgrow the input. */
function holds(bytes: Uint8Array, name?: string): void {
  const summary = summarizeFile(bytes, () => 'digest', name);
  const span = summary.format === 'dat' ? (summary.images[0]?.bytes.length ?? 0) : bytes.length;
  for (const update of summary.updates) {
    assert.ok(update.offset >= 0 && update.offset < span);
    if (update.flaws.length === 0) assert.ok(update.offset + update.size <= span);
    for (const block of update.intel?.meta ?? []) assert.ok(block.offset + block.size <= span);
  }
  assert.ok(summary.integrity === 'valid' || summary.problems.length > 0, 'what is not valid is explained');
  assert.ok(summary.updates.length <= LIMITS.updates + LIMITS.updates && summary.problems.length <= 4 * LIMITS.problems);
  JSON.stringify(toListEntries([{ file: 'f', summary }]));
  for (const cpu of CPUS) {
    for (const line of ['6.1', '6.12', '7.2'] as const) {
      const selection = selectUpdate([{ file: 'f', summary }], cpu, { line, offered: 'f', amdDigests: new Map() });
      for (const candidate of selection.candidates) assert.ok(candidate.chosen || candidate.reasons.length > 0, 'no candidate is passed over in silence');
      planSteps(summary.updates, cpu, { line });
    }
  }
}

for (const [name, bytes] of SMALL) {
  test(`${name}: truncated at every length`, () => {
    for (let length = 0; length < bytes.length; length++) holds(bytes.subarray(0, length), name);
  });

  test(`${name}: every byte flipped, singly`, () => {
    for (let at = 0; at < bytes.length; at++) {
      const copy = bytes.slice();
      copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
      holds(copy, name);
      copy[at] = 0xff;
      holds(copy, name);
    }
  });

  test(`${name}: any word anywhere made huge, small or anything`, () => {
    const word = fc.oneof(fc.constantFrom(0, 1, 47, 48, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff), fc.nat(0xffff_ffff));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(Math.floor(bytes.length / 4) - 1), word), { minLength: 1, maxLength: 4 }), (edits) => {
        const copy = bytes.slice();
        for (const [index, value] of edits) new DataView(copy.buffer).setUint32(index * 4, value, true);
        holds(copy, name);
      }),
      { numRuns: 300 },
    );
  });
}

test('a flipped bit in an Intel update never leaves it valid, and never goes unnoticed by the file', () => {
  for (let bit = 0; bit < INTEL.length * 8; bit++) {
    const copy = INTEL.slice();
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.notEqual(parseIntelFile(copy, null).firstFlaw, null, `bit ${bit}`);
  }
});

test('random bytes, with and without a name that promises something', () => {
  const magic = fc.constantFrom<number[]>([], [0x44, 0x4d, 0x41, 0], [1, 0, 0, 0], [0x30, 0x37, 0x30, 0x37, 0x30, 0x31]);
  const names = fc.constantFrom(undefined, '06-5e-03', 'microcode_amd.bin', 'x.dat', 'x.cpio', 'x.metadata', '06-5e-03.initramfs', '06-5e-03.xz');
  fc.assert(
    fc.property(magic, fc.uint8Array({ maxLength: 600 }), names, (head, tail, name) => holds(Uint8Array.from([...head, ...tail]), name)),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      parseIntelFile(bytes, null);
      parseAmdFile(bytes, null);
      readCpioMembers(bytes);
      parseDatText(bytes);
    }),
  );
  fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => parseMetadata(text).effects.length <= 128 * 40));
});

/** The most that is listed of a file full of the smallest updates there can be. */
test('a crafted file of tiny updates is walked to its end, and listed only so far', () => {
  const tiny = buildIntelUpdate({ dataSize: 4 });
  const file = new Uint8Array(tiny.length * 40_000);
  for (let at = 0; at < file.length; at += tiny.length) file.set(tiny, at);
  file[file.length - 1] = 0xee;
  const { updates, problems, firstFlaw } = parseIntelFile(file, null);
  assert.equal(updates.length, LIMITS.updates);
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['too-many-updates', 'bad-data-checksum'],
  );
  assert.equal(firstFlaw?.offset, file.length - tiny.length);
});

test('a signature table and an equivalence table of any size are cut short', () => {
  const extended = Array.from({ length: LIMITS.targets + 5 }, (_, i) => ({ signature: i, platformFlags: 1 }));
  const { updates, problems } = parseIntelFile(buildIntelUpdate({ signature: 0x999999, extended }), null);
  assert.equal(updates[0]?.applies.length, LIMITS.targets + 1);
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['too-many-signatures'],
  );
  const table = Array.from({ length: LIMITS.targets + 5 }, (_, i) => ({ signature: i + 1, equivalenceId: 0x1041 }));
  const amd = parseAmdFile(buildAmdContainer(table, [{ patchId: 0x10000db, equivalenceId: 0x1041 }]), null);
  assert.equal(amd.updates[0]?.applies.length, LIMITS.targetsOfAnId);
});

test('time grows with the bytes, not with their square: many equal ids, many containers, many comments', () => {
  const work = (count: number): number => {
    const table = Array.from({ length: 50 }, (_, i) => ({ signature: i + 1, equivalenceId: 0x1041 }));
    const patches = Array.from({ length: count }, (_, i) => ({ patchId: i, equivalenceId: 0x1041, size: 64 }));
    return parseAmdFile(concatBytes(...Array.from({ length: count }, () => buildAmdContainer(table, patches.slice(0, 2)))), null).updates.reduce(
      (sum, { applies }) => sum + applies.length,
      0,
    );
  };
  assert.equal(work(200), 2 * work(100), 'work is counted in remembered targets, not in seconds');
  const comments = parseDatText(Buffer.from('/'.repeat(200_000)));
  assert.equal(comments.bytes.length, 0);
  assert.equal(parseDatText(Buffer.from('/*'.repeat(100_000))).bytes.length, 0);
});
