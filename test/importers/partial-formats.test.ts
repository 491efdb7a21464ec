import assert from 'node:assert/strict';
import test from 'node:test';
import type { Profile } from '../../src/data/contract/profile.ts';
import { detectImporter } from '../../src/importers/index.ts';
import { lscpu } from '../../src/importers/lscpu.ts';
import { proc } from '../../src/importers/proc.ts';
import { qemuJson } from '../../src/importers/qemu-json.ts';
import { virsh } from '../../src/importers/virsh.ts';
import { validators } from '../../src/schema/validate.ts';
import { bitOf, fixture, registers, textInput } from './inputs.ts';

const all: readonly (readonly [file: string, format: string])[] = [
  ['cpuinfo', 'proc'],
  ['tree', 'proc'],
  ['lscpu.txt', 'lscpu'],
  ['lscpu.json', 'lscpu'],
  ['qemu.json', 'qemu'],
  ['qemu-feature-words.json', 'qemu'],
  ['virsh-capabilities.xml', 'virsh'],
  ['virsh-domcapabilities.xml', 'virsh'],
];

async function imported(file: string): Promise<Profile> {
  const importer = await detectImporter(fixture(file));
  const outcome = importer?.import(fixture(file));
  assert.deepEqual(outcome?.problems, []);
  assert.equal(outcome?.profiles.length, 1);
  return outcome?.profiles[0] as Profile;
}

for (const [file, format] of all) {
  test(`${file}: found, valid, partial, and says what is missing`, async () => {
    assert.equal((await detectImporter(fixture(file)))?.id, format);
    const profile = await imported(file);
    assert.deepEqual(validators.profile(profile), []);
    assert.equal(profile.partial, true);
    assert.ok((profile.source.notes?.length ?? 0) > 0);
  });
}

test('cpuinfo: vendor, signature, brand, level and flags become registers', async () => {
  const profile = await imported('cpuinfo');
  const found = registers(profile.cpuid);
  assert.equal(found.get('0.0'), '16 756e6547 6c65746e 49656e69');
  assert.match(found.get('1.0') ?? '', /^50657 /);
  assert.equal(profile.title, 'Synthetic(R) CPU 0042 @ 2.00GHz');
  assert.equal(found.get('80000008.0'), '302e 0 0 0');
  assert.equal(found.get('80000000.0'), '80000008 0 0 0');
  // pni, sse4_1, sse2: names that are not the macro in lower case.
  assert.deepEqual([bitOf(profile, 1, 0, 'ecx', 0), bitOf(profile, 1, 0, 'ecx', 19), bitOf(profile, 1, 0, 'edx', 26)], [1, 1, 1]);
  assert.deepEqual([bitOf(profile, 1, 0, 'edx', 21), bitOf(profile, 1, 0, 'edx', 29)], [1, 1], 'dts is DS, tm is ACC');
});

test('cpuinfo: flags that the kernel derives lead back to the bits of the vendor', async () => {
  const profile = await imported('cpuinfo');
  const edx = [26, 27, 31, 10, 29].map((bit) => bitOf(profile, 7, 0, 'edx', bit));
  assert.deepEqual(edx, [1, 1, 1, 1, 1], 'ibrs and ibpb, stibp, ssbd, md_clear, arch_capabilities');
  const amd = (family: number): Profile | undefined =>
    proc.import(
      textInput(`processor : 0\nvendor_id : AuthenticAMD\ncpu family : ${family}\nmodel : 1\nstepping : 1\nflags : fpu ibrs ibpb stibp ssbd\n`, 'cpuinfo'),
    ).profiles[0];
  const bits = (family: number) => [12, 14, 15, 24].map((bit) => bitOf(amd(family), 0x8000_0008, 0, 'ebx', bit));
  assert.deepEqual(bits(0x19), [1, 1, 1, 1]);
  assert.deepEqual(bits(0x17), [1, 1, 1, 0], 'Zen has SSBD through an MSR: nothing is concluded');
  assert.equal(bitOf(amd(0x19), 7, 0, 'edx', 26) ?? 0, 0);
});

test('cpuinfo: the power line gives leaf 0x80000007, the flags the invariant counter', async () => {
  const profile = await imported('cpuinfo');
  assert.equal(registers(profile.cpuid).get('80000007.0'), '0 0 0 301');
});

test('cpuinfo: revision of each CPU, and flags without a bit are named', async () => {
  const profile = await imported('cpuinfo');
  assert.deepEqual(profile.microcode, { revision: '0x5003901', perCpu: [{ cpus: [1], revision: '0x5003801' }] });
  assert.match(profile.source.notes?.join('\n') ?? '', /made_up_flag/);
  assert.deepEqual(profile.topology, { packages: 1, coresPerPackage: 1, threadsPerCore: 2 });
});

