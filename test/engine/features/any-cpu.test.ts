import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { capsNow, flagsOf, identifySecondary } from '../../../src/engine/features/index.ts';
import { bootFeatures, LINES, type Line, type MadeUpCpu } from './synthetic-boot.ts';

const LEAVES = [
  '1.0',
  '7.0',
  '7.1',
  '7.2',
  'd.0',
  'd.1',
  'd.2',
  'd.9',
  '4.0',
  '6.0',
  'a.0',
  'b.0',
  'b.1',
  '12.0',
  '15.0',
  '1a.0',
  '80000001.0',
  '80000007.0',
  '80000008.0',
  '8000000a.0',
  '8000001e.0',
  '8000001f.0',
  '80000021.0',
  'c0000000.0',
  'c0000001.0',
];
const MSRS = [0x33, 0x3a, 0x49, 0x4e, 0xce, 0xcf, 0x10a, 0x10f, 0x122, 0x123, 0x1a0, 0x480, 0x48c, 0x982, 0xc0010010, 0xc0010015, 0xc0010114, 0xc0011029];

const register = fc.oneof(fc.constant(0), fc.constant(0xffff_ffff), fc.nat(0xffff_ffff));
const anyCpu: fc.Arbitrary<MadeUpCpu> = fc.record({
  vendor: fc.constantFrom('GenuineIntel', 'AuthenticAMD', 'HygonGenuine', 'CentaurHauls', '  Shanghai  ', 'Nobody\0knows'),
  family: fc.constantFrom(4, 5, 6, 7, 0xf, 0x10, 0x15, 0x17, 0x19, 0x1a, 0x2b),
  model: fc.nat(0xff),
  stepping: fc.nat(0xf),
  revision: register,
  level: fc.constantFrom(0, 1, 4, 0xd, 0x1f, 0xffff_ffff),
  extendedLevel: fc.constantFrom(0, 0x8000_0001, 0x8000_0026, 0xffff_ffff),
  registers: fc.dictionary(fc.constantFrom(...LEAVES.flatMap((leaf) => ['eax', 'ebx', 'ecx', 'edx'].map((name) => `${leaf}.${name}`))), register, {
    maxKeys: 40,
  }),
  msrs: fc.dictionary(fc.constantFrom(...MSRS.map(String)), fc.option(fc.bigInt(0n, (1n << 64n) - 1n), { nil: null }), { maxKeys: 12 }),
  absentMsrs: fc.constantFrom('zero', 'unknown', 'fault'),
});
const anyOptions = fc.array(
  fc.constantFrom('nosmt', 'noxsave', 'nopcid', 'clearcpuid=fpu,1,md_clear', 'setcpuid=avx2,33', 'tsx=auto', 'maxcpus=1', 'nopku', 'no5lvl'),
  { maxLength: 4 },
);

test('any registers boot on any line, without an exception and the same way twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom<Line>(...LINES), anyCpu, anyOptions, async (line, cpu, options) => {
      const cmdline = options.join(' ');
      const first = await bootFeatures(line, cpu, { cmdline });
      const second = await bootFeatures(line, cpu, { cmdline });
      assert.deepEqual([first.flags, first.bugs, first.vmx], [second.flags, second.bugs, second.vmx]);
      assert.equal(new Set(first.flags).size, first.flags.length, 'no flag twice');
      const { b } = first;
      for (let word = 0; word < b.tables.ncapints; word++)
        assert.equal(b.cpu.words[word]! & b.cleared[word]! & ~b.forced[word]!, 0, 'what is cleared for good is clear');
      const before = b.cpu.words.slice();
      assert.deepEqual(capsNow(b, b.silicon), capsNow(b, b.silicon));
      assert.deepEqual(b.cpu.words, before, 'capsNow only looks');
      flagsOf(b.tables, identifySecondary(b, b.silicon, 1));
      for (let word = 0; word < b.tables.ncapints; word++)
        assert.equal(b.cpu.words[word]! & ~(before[word]! | b.forced[word]!), 0, 'another CPU never adds what is not forced');
    }),
    { numRuns: 150 },
  );
});
