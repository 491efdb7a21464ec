import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { validators } from '../../src/schema/validate.ts';
import { validateBlob } from '../../src/schema/validate-blob.ts';
import { validateProfile } from '../../src/schema/validate-profile.ts';
import { validateScenario } from '../../src/schema/validate-scenario.ts';
import { put, sampleBlob, sampleProfile, sampleScenario } from './samples.ts';

type Path = readonly (string | number)[];

const lines = (problems: readonly { code: string; path: string; expected: string; got: string }[]): string[] =>
  problems.map(({ code, path, expected, got }) => `${code} ${path}: expected ${expected}, got ${got}`);

test('the samples are valid', () => {
  assert.deepEqual(validateProfile(sampleProfile()), []);
  assert.deepEqual(validateBlob(sampleBlob()), []);
  assert.deepEqual(validateScenario(sampleScenario()), []);
  assert.deepEqual(validateScenario({ ...sampleScenario(), profile: sampleProfile(), blob: 'name' }), []);
});

const row = { leaf: '0x07', subleaf: '0x0', eax: '0x0', ebx: '0x0', ecx: '0x0', edx: '0x0' };
const hex32 = 'a 32-bit value as text, such as "0x1f"';

/** One mistake each: exactly one problem, at its place, in words. */
const profileMistakes: readonly (readonly [path: Path, value: unknown, problem: string])[] = [
  [['id'], undefined, 'missing-key $.id: expected a value (the key is required), got nothing'],
  [['id'], ' ', 'bad-format $.id: expected text that is not empty, got " "'],
  [['microcode'], undefined, 'missing-key $.microcode: expected a value (the key is required), got nothing'],
  [['cpuid', 1, 'eax'], 22, `wrong-type $.cpuid[1].eax: expected ${hex32}, got 22`],
  [['cpuid', 1, 'eax'], Number.NaN, `wrong-type $.cpuid[1].eax: expected ${hex32}, got NaN`],
  [['cpuid', 1, 'eax'], '16', `bad-format $.cpuid[1].eax: expected ${hex32}, got "16"`],
  [['cpuid', 1, 'eax'], '0x1ffffffff', 'register-too-wide $.cpuid[1].eax: expected at most 32 bits, got "0x1ffffffff"'],
  [['cpuid', 1], 7, 'wrong-type $.cpuid[1]: expected an object, got 7'],
  [['cpuid', 2], row, 'duplicate-leaf $.cpuid[2]: expected each leaf and subleaf once (row 1 has it), got leaf 0x7 subleaf 0x0 again'],
  [['cpuid'], {}, 'wrong-type $.cpuid: expected a list, got an object'],
  [['msrs', '0x10A'], '0x0', 'duplicate-msr $.msrs["0x10A"]: expected each MSR under one key, got the MSR of "0x10a" again'],
  [['msrs', '0x10a'], '0x1ffffffffffffffff', 'value-too-wide $.msrs["0x10a"]: expected at most 64 bits, got "0x1ffffffffffffffff"'],
  [['msrs', '0x10a'], 8192, 'wrong-type $.msrs["0x10a"]: expected a 64-bit value as text, such as "0x1f", or null, got 8192'],
  [['msrs', '10a'], '0x0', 'bad-format $.msrs["10a"]: expected the index of an MSR, such as "0x10a", got "10a"'],
  [['absentMsrs'], 'no', 'not-one-of $.absentMsrs: expected one of "unknown", "zero", "fault", got "no"'],
  [['microcode', 'platformId'], 8, 'out-of-range $.microcode.platformId: expected a whole number from 0 to 7, got 8'],
  [['microcode', 'revision'], '0x1000000c6', 'register-too-wide $.microcode.revision: expected at most 32 bits, got "0x1000000c6"'],
  [['topology', 'threadsPerCore'], 1.5, 'wrong-type $.topology.threadsPerCore: expected a whole number from 1 to 65536, got 1.5'],
  [['system', 'memoryBytes'], Number.POSITIVE_INFINITY, 'wrong-type $.system.memoryBytes: expected a whole number, zero or more, got Infinity'],
  [['system', 'guests', 1], { name: 'web-1' }, 'duplicate-name $.system.guests[1].name: expected a name that no other entry has, got "web-1"'],
  [['otherCores', 0, 'cpus'], [16, 16], 'duplicate-cpu $.otherCores[0].cpus[1]: expected each CPU once, got CPU 16 again'],
  [['schema'], 'cpueval/profile/2', 'wrong-value $.schema: expected "cpueval/profile/1", got "cpueval/profile/2"'],
];