test('a tree: what stands in /proc, /sys and /boot beside cpuinfo', async () => {
  const profile = await imported('tree');
  assert.deepEqual(profile.microcode, { revision: '0x5003901', platformId: 5 });
  assert.deepEqual(profile.topology, { packages: 1, coresPerPackage: 1, threadsPerCore: 2, nodes: 2, offline: [2, 3] });
  assert.deepEqual(profile.system, {
    kernel: '6.12.0-synthetic',
    cmdline: 'root=/dev/vda mitigations=auto',
    config: { CONFIG_MICROCODE_LATE_LOADING: 'y', CONFIG_MITIGATION_SLS: 'n' },
    memoryBytes: 536_870_912,
    modules: ['kvm_intel', 'kvm'],
  });
});

test('lscpu: text and JSON say the same', async () => {
  const [text, json] = [await imported('lscpu.txt'), await imported('lscpu.json')];
  assert.deepEqual(json.cpuid, text.cpuid);
  assert.deepEqual(text.topology, { packages: 1, coresPerPackage: 1, threadsPerCore: 2, nodes: 1, offline: [2, 3] });
  assert.deepEqual(json.topology, text.topology);
  assert.equal(text.microcode.revision, '0x0');
  assert.equal(bitOf(text, 7, 0, 'ebx', 5), 1, 'avx2');
});

test('qemu: properties under any of their names, feature MSRs, and several answers in one file', async () => {
  const profile = await imported('qemu.json');
  assert.equal(registers(profile.cpuid).get('0.0'), '16 756e6547 6c65746e 49656e69');
  assert.equal(bitOf(profile, 1, 0, 'ecx', 19), 1, 'sse4-1');
  assert.equal(bitOf(profile, 0x8000_0001, 0, 'edx', 29), 1, 'i64 is lm');
  assert.equal(bitOf(profile, 7, 0, 'ebx', 11) ?? 0, 0, 'rtm is false');
  assert.deepEqual(profile.msrs, { '0x10a': '0x3' });
  assert.match(profile.source.notes?.join('\n') ?? '', /made-up-feature/);
  assert.doesNotMatch(profile.source.notes?.join('\n') ?? '', /kvm_pv_eoi/);
});

test('qemu: the feature words of old versions are registers', async () => {
  const profile = await imported('qemu-feature-words.json');
  const found = registers(profile.cpuid);
  assert.equal(found.get('7.0'), '0 1c2fbb 0 84000000');
  assert.match(found.get('1.0') ?? '', /^50657 0 f7fa3223 0$/);
});

test('virsh: listed features, revision in decimal, signature; a disabled feature is not set', async () => {
  const capabilities = await imported('virsh-capabilities.xml');
  assert.equal(capabilities.microcode.revision, '0x5003901');
  assert.match(registers(capabilities.cpuid).get('1.0') ?? '', /^50657 /);
  assert.deepEqual([bitOf(capabilities, 1, 0, 'edx', 21), bitOf(capabilities, 7, 0, 'edx', 31)], [1, 1]);
  assert.deepEqual(capabilities.msrs, { '0x10a': '0x1' });
  assert.equal(bitOf(capabilities, 1, 0, 'ecx', 5), 0, 'a feature of the guest section is not the host CPU');
  const domain = await imported('virsh-domcapabilities.xml');
  assert.deepEqual([bitOf(domain, 1, 0, 'edx', 27), bitOf(domain, 7, 0, 'edx', 10), bitOf(domain, 7, 0, 'ebx', 11)], [1, 1, 0]);
  assert.match(domain.source.notes?.join('\n') ?? '', /Cascadelake-Server.*\n.*family/);
});

test('what is damaged or not x86 is a problem in words', () => {
  const cases: readonly (readonly [outcome: { problems: readonly { code: string; path: string }[] }, expected: readonly (readonly [string, string])[]])[] = [
    [proc.import(textInput('processor\t: 0\nCPU implementer\t: 0x41\n', 'cpuinfo')), [['not-x86', 'line 1']]],
    [
      proc.import(textInput('processor : 0\nvendor_id : GenuineIntel\ncpu family : six\nmodel : 1\nstepping : 1\nflags : fpu\ngarbage\n', 'cpuinfo')),
      [
        ['damaged-row', 'line 7'],
        ['bad-number', 'line 1'],
      ],
    ],
    [lscpu.import(textInput('Architecture:          aarch64\nByte Order: Little Endian\n')), [['not-x86', 'line 1']]],
    [qemuJson.import(textInput('{ "return": { "model": { "name": "base",\n "props": } } }')), [['bad-json', 'line 2, column 11']]],
    [qemuJson.import(textInput('{ "return": 1 }\n\n{ "return": { "model" : }')), [['bad-json', 'line 3, column 25']]],
    [qemuJson.import(textInput('{ "error": { "class": "GenericError" } }')), [['query-failed', '$.error']]],
    [virsh.import(textInput('<capabilities><host><cpu><arch>s390x</arch><vendor>IBM</vendor></cpu></host></capabilities>')), [['not-x86', 'line 1']]],
  ];
  for (const [outcome, expected] of cases)
    assert.deepEqual(
      outcome.problems.map(({ code, path }) => [code, path]),
      expected,
    );
});
