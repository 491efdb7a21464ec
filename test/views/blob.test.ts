import assert from 'node:assert/strict';
import test from 'node:test';
import { blobColumns, type Column, PLAIN } from '../../src/views/blob-columns.ts';
import { rangesOf } from '../../src/views/blob-list.ts';
import { reasonText } from '../../src/views/blob-reasons.ts';

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
