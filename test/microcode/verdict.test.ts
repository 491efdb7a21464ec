import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import type { KernelLine } from '../../src/microcode/loader-traits.ts';
import { summarizeFile } from '../../src/microcode/summarize-file.ts';
import { type FileVerdict, judgeFile, type LoaderCpu, type LoaderOptions } from '../../src/microcode/verdict.ts';
import { buildAmdContainer, buildIntelUpdate, concatBytes } from '../fixtures/microcode/build-microcode.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const SKYLAKE: LoaderCpu = { vendor: 'GenuineIntel', signature: 0x506e3, platformId: 1, revision: 0xc6 };
const MILAN: LoaderCpu = { vendor: 'AuthenticAMD', signature: 0xa00f11, platformId: null, revision: 0xa001119 };

function judge(bytes: Uint8Array, cpu: LoaderCpu, line: KernelLine, options: Partial<LoaderOptions> = {}): FileVerdict {
  const name = cpu.vendor === 'GenuineIntel' ? '06-5e-03' : 'microcode_amd.bin';
  const image = summarizeFile(bytes, sha256, name).images[0];
  assert.ok(image);
  return judgeFile(image, cpu, { line, ...options });
}

const codes = (verdict: FileVerdict): string[][] => verdict.updates.map(({ reasons }) => reasons.map(({ code }) => code));

test('Intel: the highest acceptable revision wins, whatever the order in the file', () => {
  const file = concatBytes(
    buildIntelUpdate({ revision: 0xcc }),
    buildIntelUpdate({ revision: 0xf0 }),
    buildIntelUpdate({ revision: 0xdc }),
    buildIntelUpdate({ revision: 0xc2 }),
  );
  const verdict = judge(file, SKYLAKE, '6.12');
  assert.equal(verdict.chosen?.revision, 0xf0);
  assert.deepEqual(codes(verdict), [['superseded'], [], ['superseded'], ['not-newer']]);
  assert.equal(verdict.log.length, 2, 'one "unsafe" line for each update that was newer when it came');
});

test('Intel: every reason is named, not only the first', () => {
  const verdict = judge(buildIntelUpdate({ revision: 0xc0, platformFlags: 0x80 }), SKYLAKE, '7.2');
  assert.deepEqual(codes(verdict), [['other-platform', 'not-newer']]);
  assert.deepEqual([verdict.result, verdict.errno], ['not-found', 'ENOENT']);
});

test('Intel: an update without flags fits every platform from 7.2 on, and none before', () => {
  const file = buildIntelUpdate({ platformFlags: 0 });
  assert.deepEqual(
    (['6.1', '6.12', '7.2'] as const).map((line) => judge(file, SKYLAKE, line).result),
    ['not-found', 'not-found', 'new'],
  );
});

test('Intel: the minimum revision makes a load safe, unsafe, or with force_minrev impossible', () => {
  const met = buildIntelUpdate({ minRevision: 0xc6 });
  const high = buildIntelUpdate({ minRevision: 0xc7 });
  assert.equal(judge(met, SKYLAKE, '6.12').result, 'new-safe');
  assert.equal(judge(high, SKYLAKE, '6.12').result, 'new');
  assert.deepEqual(codes(judge(high, SKYLAKE, '6.12', { forceMinrev: true })), [['minimum-revision-not-met']]);
  assert.deepEqual(codes(judge(buildIntelUpdate(), SKYLAKE, '6.12', { forceMinrev: true })), [['minimum-revision-undeclared']]);
  assert.equal(judge(high, SKYLAKE, '6.1', { forceMinrev: true }).result, 'new', '6.1 knows no minimum revision');
});

test('Intel: force_minrev falls back to the newest update it may take', () => {
  const file = concatBytes(buildIntelUpdate({ revision: 0xcc, minRevision: 0xc0 }), buildIntelUpdate({ revision: 0xf0, minRevision: 0xcc }));
  assert.equal(judge(file, SKYLAKE, '7.2', { forceMinrev: true }).chosen?.revision, 0xcc);
  assert.equal(judge(file, SKYLAKE, '7.2').chosen?.revision, 0xf0);
});

