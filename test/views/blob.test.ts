import assert from 'node:assert/strict';
import test from 'node:test';
import { summarizeFile } from '../../src/microcode/summarize-file.ts';
import { toListEntries } from '../../src/microcode/to-list-entries.ts';
import { blobColumns, blobTable, type Column, PLAIN, wrapSentence } from '../../src/views/blob-columns.ts';
import { blobListTable, listSummary, rangesOf } from '../../src/views/blob-list.ts';
import { reasonText } from '../../src/views/blob-reasons.ts';
import { blobVerifyTable, type VerifiedFile } from '../../src/views/blob-verify.ts';
import { buildAmdContainer, buildIntelUpdate } from '../fixtures/microcode/build-microcode.ts';

interface Row {
  readonly path: string;
  readonly size: string;
  readonly none: string;
  readonly why: string;
}
const COLUMNS: readonly Column<Row>[] = [
  { title: 'PATH', text: ({ path }) => path },
  { title: 'SIZE', text: ({ size }) => size, right: true },
  { title: 'NONE', text: ({ none }) => none },
  { title: 'WHY', text: ({ why }) => why, least: 20 },
];
const ROWS: readonly Row[] = [
  { path: 'a/very/long/path/to/a/folder/of/firmware/06-5e-03', size: '2048', none: '', why: 'not newer than the one that is there' },
  { path: 'b', size: '5', none: '', why: '' },
];

test('columns: empty ones left out, numbers to the right, no blanks at the end of a line', () => {
  const [head, first, second] = blobColumns(ROWS, COLUMNS, null, PLAIN).split('\n');
  assert.match(head ?? '', /^PATH +SIZE {2}WHY$/);
  assert.match(first ?? '', /06-5e-03 {2}2048 {2}not newer than the one that is there$/);
  assert.match(second ?? '', /^b +5$/);
});

test('in a narrow terminal the path loses its beginning and the last column is wrapped: no line is too long', () => {
  for (const width of [50, 60, 80, 100]) {
    const lines = blobColumns(ROWS, COLUMNS, width, PLAIN).split('\n');
    for (const line of lines) assert.ok(line.length <= width, `${width}: ${line}`);
    const words = lines.slice(1).join(' ').replace(/\s+/g, ' ');
    for (const word of ROWS[0]?.why.split(' ') ?? []) assert.ok(words.includes(word));
    assert.match(lines[1] ?? '', /06-5e-03 /);
  }
});

test('control characters of a file name never reach the terminal', () => {
  const text = blobColumns([{ path: '\u001b[2J\n', size: '', none: '', why: '' }], COLUMNS, 80, PLAIN);
  assert.equal(text, 'PATH\n\\x1b[2J\\n\n');
});

test('platform ids are written as ranges', () => {
  assert.deepEqual([rangesOf([]), rangesOf([0]), rangesOf([0, 1, 2, 7]), rangesOf([1, 3, 4])], ['', '0', '0-2,7', '1,3-4']);
});

test('a reason quotes the figures it rests on', () => {
  assert.equal(reasonText({ code: 'minimum-revision-not-met', have: '0xc6', needs: '0xc8' }), 'needs 0xc8 or newer, this CPU has 0xc6');
  assert.equal(reasonText({ code: 'damaged', have: 'bad-data-checksum' }), 'damaged: bad-data-checksum');
});

const FIRMWARE = [
  { file: '/usr/lib/firmware/intel-ucode/06-5e-03.initramfs', bytes: buildIntelUpdate({ revision: 0xf0, minRevision: 0xea }) },
  { file: '/usr/lib/firmware/intel-ucode/06-4f-01', bytes: buildIntelUpdate({ signature: 0x406f1, revision: 0xb000040 }) },
  {
    file: '/usr/lib/firmware/amd-ucode/microcode_amd_fam19h.bin',
    bytes: buildAmdContainer([{ signature: 0xa00f11, equivalenceId: 0xa011 }], [{ patchId: 0xa0011de, equivalenceId: 0xa011, checksumField: 0xa0011d9 }]),
  },
];

