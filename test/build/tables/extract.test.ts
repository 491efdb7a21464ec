import assert from 'node:assert/strict';
import test from 'node:test';
import { extract } from '../../../src/build/tables/extract.ts';
import { fixtureFiles, fixtureTree } from './fixture-tree.ts';

const any = { vendor: null, family: null, model: null, steppings: null, feature: null, type: null };
const { tables, kvm } = extract(fixtureTree(), '9.8');

test('features, bugs and vmx features with bit and printed name', () => {
  assert.equal(tables.release, '9.8.7');
  assert.deepEqual([tables.ncapints, tables.nbugints], [4, 1]);
  assert.deepEqual(tables.features, [
    ['FPU', 0, 'fpu'],
    ['MD_CLEAR', 42, 'md_clear'],
    ['HIDDEN', 43, null],
    ['3DNOW', 95, '3dnow'],
    ['APX', 101, 'apx'],
    ['AMD_PPIN', 71, 'amd_ppin'],
  ]);
  assert.deepEqual(tables.bugs, [['MDS', 3, 'mds']]);
  assert.deepEqual(tables.vmxFeatures, [
    ['EPT', 65, 'ept'],
    ['EXIT', 39, null],
  ]);
});

test('older lines print the macro name, and "" hides it', () => {
  const old = fixtureTree({
    'arch/x86/kernel/cpu/mkcapflags.sh': '\t\t[ -z "$VALUE" ] && VALUE="\\"$NAME\\""\n',
    'arch/x86/include/asm/cpufeatures.h': `${fixtureFiles['arch/x86/include/asm/cpufeatures.h']}\n#define X86_FEATURE_SECRET ( 1*32+12) /* "" kept quiet */\n`,
  });
  const flags = new Map(extract(old, '9.8').tables.features.map(([name, , flag]) => [name, flag]));
  assert.equal(flags.get('HIDDEN'), 'hidden');
  assert.equal(flags.get('SECRET'), null);
});

test('words, scattered bits, dependencies, levels', () => {
  assert.deepEqual(tables.words, [
    [0, 1, 0, 'edx'],
    [1, 7, 0, 'edx'],
    [2, 0x80000001, 0, 'edx'],
  ]);
  assert.deepEqual(tables.scattered, [['APX', 'edx', 21, 7, 1]]);
  assert.deepEqual(tables.dependencies, [['APX', 'FPU']]);
  assert.deepEqual(tables.levels, [['APX', 0xd]]);
});

test('vulnerability lists: zero is a wildcard, flags keep their names', () => {
  assert.deepEqual(tables.whitelist, [
    [{ ...any, vendor: 'INTEL', family: 6, model: 0x5e }, ['NO_SPECULATION', 'NO_SSB']],
    [{ ...any, vendor: 'AMD' }, ['NO_SSB']],
  ]);
  assert.deepEqual(tables.blacklist, [[{ ...any, vendor: 'INTEL', family: 6, model: 0x55, steppings: 0x3f }, ['MDS_BIT']]]);
});

test('match tables: features, pointers, and revisions out of a switch', () => {
  assert.deepEqual(tables.matchTables.ppin_cpuids, [[{ ...any, feature: 'AMD_PPIN' }, 0]]);
  assert.deepEqual(tables.matchTables.amd_tsa_microcode, [[{ ...any, vendor: 'AMD', family: 0x19, model: 0x7c, steppings: 1 }, 0x0a70c008]]);
  assert.deepEqual(tables.modelRanges, {
    bsp_init_amd: [
      [0x17, 0, 0x2ff, 'ZEN1'],
      [0x17, 0x500, 0x5ff, 'ZEN1'],
      [0x17, 0x300, 0x30f, 'ZEN2'],
    ],
    amd_div0: [[0x17, 0, 0x2ff, null]],
  });
});

test('microcode tables', () => {
  assert.deepEqual(tables.badSpectre, [[0x5e, 3, 0xc2]]);
  assert.deepEqual(tables.latestMicrocode, [[0xf, 0, 0x80, 1, 0x12]]);
  assert.deepEqual(tables.amdDigests, [[0x8001227, '0aff'.repeat(16)]]);
  assert.deepEqual(tables.amdCutoffs, [[0xa70c0, 0xa70c009]]);
});

test('texts, order of the mitigations, disabled features', () => {
  assert.deepEqual(tables.texts.mds_strings, { MDS_OFF: 'Vulnerable', MDS_FULL: 'Mitigation: Clear CPU buffers' });
  assert.deepEqual(tables.texts.messages, { L1TF_DEFAULT_MSG: 'Mitigation: PTE Inversion' });
  assert.deepEqual(tables.mitigationOrder, ['mds_select_mitigation', 'mds_update_mitigation']);
  assert.deepEqual(tables.disabledFeatures, [
    ['VME', null],
    ['PTI', 'CONFIG_MITIGATION_PTI'],
  ]);
});

test("KVM's masks: local variables, aliases of leaf 1, KVM-only words", () => {
  assert.deepEqual(kvm.words, [
    { register: '7.0.edx', kernelDefined: true, bits: [['MD_CLEAR', 10, 'F']] },
    {
      register: '80000001.edx',
      kernelDefined: true,
      bits: [
        ['FPU', 0, 'ALIASED_1_EDX_F'],
        ['3DNOW', 31, 'F'],
      ],
    },
    { register: '7.1.edx', kernelDefined: false, bits: [['APX', 21, 'SCATTERED_F']] },
  ]);
});

const BROKEN: readonly (readonly [what: string, path: string, from: string, to: string])[] = [
  ['a feature bit that is no number', 'arch/x86/include/asm/cpufeatures.h', '( 1*32+10)', '( 1*32+SOME)'],
  ['a list row with an unknown model', 'arch/x86/kernel/cpu/common.c', 'INTEL_TALLLAKE', 'INTEL_NOLAKE'],
  ['a list row without a flag name', 'arch/x86/kernel/cpu/common.c', 'NO_SPECULATION | NO_SSB)', '3)'],
  ['a revision that is no number', 'arch/x86/kernel/cpu/amd.c', '0x0a70c008', 'some_rev'],
  ['a case that is no number', 'arch/x86/kernel/cpu/amd.c', 'case 0x30:', 'case SOMETHING:'],
  ['a digest of 31 bytes', 'arch/x86/kernel/cpu/microcode/amd_shas.c', '0x0a,', ''],
  ['a text that is no literal', 'arch/x86/kernel/cpu/bugs.c', '"Vulnerable"', 'vulnerable_text'],
  ['a KVM mask with an unknown feature', 'arch/x86/kvm/cpuid.c', 'F(3DNOW)', 'F(4DNOW)'],
  ['a struct row with a field too few', 'arch/x86/kernel/cpu/intel.c', '0x03, 0xc2', '0xc2'],
];

for (const [what, path, from, to] of BROKEN) {
  test(`${what} is an error, never a lost row`, () => {
    const text = fixtureFiles[path] ?? '';
    assert.ok(text.includes(from), 'the fixture has what the test breaks');
    assert.throws(() => extract(fixtureTree({ [path]: text.replace(from, to) }), '9.8'));
  });
}

test('an absent file is an error', () => {
  const tree = fixtureTree();
  assert.throws(() => extract((path) => (path.endsWith('scattered.c') ? null : tree(path)), '9.8'), /scattered\.c/);
});
