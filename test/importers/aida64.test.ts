import assert from 'node:assert/strict';
import test from 'node:test';
import { aida64 } from '../../src/importers/aida64.ts';
import { registers, textInput } from './inputs.ts';

const LEAF0 = '00000007-756E6547-6C65746E-49656E69';
const LEAF1 = '00050657-00100800-7FFEFBFF-BFEBFBFF';

const rowsOf = (text: string): Map<string, string> =>
  registers(aida64.import(textInput(`CPUID 00000000: ${LEAF0}\nCPUID 00000001: ${LEAF1}\n${text}`)).profiles[0]?.cpuid);

test('the forms of a row', () => {
  const forms = [
    'CPUID 00000007: 00000002-239C27EB-9AC027AC-FC1C4410 [SL 00]',
    'CPUID 00000007: 00000002-239C27EB-9AC027AC-FC1C4410 [SL 00] [SMEP] and a remark',
    'CPUID 00000007  \t00000002-239C27EB-9AC027AC-FC1C4410',
    'CPUID 00000007 00000002-239C27EB-9AC027AC-FC1C4410',
    'CPUID 00000007 :00000002-239C27EB-9AC027AC-FC1C4410 ',
    'CPUID 00000007 : 00000002 239C27EB 9AC027AC FC1C4410',
    'CPUID 00000007: 00000002-239c27eb-9ac027ac-fc1c4410\t[30GHz',
  ];
  for (const form of forms) assert.equal(rowsOf(form).get('7.0'), '2 239c27eb 9ac027ac fc1c4410', form);
});

test('a leaf that is repeated without [SL nn] counts its subleaf up, also behind one that has it', () => {
  const text = ['[SL 00]', '', ''].map((sl, n) => `CPUID 0000000D: 0000000${n}-00000000-00000000-00000000 ${sl}`).join('\n');
  const found = rowsOf(text);
  assert.deepEqual(
    ['d.0', 'd.1', 'd.2'].map((key) => found.get(key)),
    ['0 0 0 0', '1 0 0 0', '2 0 0 0'],
  );
  assert.equal(rowsOf('CPUID 0000000D: 00000010-00000000-00000000-00000000 [SL 0B]').get('d.b'), '10 0 0 0', 'subleaves are hexadecimal');
});

const block = (apic: string, seven = '00000000'): string =>
  `CPUID 00000000: ${LEAF0}\nCPUID 00000001: 00050657-${apic}100800-7FFEFBFF-BFEBFBFF\nCPUID 00000007: 00000000-${seven}-00000000-00000000\n`;

test('every kind of heading begins a CPU, and leaf 0 does without one', () => {
  const headings: readonly (readonly [string, string])[] = [
    ['------[ CPUID Registers / Logical CPU #0 ]------\n', '------[ CPUID Registers / Logical CPU #1 ]------\n'],
    ['------[ Logical CPU #0 ]------\n', '------[ Logical CPU #1 ]------\n'],
    ['CPUID Registers (CPU #1):\n', 'CPUID Registers (CPU #2 Virtual):\n'],
    ['CPU#000 AffMask: 0x0000000000000001 \n', 'CPU#001 AffMask: 0x0000000000000002 \n'],
    ['CPU#000 AffMask: 0x0000000000000001\n', 'CPU#000 AffMask: 0x0000000000000002\n'],
    ['Group: 0x00 Affinity mask: 0x0000000000000001\n', 'Group: 0x00 Affinity mask: 0x0000000000000002\n'],
    ['', ''],
  ];
  for (const [first, second] of headings) {
    const outcome = aida64.import(textInput(`${first}${block('00')}\n${second}${block('01', '00000001')}`));
    assert.deepEqual(outcome.problems, [], first);
    assert.equal(outcome.profiles.length, 1, first);
    assert.deepEqual(
      outcome.profiles[0]?.otherCores?.map(({ cpus }) => cpus),
      [[1]],
      first,
    );
  }
});

test('two reports in one file are two machines', () => {
  const report = `------[ CPUID Registers / Logical CPU #0 ]------\n${block('00')}`;
  const outcome = aida64.import(textInput(report + report, 'both.txt'));
  assert.deepEqual(
    outcome.profiles.map(({ id }) => id),
    ['both-1', 'both-2'],
  );
});

test('UTF-16, as PowerShell writes it', () => {
  const text = block('00');
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  assert.equal(aida64.import(textInput(bytes)).profiles[0]?.cpuid.length, 3);
  assert.equal(aida64.import(textInput(Buffer.from(text, 'utf16le'))).profiles[0]?.cpuid.length, 3, 'without its mark');
});

test('damage is named with its line, and the rest is read', () => {
  const text = `${block('00')}CPUID 0000000D: 0000000Z-00000000-00000000-00000000\nMSR 0000010A: 0000-0000-0000\nCPUID CPU Name    : 12th Gen\nMSR Registers:\nCPUID 0000`;
  const outcome = aida64.import(textInput(text, 'broken.txt'));
  assert.deepEqual(
    outcome.problems.map(({ code, file, path }) => [code, file, path]),
    [
      ['damaged-row', 'broken.txt', 'line 4'],
      ['damaged-row', 'broken.txt', 'line 5'],
      ['damaged-row', 'broken.txt', 'line 8'],
    ],
  );
  assert.equal(outcome.profiles[0]?.cpuid.length, 3);
});

test('a row with other values again, a CPU of another vendor, and missing leaves are problems', () => {
  const again = aida64.import(textInput(`${block('00')}CPUID 00000007: 00000001-00000000-00000000-00000000 [SL 00]\n`));
  assert.deepEqual(
    again.problems.map(({ code, path }) => [code, path]),
    [['row-repeated', 'line 4']],
  );
  const amd = 'CPUID 00000000: 00000001-68747541-444D4163-69746E65\nCPUID 00000001: 00A20F12-00100800-7EF8320B-178BFBFF\n';
  const mixed = aida64.import(textInput(`------[ Logical CPU #0 ]------\n${block('00')}------[ Logical CPU #1 ]------\n${amd}`));
  assert.deepEqual(
    mixed.problems.map(({ code, path }) => [code, path]),
    [['mixed-machines', 'line 6']],
  );
  assert.equal(mixed.profiles.length, 2);
  const other = block('01').replace('00050657', '000906EA');
  const models = aida64.import(textInput(`------[ Logical CPU #0 ]------\n${block('00')}------[ Logical CPU #1 ]------\n${other}`));
  assert.deepEqual(
    models.problems.map(({ code, path, got }) => [code, path, got]),
    [['mixed-machines', 'line 6', 'family 6 model 158']],
  );
  const headless = aida64.import(textInput('CPUID 00000007: 00000001-00000000-00000000-00000000\n'));
  assert.deepEqual(
    headless.problems.map(({ code }) => code),
    ['leaf-missing', 'leaf-missing'],
  );
});

test('the revision of AMD stands in the low half of MSR 0x8b', () => {
  const amd = 'CPUID 00000000: 00000001-68747541-444D4163-69746E65\nCPUID 00000001: 00A20F12-00100800-7EF8320B-178BFBFF\nMSR 0000008B: 0000-0000-0A20-1210\n';
  assert.deepEqual(aida64.import(textInput(amd)).profiles[0]?.microcode, { revision: '0xa201210' });
});