function listAt(width: number | null, files = FIRMWARE): string {
  const entries = toListEntries(files.map(({ file, bytes }) => ({ file, summary: summarizeFile(bytes, null, file) })));
  return blobListTable(entries, listSummary(entries, files.length, 0), width, PLAIN);
}

test('blob list fits 80 columns: the common folder once, dispensable columns left out and named; piped it is whole', () => {
  for (const width of [80, 90, 100, 120, 160]) for (const line of listAt(width).split('\n')) assert.ok(line.length <= width, `${width}: ${line}`);
  const [folder, head, first] = listAt(80).split('\n');
  assert.equal(folder, 'In /usr/lib/firmware/:');
  assert.match(head ?? '', /^FILE +SIGNATURE +PLATFORM +REVISION +DATE +LINUX MIN$/);
  assert.match(first ?? '', /06-5e-03\.initramfs {2}0x506e3 .* 0xf0 {2}2025-11-10 +0xea$/);
  assert.match(
    listAt(80).replace(/\s+/g, ' '),
    /3 updates \(2 Intel, 1 AMD\) in 3 files, 3 distinct\. .* No room for SIZE, STATE, CPU, XEN MIN: a wider terminal or --json shows them\./,
  );
  assert.match(
    listAt(null),
    /^FILE +SIGNATURE +PLATFORM +REVISION +DATE +SIZE +LINUX MIN +XEN MIN +STATE +CPU\n\/usr\/lib\/firmware\/intel-ucode\/06-5e-03\.initramfs /,
  );
  assert.match(listAt(80, FIRMWARE.slice(2)).replace(/\s+/g, ' '), /1 with a minimum revision that Xen reads and Linux does not\./);
});

test('blob list: what is damaged is told at any width', () => {
  const [intel] = FIRMWARE;
  assert.ok(intel);
  const bytes = intel.bytes.slice();
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  assert.match(listAt(80, [{ file: intel.file, bytes }, ...FIRMWARE.slice(1, 2)]), /bad-data-checksum/);
});

test('columns: none may be left out that is not dispensable, and a right-aligned last one stays so', () => {
  assert.deepEqual(blobTable(ROWS, COLUMNS, 20, PLAIN).leftOut, []);
  const spare = [{ ...COLUMNS[0]! }, COLUMNS[1]!, { ...COLUMNS[3]!, spare: 1 }];
  const { text, leftOut } = blobTable(ROWS, spare, 40, PLAIN);
  assert.deepEqual(leftOut, ['WHY']);
  assert.match(text, /\nb +5\n$/);
  assert.equal(wrapSentence('a few words more', 8), 'a few\nwords\nmore');
  assert.equal(wrapSentence('a few words more', null), 'a few words more');
});

test('blob verify: which lines read a file, which refuse it, and what 6.1 says to damage', () => {
  const file = { file: 'x', format: 'amd', updates: 1, integrity: 'valid', flaw: null, silentlyRefusedBy: [] };
  const said = (one: Partial<VerifiedFile>): string => blobVerifyTable([{ ...file, lateLoaders: null, ...one }], null, PLAIN).split('\n')[1] ?? '';
  assert.match(said({}), /not a file that they open$/);
  assert.match(said({ lateLoaders: { '6.1': null, '6.12': null, '7.2': null } }), /all read it$/);
  const damaged = { '6.1': null, '6.12': 'EBADFD', '7.2': 'EBADFD' };
  assert.match(said({ lateLoaders: damaged, silentlyRefusedBy: ['6.1'] }), /6\.12 and 7\.2 refuse it \(EBADFD\), 6\.1 refuses it but reports success$/);
  assert.match(said({ lateLoaders: damaged }), /6\.12 and 7\.2 refuse it \(EBADFD\), 6\.1 reads it$/);
  assert.match(said({ lateLoaders: { '7.2': 'EBADFD' }, integrity: 'bad-header' }), /7\.2 refuses it \(EBADFD\)$/);
});
