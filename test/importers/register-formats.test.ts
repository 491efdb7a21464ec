import assert from 'node:assert/strict';
import test from 'node:test';
import { detectImporter } from '../../src/importers/index.ts';
import { validators } from '../../src/schema/validate.ts';
import { expectedRegisters, fixture, registers, textInput } from './inputs.ts';

/** Each holds the same CPU in another format. */
const whole: readonly (readonly [file: string, format: string])[] = [
  ['aida64-headed.txt', 'aida64'],
  ['aida64-tabs.txt', 'aida64'],
  ['aida64-blanks.txt', 'aida64'],
  ['aida64-hybrid.txt', 'aida64'],
  ['cpuid-one.txt', 'cpuid'],
  ['cpuid-all.txt', 'cpuid'],
  ['kcpuid.txt', 'kcpuid'],
  ['libvirt.xml', 'libvirt'],
  ['rjcp.xml', 'rjcp'],
  ['hwloc', 'hwloc'],
  ['firecracker-fingerprint.json', 'firecracker'],
];

for (const [file, format] of whole) {
  test(`${file}: format and registers`, async () => {
    const input = fixture(file);
    const importer = await detectImporter(input);
    assert.equal(importer?.id, format);
    const outcome = importer?.import(input);
    assert.deepEqual(outcome?.problems, []);
    assert.equal(outcome?.profiles.length, 1);
    assert.deepEqual(registers(outcome?.profiles[0]?.cpuid), expectedRegisters());
    assert.deepEqual(validators.profile(outcome?.profiles[0]), []);
    assert.equal(outcome?.profiles[0]?.title, 'Synthetic(R) CPU 0042 @ 2.00GHz');
    assert.ok((outcome?.cannotCarry.length ?? 0) > 0, 'says what the format cannot carry');
  });
}

test('libcpuid: arrays end at the highest leaf, whatever stands behind', async () => {
  const input = fixture('libcpuid.test');
  const importer = await detectImporter(input);
  assert.equal(importer?.id, 'libcpuid');
  const outcome = importer?.import(input);
  assert.deepEqual(outcome?.problems, []);
  const found = registers(outcome?.profiles[0]?.cpuid);
  // The arrays have no subleaves of leaf 0xd, and zeros for the leaves between.
  for (const [key, words] of expectedRegisters()) if (!/^(d\.[12]|1a\.0)$/.test(key)) assert.equal(found.get(key), words, key);
  assert.equal(found.has('17.0'), false);
  assert.equal(found.has('80000009.0'), false);
});

test('aida64: MSRs of the CPU, a failed read, the first of samples, revision and platform', async () => {
  const outcome = (await detectImporter(fixture('aida64-headed.txt')))?.import(fixture('aida64-headed.txt'));
  const profile = outcome?.profiles[0];
  assert.deepEqual(profile?.msrs, {
    '0x17': '0x14000000000000',
    '0x1b': '0xfee00900',
    '0x49': null,
    '0x8b': '0x500390100000000',
    '0xe7': '0x1d46cfebc0',
    '0x10a': '0x2b',
  });
  assert.deepEqual(profile?.microcode, { revision: '0x5003901', platformId: 5, perCpu: [{ cpus: [1], revision: '0x5003801' }] });
  assert.deepEqual(profile?.topology, { packages: 1, coresPerPackage: 1, threadsPerCore: 2 });
});

test('aida64: another kind of core, with its own MSRs', async () => {
  const outcome = (await detectImporter(fixture('aida64-hybrid.txt')))?.import(fixture('aida64-hybrid.txt'));
  const [other, ...none] = outcome?.profiles[0]?.otherCores ?? [];
  assert.deepEqual(none, []);
  assert.deepEqual(other?.cpus, [2, 3]);
  assert.equal(registers(other?.cpuid).get('7.0'), '0 239c27eb 818 bc008400');
  assert.deepEqual(other?.msrs, { '0x2a': '0x7', '0x8b': '0x500390100000000' });
});

test('hwloc: files by number, not by name; CPUs that are missing are no trouble', async () => {
  const outcome = (await detectImporter(fixture('hwloc')))?.import(fixture('hwloc'));
  assert.deepEqual(
    outcome?.profiles[0]?.otherCores?.map(({ cpus }) => cpus),
    [[2, 10]],
  );
});

test('rows that only name the CPU make no other kind of core', async () => {
  for (const file of ['aida64-headed.txt', 'cpuid-all.txt', 'rjcp.xml']) {
    const outcome = (await detectImporter(fixture(file)))?.import(fixture(file));
    assert.equal(outcome?.profiles[0]?.otherCores, undefined, file);
  }
});

test('firecracker: kernel, revision and guest MSRs; a template is partial', async () => {
  const fingerprint = (await detectImporter(fixture('firecracker-fingerprint.json')))?.import(fixture('firecracker-fingerprint.json')).profiles[0];
  assert.equal(fingerprint?.microcode.revision, '0x5003901');
  assert.equal(fingerprint?.system?.kernel, '6.1.0-synthetic');
  assert.deepEqual(fingerprint?.msrs, { '0x10a': '0x2b', '0x122': '0x0' });
  assert.equal(fingerprint?.partial, undefined);
  const template = (await detectImporter(fixture('firecracker-template.json')))?.import(fixture('firecracker-template.json')).profiles[0];
  assert.equal(template?.partial, true);
  assert.equal(registers(template?.cpuid).get('7.0'), '0 9 0 0');
  assert.deepEqual(template?.msrs, { '0x10a': '0xb' });
});

test('libvirt XML from before 2016 names the leaf `function`', async () => {
  const old =
    "<cpudata arch='x86'>\n<cpuid function='0x0' eax='0xa' ebx='0x756e6547' ecx='0x6c65746e' edx='0x49656e69'/>\n<cpuid function='0x00000001' eax='0x6f6' ebx='0' ecx='0xe3bd' edx='0xbfebfbff'/>\n</cpudata>\n";
  const input = textInput(old, 'core2.xml');
  const outcome = (await detectImporter(input))?.import(input);
  assert.deepEqual(outcome?.problems, []);
  assert.equal(registers(outcome?.profiles[0]?.cpuid).get('1.0'), '6f6 0 e3bd bfebfbff');
});
