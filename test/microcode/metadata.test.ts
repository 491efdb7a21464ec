import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { BlobEffect } from '../../src/data/contract/blob.ts';
import { parseMetadata, printMetadata } from '../../src/microcode/metadata.ts';

test('the example of the April 2020 proposal', () => {
  const text = [
    'm + 0x00000122',
    'm - 0x00000120',
    'c + 0x00000007 0x00 0x00000000 0x021cbfbb 0x00000000 0x00000000',
    'c - 0x00000007 0x00 0x00000000 0x021cbfbb 0x00000000 0x00000000',
    '',
  ].join('\n');
  const { effects, problems } = parseMetadata(text);
  assert.deepEqual(problems, []);
  assert.deepEqual(effects.slice(0, 3), [
    { msr: '0x122', exists: true },
    { msr: '0x120', exists: false },
    { bit: 'cpuid:7.0.ebx[0]', change: 'set' },
  ]);
  assert.equal(effects.filter((effect) => 'bit' in effect && effect.change === 'clear').length, 17);
  assert.deepEqual(printMetadata(effects), { text, notCarried: [] });
});

test('blanks, comments, upper case and numbers without 0x are read; anything else is a problem with its line', () => {
  const { effects, problems } = parseMetadata(
    '# made by hand\n\n  m+122\r\nc - 80000021 0 20 0 0 0\nx + 1\nm + 1 2\nc + 7 0 0 0 0\nm + 0x123456789\nc + 7 0 0 0 0 zz\n',
  );
  assert.deepEqual(effects, [
    { msr: '0x122', exists: true },
    { bit: 'cpuid:80000021.0.eax[5]', change: 'clear' },
  ]);
  assert.deepEqual(
    problems.map(({ path }) => path),
    ['line 5', 'line 6', 'line 7', 'line 8', 'line 9'],
  );
});

test('what the form has no words for is handed back', () => {
  const effects: BlobEffect[] = [
    { msr: '0x122', exists: true, value: '0x0' },
    { bit: 'msr:10a[7]', change: 'set' },
    { register: 'cpuid:d.0.ebx', value: '0x440' },
    { behaviour: 'srbds-mitigation-on' },
    { msr: '0x49', writable: '0x81' },
    { bit: 'cpuid:7.0.edx[10]', change: 'set', source: 'x' },
  ];
  const { text, notCarried } = printMetadata(effects);
  assert.equal(text, 'm + 0x00000122\nc + 0x00000007 0x00 0x00000000 0x00000000 0x00000000 0x00000400\n');
  assert.deepEqual(notCarried, effects.slice(0, 5));
});

const bitEffect = fc
  .tuple(
    fc.constantFrom('7.0', '7.1', '80000021.0', 'd.1'),
    fc.constantFrom('eax', 'ebx', 'ecx', 'edx'),
    fc.nat(31),
    fc.constantFrom('set' as const, 'clear' as const),
  )
  .map(([leaf, register, bit, change]): BlobEffect => ({ bit: `cpuid:${leaf}.${register}[${bit}]`, change }));
const msrEffect = fc.tuple(fc.nat(0xffff_ffff), fc.boolean()).map(([index, exists]): BlobEffect => ({ msr: `0x${index.toString(16)}`, exists }));

test('effects the form can carry come back the same, in the same order', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(bitEffect, msrEffect), { maxLength: 30 }), (effects) => {
      const printed = printMetadata(effects);
      assert.deepEqual(printed.notCarried, []);
      assert.deepEqual(parseMetadata(printed.text), { effects, problems: [] });
      assert.equal(printMetadata(parseMetadata(printed.text).effects).text, printed.text);
    }),
  );
});
