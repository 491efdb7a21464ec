import assert from 'node:assert/strict';
import test from 'node:test';
import { cpuidBits, msrBits, msrNames } from '../../../src/data/bits/index.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';

const CPUID_REF = /^cpuid:(0|[1-9a-f][0-9a-f]{0,7})\.(0|[1-9a-f][0-9a-f]*)\.(eax|ebx|ecx|edx)\[(\d|[12]\d|3[01])\]$/;
const MSR_REF = /^msr:(0|[1-9a-f][0-9a-f]{0,7})\[(\d|[1-5]\d|6[0-3])\]$/;

/** @returns values that stand more than once in the list */
function twice(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.has(value) || !seen.add(value));
}

test('references are well formed and each stands once', () => {
  assert.deepEqual(
    cpuidBits.filter((row) => !CPUID_REF.test(row.ref)).map((row) => row.ref),
    [],
  );
  assert.deepEqual(
    msrBits.filter((row) => !MSR_REF.test(row.ref)).map((row) => row.ref),
    [],
  );
  assert.deepEqual(twice([...cpuidBits, ...msrBits].map((row) => row.ref)), []);
});

test('a CPUID name means one bit, an MSR name one bit of that MSR', () => {
  assert.deepEqual(twice(cpuidBits.map((row) => row.name)), []);
  assert.deepEqual(twice(msrBits.map((row) => `${row.ref.split('[')[0]} ${row.name}`)), []);
});

test('names are upper case, foreign names are lower case and unique, texts are short', () => {
  for (const row of [...cpuidBits, ...msrBits]) {
    assert.match(row.name, /^[A-Z0-9][A-Z0-9_]*$/, row.ref);
    for (const foreign of [row.libvirt, row.qemu]) if (foreign !== null) assert.match(foreign, /^[a-z0-9][a-z0-9._-]*$/, row.ref);
    assert.ok(row.text.length > 1 && row.text.length < 90, row.ref);
  }
  for (const column of ['libvirt', 'qemu'] as const) {
    assert.deepEqual(twice([...cpuidBits, ...msrBits].flatMap((row) => row[column] ?? [])), [], column);
  }
});

test('the MSRs that have bits have names, and the VMX capability MSRs too', () => {
  const indexes = msrBits.map((row) => row.ref.slice(4, row.ref.indexOf('[')));
  for (let index = 0x480; index <= 0x492; index++) indexes.push(index.toString(16));
  assert.deepEqual(
    indexes.filter((index) => msrNames[index] === undefined),
    [],
  );
});

test('bits that vulnerability reports turn on stand where the vendors put them', () => {
  const ref = (name: string): string | undefined => cpuidBits.find((row) => row.name === name)?.ref;
  assert.equal(ref('MD_CLEAR'), 'cpuid:7.0.edx[10]');
  assert.equal(ref('SPEC_CTRL'), 'cpuid:7.0.edx[26]');
  assert.equal(ref('BHI_CTRL'), 'cpuid:7.2.edx[4]');
  assert.equal(ref('VERW_CLEAR'), 'cpuid:80000021.0.eax[5]');
  assert.equal(ref('TSA_L1_NO'), 'cpuid:80000021.0.ecx[2]');
  const arch = (name: string): string | undefined => msrBits.find((row) => row.ref.startsWith('msr:10a') && row.name === name)?.ref;
  assert.equal(arch('FB_CLEAR'), 'msr:10a[17]');
  assert.equal(arch('TSX_CTRL_MSR'), 'msr:10a[7]');
  assert.equal(arch('ITS_NO'), 'msr:10a[62]');
  assert.equal(msrNames['10a'], 'IA32_ARCH_CAPABILITIES');
});

/** Older names of the same bits: a scattered one that 7.2 renamed, and one that only KVM named in 6.1. */
const RENAMED: Readonly<Record<string, string>> = { FAST_CPPC: 'AMD_FAST_CPPC', PSFD: 'AMD_PSFD' };
/** KVM's registers are named as recordings name them: without a subleaf where the leaf has none. */
const withSubleaf = (register: string): string => (register.split('.').length === 2 ? register.replace('.', '.0.') : register);
const linuxAt = new Map(cpuidBits.map((row) => [row.ref, row.linux]));

for (const { line, load, loadKvm } of kernelLines) {
  test(`every CPUID bit that Linux ${line} knows is listed under the kernel's name`, async () => {
    const { tables } = await load();
    const { kvm } = await loadKvm();
    const wanted: (readonly [ref: string, feature: string])[] = [];
    const words = new Map(tables.words.map(([word, leaf, subleaf, register]) => [word, `${leaf.toString(16)}.${subleaf.toString(16)}.${register}`]));
    for (const [name, bit] of tables.features) {
      const register = words.get(bit >> 5);
      if (register) wanted.push([`cpuid:${register}[${bit & 31}]`, name]);
    }
    for (const [name, register, bit, leaf, subleaf] of tables.scattered)
      wanted.push([`cpuid:${leaf.toString(16)}.${subleaf.toString(16)}.${register}[${bit}]`, name]);
    for (const word of kvm.words) {
      // AMD repeats features of leaf 1 in 0x80000001; the kernel has no name for the repetition
      for (const [name, bit, kind] of word.bits) if (kind !== 'ALIASED_1_EDX_F') wanted.push([`cpuid:${withSubleaf(word.register)}[${bit}]`, name]);
    }
    assert.ok(wanted.length > 300, `${wanted.length} bits`);
    // 6.1's KVM writes BIT(n) for bits that have no name yet
    const wrong = wanted.filter(([ref, name]) => (/^BIT_\d+$/.test(name) ? !linuxAt.has(ref) : linuxAt.get(ref) !== (RENAMED[name] ?? name)));
    assert.deepEqual(wrong, []);
  });
}

test('every kernel name in the list is a feature of one of the lines', async () => {
  const known = new Set<string>();
  for (const { load, loadKvm } of kernelLines) {
    for (const [name] of (await load()).tables.features) known.add(name);
    for (const word of (await loadKvm()).kvm.words) for (const [name] of word.bits) known.add(name);
  }
  assert.deepEqual(
    cpuidBits.filter((row) => row.linux !== null && !known.has(row.linux)).map((row) => row.linux),
    [],
  );
});