for (const [path, value, problem] of profileMistakes) {
  test(`profile: ${problem}`, () => assert.deepEqual(lines(validateProfile(put(sampleProfile(), path, value))), [problem]));
}

const bitForm = 'a bit such as "cpuid:7.0.edx[10]" or "msr:10a[17]"';
const blobMistakes: readonly (readonly [path: Path, value: unknown, problem: string])[] = [
  [['revision'], undefined, 'missing-key $.revision: expected a value (the key is required), got nothing'],
  [['applies'], [], 'too-few $.applies: expected at least 1 entry, got an empty list'],
  [['date'], '12.08.2025', 'bad-format $.date: expected a date such as "2025-08-12", got "12.08.2025"'],
  [['file', 'state'], 'absnt', 'not-one-of $.file.state: expected one of "present", "absent", got "absnt"'],
  [['file', 'digest'], 'AB', 'bad-format $.file.digest: expected a sha256 as 64 lower-case hexadecimal digits, got "AB"'],
  [['effects', 0, 'bit'], 'edx[10]', `bad-format $.effects[0].bit: expected ${bitForm}, got "edx[10]"`],
  [
    ['effects', 0, 'bit'],
    'cpuid:7.0.edx[32]',
    'bit-out-of-range $.effects[0].bit: expected a leaf and subleaf of 32 bits and a bit from 0 to 31, got "cpuid:7.0.edx[32]"',
  ],
  [['effects', 0, 'bit'], 'msr:10a[64]', 'bit-out-of-range $.effects[0].bit: expected an MSR index of 32 bits and a bit from 0 to 63, got "msr:10a[64]"'],
  [['effects', 0, 'change'], 'on', 'not-one-of $.effects[0].change: expected one of "set", "clear", got "on"'],
  [['effects', 0, 'change'], undefined, 'missing-key $.effects[0].change: expected a value (the key is required), got nothing'],
  [['effects', 0, 'bit'], undefined, 'unknown-variant $.effects[0]: expected one of the keys bit, msr, register and behaviour, got none of them'],
  [['effects', 0, 'msr'], '0x49', 'ambiguous-variant $.effects[0]: expected one of the keys bit, msr, register, behaviour, got bit and msr'],
  [['effects', 3, 'writable'], undefined, 'empty-effect $.effects[3]: expected exists, value or writable beside msr, got none of them'],
  [['effects', 2, 'exists'], false, 'contradiction $.effects[2]: expected no value or writable for an MSR that does not exist, got value'],
  [['effects', 4, 'value'], '0x100000000', 'register-too-wide $.effects[4].value: expected at most 32 bits, got "0x100000000"'],
  [['effects', 4, 'register'], 'd.0.ebx', 'bad-format $.effects[4].register: expected a register such as "cpuid:d.0.ebx", got "d.0.ebx"'],
  [['effects', 5], 'x', 'wrong-type $.effects[5]: expected an object, got "x"'],
  [
    ['effects', 6],
    { bit: 'cpuid:07.0.edx[10]', change: 'clear' },
    'contradiction $.effects[6]: expected no contradiction to effects[0], got cpuid:7.0.edx[10] set and cleared',
  ],
  [['effects', 6], { msr: '0x10A', value: '0x80' }, 'contradiction $.effects[6]: expected no contradiction to effects[1], got msr:10a[7] set and cleared'],
  [['effects', 6], { msr: '0x10a', exists: false }, 'contradiction $.effects[6]: expected no contradiction to effects[1], got msr:10a exists and does not'],
  [
    ['effects', 6],
    { bit: 'cpuid:d.0.ebx[6]', change: 'clear' },
    'contradiction $.effects[6]: expected no contradiction to effects[4], got cpuid:d.0.ebx[6] set and cleared',
  ],
  [['effects', 6], { msr: '0x122', value: '0x2' }, 'contradiction $.effects[6]: expected no contradiction to effects[2], got msr:122 = 0x0 and 0x2'],
];

for (const [path, value, problem] of blobMistakes) {
  test(`blob: ${problem}`, () => assert.deepEqual(lines(validateBlob(put(sampleBlob(), path, value))), [problem]));
}

test('blob: an absent file needs neither revision nor applies', () => {
  assert.deepEqual(validateBlob({ schema: 'cpueval/blob/1', id: 'none', vendor: 'GenuineIntel', effects: [], file: { state: 'absent' } }), []);
});