test('Intel: a bad update spoils the file; 6.1 keeps what stood before it if nothing is left to read', () => {
  const good = buildIntelUpdate({ revision: 0xcc });
  const bad = buildIntelUpdate({ revision: 0xdc });
  bad[100] = (bad[100] ?? 0) ^ 1;
  for (const line of ['6.12', '7.2'] as const) {
    const verdict = judge(concatBytes(good, bad), SKYLAKE, line);
    assert.deepEqual([verdict.result, verdict.errno, verdict.chosen], ['bad-file', 'EBADFD', null]);
    assert.deepEqual(codes(verdict), [['file-refused'], ['damaged']]);
  }
  assert.equal(judge(concatBytes(good, bad), SKYLAKE, '6.1').chosen?.revision, 0xcc);
  const behind = judge(concatBytes(good, bad, good), SKYLAKE, '6.1');
  assert.deepEqual([behind.result, behind.errno], ['bad-file', null]);
  assert.deepEqual(codes(behind), [['file-refused'], ['damaged'], ['behind-damage']]);
  assert.equal(judge(concatBytes(good, bad.subarray(0, 48)), SKYLAKE, '6.1').chosen?.revision, 0xcc, 'a header alone leaves nothing to read');
  assert.equal(judge(concatBytes(good, bad.subarray(0, 47)), SKYLAKE, '6.1').result, 'bad-file');
});

test('Intel: GNR98 is known to 7.2 alone', () => {
  const granite: LoaderCpu = { vendor: 'GenuineIntel', signature: 0xa06d1, platformId: 0, revision: 0x1000380 };
  const update = (revision: number): Uint8Array => buildIntelUpdate({ signature: 0xa06d1, platformFlags: 0x95, revision });
  const file = concatBytes(update(0x1000405), update(0x1000410));
  assert.equal(judge(file, granite, '6.12').chosen?.revision, 0x1000410);
  const verdict = judge(file, granite, '7.2');
  assert.equal(verdict.chosen?.revision, 0x1000405);
  assert.deepEqual(codes(verdict), [[], ['gnr98']]);
  assert.ok(verdict.log.includes('microcode: Erratum GNR98: skipping revision 0x1000410.'));
  const everyPlatform = buildIntelUpdate({ signature: 0xa06d1, platformFlags: 0xff, revision: 0x1000410 });
  assert.equal(judge(everyPlatform, { ...granite, platformId: 1 }, '7.2').result, 'new', 'platform 1 is not in the erratum mask');
});

test('Intel: an empty file is as good as none', () => {
  const image = { member: null, offset: 0, vendor: 'GenuineIntel', bytes: new Uint8Array(), intel: null, amd: null } as const;
  assert.deepEqual([judgeFile(image, SKYLAKE, { line: '7.2' }).errno, judgeFile(image, SKYLAKE, { line: '6.1' }).errno], ['ENOENT', null]);
});

const TABLE = [
  { signature: 0xa00f11, equivalenceId: 0xa011 },
  { signature: 0xa10f11, equivalenceId: 0xa111 },
];

test('AMD: two patches for one id across the signing cut-off: each CPU gets its side', () => {
  const file = buildAmdContainer(TABLE, [
    { patchId: 0xa0011d5, equivalenceId: 0xa011 },
    { patchId: 0xa0011de, equivalenceId: 0xa011, checksumField: 0xa0011d9 },
  ]);
  const before = judge(file, MILAN, '7.2');
  assert.equal(before.chosen?.revision, 0xa0011d5);
  assert.deepEqual(codes(before), [[], ['signing-cut-off']]);
  const after = judge(file, { ...MILAN, revision: 0xa0011db }, '7.2');
  assert.equal(after.chosen?.revision, 0xa0011de);
  assert.deepEqual(codes(after), [['signing-cut-off', 'not-newer'], []]);
  assert.equal(judge(file, MILAN, '6.1').chosen?.revision, 0xa0011de, '6.1 knows no cut-off');
});

