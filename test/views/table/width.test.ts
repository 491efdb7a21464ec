import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { cell, type Section, span } from '../../../src/views/page/page.ts';
import { columnWidths, drawSection } from '../../../src/views/table/draw-section.ts';
import { painter } from '../../../src/views/table/paint.ts';
import { fitting, textWidth } from '../../../src/views/table/width.ts';
import { wrapParagraph } from '../../../src/views/table/wrap.ts';

const cases: readonly (readonly [text: string, width: number])[] = [
  ['', 0],
  ['microcode', 9],
  ['naïve', 5],
  ['漢字', 4],
  ['ｆｕｌｌ', 8],
  ['한글', 4],
  ['👍', 2],
  ['e\u0301', 1],
  ['กำ', 2],
  ['\u{20000}', 2],
  ['→ ├─', 4],
];

for (const [text, width] of cases) test(`${JSON.stringify(text)} fills ${width} cells`, () => assert.equal(textWidth(text), width));

test('fitting() takes as much as fits, at least one character', () => {
  assert.equal(fitting('漢字', 3), '漢');
  assert.equal(fitting('漢字', 1), '漢');
  assert.equal(fitting('abc', 2), 'ab');
  assert.equal(fitting('e\u0301x', 1), 'e\u0301');
});

test('a paragraph is wrapped between words and loses none', () => {
  const words = fc.array(fc.stringMatching(/^[a-z漢]{1,12}$/u), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(words, fc.integer({ min: 2, max: 60 }), (texts, width) => {
      const lines = wrapParagraph([span(texts.join(' '))], width).map((line) => line.spans.map(({ text }) => text).join(''));
      for (const line of lines) assert.ok(textWidth(line) <= width);
      assert.equal(lines.join('').replaceAll(' ', ''), texts.join(''));
      if (texts.every((text) => textWidth(text) <= width)) assert.equal(lines.join(' '), texts.join(' '));
    }),
  );
});

test('tones survive the wrapping', () => {
  const lines = wrapParagraph([span('exposed', 'bad'), span(': VERW clears nothing')], 14);
  assert.deepEqual(lines[0]?.spans, [
    { text: 'exposed', tone: 'bad' },
    { text: ': VERW', tone: 'plain' },
  ]);
  assert.equal(lines.length, 2);
});

function section(rows: number): Section {
  const row = [cell('name'), cell('a long text that goes on and on and on'), cell('short')];
  return { kind: 'section', id: 'x', columns: [{ title: 'NAME' }, { title: 'TEXT', min: 12 }, { title: 'LAST', spare: 1 }], rows: Array(rows).fill(row) };
}

test('the longest text gives way first', () => {
  assert.deepEqual(columnWidths(section(2), 200), [4, 38, 5]);
  assert.deepEqual(columnWidths(section(2), 40), [4, 27, 5]);
  assert.equal(columnWidths(section(2), 20), null);
});

test('a narrow screen drops what is dispensable, then stacks', () => {
  const paint = painter(false);
  assert.deepEqual(drawSection(section(1), 20, paint), ['NAME  TEXT', 'name  a long text', '      that goes on', '      and on and on']);
  assert.deepEqual(drawSection(section(1), 16, paint), [
    'NAME',
    'name',
    '  text  a long',
    '        text',
    '        that',
    '        goes on',
    '        and on',
    '        and on',
    '  last  short',
  ]);
});
