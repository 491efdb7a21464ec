import assert from 'node:assert/strict';
import test from 'node:test';
import { codenameOf, partNumber } from '../../../src/engine/silicon/codename.ts';

const cases: readonly (readonly [vendor: string, family: number, model: number, stepping: number, codename: string | null])[] = [
  ['GenuineIntel', 6, 0x5e, 3, 'Skylake'],
  ['GenuineIntel', 6, 0x55, 4, 'Skylake-SP'],
  ['GenuineIntel', 6, 0x55, 7, 'Cascade Lake-SP'],
  ['GenuineIntel', 6, 0x55, 11, 'Cooper Lake-SP'],
  ['GenuineIntel', 6, 0x55, 9, 'Skylake-SP / Cascade Lake-SP / Cooper Lake-SP'],
  ['GenuineIntel', 6, 0x8f, 8, 'Sapphire Rapids'],
  ['GenuineIntel', 6, 0x9e, 13, 'Coffee Lake Refresh'],
  ['GenuineIntel', 6, 0xff, 0, null],
  ['AuthenticAMD', 0x17, 0x31, 0, 'Rome / Castle Peak'],
  ['AuthenticAMD', 0x19, 0x01, 1, 'Milan / Milan-X'],
  ['AuthenticAMD', 0x19, 0x11, 1, 'Genoa / Genoa-X'],
  ['AuthenticAMD', 0x19, 0xef, 1, 'Zen 3 or Zen 4'],
  ['AuthenticAMD', 0x1a, 0x44, 0, 'Granite Ridge'],
  ['AuthenticAMD', 5, 10, 2, 'Geode LX'],
  ['HygonGenuine', 0x18, 0, 1, 'Dhyana'],
  ['CentaurHauls', 7, 0x3b, 0, 'KX-6000 / KH-30000'],
  ['Shanghai', 7, 0x3b, 0, 'KX-6000 / KH-30000'],
  ['NobodysCPU', 6, 0x5e, 3, null],
];

for (const [vendor, family, model, stepping, codename] of cases) {
  test(`${vendor} ${partNumber(family, model, stepping)} is ${codename}`, () => {
    assert.equal(codenameOf(family, model, stepping, vendor), codename);
  });
}

test('part numbers are written as Intel names its files', () => {
  assert.equal(partNumber(6, 0x55, 7), '06-55-07');
  assert.equal(partNumber(0xf, 2, 10), '0f-02-0a');
});