test('AMD: nothing newer and nothing that fits are both fine', () => {
  const same = buildAmdContainer(TABLE, [{ patchId: 0xa001119, equivalenceId: 0xa011 }]);
  const other = buildAmdContainer(TABLE, [{ patchId: 0xa101148, equivalenceId: 0xa111 }]);
  assert.deepEqual([judge(same, MILAN, '6.12').result, codes(judge(same, MILAN, '6.12'))], ['fine-as-it-is', [['not-newer']]]);
  assert.deepEqual([judge(other, MILAN, '6.12').errno, codes(judge(other, MILAN, '6.12'))], [null, [['other-signature']]]);
  assert.equal(judge(same, MILAN, '7.2', { forceMinrev: true }).errno, 'ENOENT');
});

test('AMD: a second container makes the late loader refuse the file', () => {
  const one = buildAmdContainer(TABLE, [{ patchId: 0xa0011d5, equivalenceId: 0xa011 }]);
  const verdict = judge(concatBytes(one, one), MILAN, '6.12');
  assert.deepEqual([verdict.result, verdict.errno], ['bad-file', 'EBADFD']);
  assert.deepEqual(codes(verdict), [['file-refused'], ['later-container']]);
});

test('AMD: the digest list decides below the cut-off, and only there', () => {
  const file = buildAmdContainer(TABLE, [
    { patchId: 0xa0011d5, equivalenceId: 0xa011 },
    { patchId: 0xa0011de, equivalenceId: 0xa011 },
  ]);
  const digest = judge(file, MILAN, '7.2').chosen?.sha256 ?? '';
  const refused = judge(file, MILAN, '7.2', { amdDigests: new Map() });
  assert.deepEqual([refused.errno, codes(refused)[0]], ['EIO', ['digest-unknown']]);
  assert.deepEqual(codes(judge(file, MILAN, '7.2', { amdDigests: new Map([[0xa0011d5, 'x']]) }))[0], ['digest-mismatch']);
  assert.equal(judge(file, MILAN, '7.2', { amdDigests: new Map([[0xa0011d5, digest]]) }).errno, null);
  assert.equal(judge(file, MILAN, '7.2', { amdDigests: new Map(), shaCheck: false }).errno, null);
  assert.equal(judge(file, { ...MILAN, revision: 0xa0011db }, '7.2', { amdDigests: new Map() }).errno, null);
});

test('AMD before Zen: the equivalence table decides, and a patch longer than its family allows spoils the file', () => {
  const phenom: LoaderCpu = { vendor: 'AuthenticAMD', signature: 0x100f52, platformId: null, revision: 0x1000083 };
  const table = [
    { signature: 0x100f42, equivalenceId: 0x1041 },
    { signature: 0x100f52, equivalenceId: 0x1041 },
  ];
  assert.equal(judge(buildAmdContainer(table, [{ patchId: 0x10000db, equivalenceId: 0x1041 }]), phenom, '7.2').chosen?.revision, 0x10000db);
  assert.deepEqual(codes(judge(buildAmdContainer(TABLE, [{ patchId: 0x10000db, equivalenceId: 0x1041 }]), phenom, '7.2')), [['unlisted-signature']]);
  assert.equal(judge(buildAmdContainer(table, [{ patchId: 0x10000db, equivalenceId: 0x1041, size: 2049 }]), phenom, '7.2').result, 'bad-file');
});

test('AMD: a CPU that reports no revision is taken to have the lowest, on 7.2', () => {
  const file = buildAmdContainer(TABLE, [{ patchId: 0xa0011d5, equivalenceId: 0xa011 }]);
  assert.equal(judge(file, { ...MILAN, revision: 0 }, '7.2').chosen?.revision, 0xa0011d5);
  assert.equal(judge(file, { ...MILAN, revision: 0 }, '6.12').chosen, null);
});