test('blob: effects that agree, or that are for different times, are no contradiction', () => {
  const effects = [
    { bit: 'msr:10a[7]', change: 'set' },
    { bit: 'msr:10a[7]', change: 'set' },
    { msr: '0x10a', value: '0x80' },
    { bit: 'msr:48[1]', change: 'set', when: 'at-load' },
    { bit: 'msr:48[1]', change: 'clear', when: 'after-reset' },
    { msr: '0x48', writable: '0x7' },
  ];
  assert.deepEqual(validateBlob({ ...sampleBlob(), effects }), []);
});

test('scenario: mistakes inside an inline profile have its path', () => {
  const scenario = { ...sampleScenario(), profile: put(sampleProfile(), ['cpuid', 2], row) };
  assert.deepEqual(
    validateScenario(scenario).map(({ code, path }) => [code, path]),
    [['duplicate-leaf', '$.profile.cpuid[2]']],
  );
});

test('scenario: a load needs an update, an event a known type', () => {
  const none = put(sampleScenario(), ['blob'], undefined);
  assert.deepEqual(lines(validateScenario(none)), ['missing-key $.blob: expected a value (events[2] loads an update), got nothing']);
  assert.deepEqual(
    validateScenario(put(sampleScenario(), ['events', 0, 'type'], 'boots')).map(({ code, path }) => [code, path]),
    [['not-one-of', '$.events[0].type']],
  );
});

test('every problem of a file is named, and after 100 how many more', () => {
  const cpuid = Array.from({ length: 250 }, (_, index) => ({ ...row, leaf: `0x${(index + 16).toString(16)}`, eax: index }));
  const problems = validateProfile({ ...sampleProfile(), cpuid });
  assert.equal(problems.length, 101);
  assert.deepEqual(problems[100], { code: 'more-problems', path: '$', expected: 'at most 100 problems', got: '150 more' });
});

test('what is no object at all is one problem', () => {
  for (const value of [null, undefined, 3, 'x', [], true, 10n]) {
    for (const [name, validate] of Object.entries(validators)) assert.equal(validate(value).length, 1, `${name}: ${String(value)}`);
  }
});

test('a document of another kind is one problem', () => {
  assert.deepEqual(lines(validateBlob(sampleProfile())), ['wrong-value $.schema: expected "cpueval/blob/1", got "cpueval/profile/1"']);
});

/** Any JSON at any place of a valid document. */
const places: readonly Path[] = [
  ['id'],
  ['cpuid'],
  ['cpuid', 0],
  ['cpuid', 1, 'leaf'],
  ['msrs'],
  ['msrs', '0x10a'],
  ['microcode'],
  ['otherCores', 0],
  ['system'],
  ['system', 'guests', 0],
];
const blobPlaces: readonly Path[] = [
  ['applies'],
  ['applies', 0],
  ['effects'],
  ['effects', 0],
  ['effects', 2],
  ['effects', 4, 'register'],
  ['file'],
  ['file', 'state'],
];

test('whatever stands wherever, there are problems and no throw', () => {
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.jsonValue(), fc.anything(), (path, json, anything) => {
      for (const value of [json, anything]) assert.ok(validateProfile(put(sampleProfile(), path, value)).length <= 101);
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...blobPlaces), fc.jsonValue(), fc.anything(), (path, json, anything) => {
      for (const value of [json, anything]) assert.ok(validateBlob(put(sampleBlob(), path, value)).length <= 101);
    }),
  );
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const validate of Object.values(validators)) assert.ok(validate(value).length >= 1);
    }),
  );
});

const goldens = join(import.meta.dirname, '../../../shared/goldens');

test('profiles and blobs of all recordings are valid', { skip: existsSync(goldens) ? false : 'no recordings (../shared/goldens)' }, (t) => {
  const files = readdirSync(goldens, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  let documents = 0;
  for (const file of files) {
    const recording = JSON.parse(readFileSync(join(goldens, file), 'utf8')) as { profile?: unknown; blob?: unknown };
    if (recording.profile) assert.deepEqual(validateProfile(recording.profile), [], file);
    if (recording.blob) assert.deepEqual(validateBlob(recording.blob), [], file);
    documents += Number(recording.profile !== undefined) + Number(recording.blob !== undefined);
  }
  assert.ok(documents > 100, `${documents} documents`);
  t.diagnostic(`${documents} documents of ${files.length} recordings`);
});
