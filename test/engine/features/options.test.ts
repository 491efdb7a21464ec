import assert from 'node:assert/strict';
import test from 'node:test';
import { AVX_STATE, bootFeatures, LINES, type MadeUpCpu } from './synthetic-boot.ts';

const AVX: MadeUpCpu = {
  features: ['XSAVE', 'XSAVEOPT', 'XSAVES', 'AVX', 'FMA', 'PCID', 'INVPCID', 'FSGSBASE', 'X2APIC', 'PKU', 'MD_CLEAR'],
  registers: AVX_STATE,
};

test('noxsave takes all that needs it; noxsaveopt and noxsaves one feature each', async () => {
  for (const line of LINES) {
    const none = await bootFeatures(line, AVX, { cmdline: 'noxsave' });
    for (const feature of ['XSAVE', 'AVX', 'FMA', 'XSAVES', 'PKU']) assert.equal(none.has(feature), false, `${line} ${feature}`);
    const opt = await bootFeatures(line, AVX, { cmdline: 'noxsaveopt' });
    assert.deepEqual([opt.has('XSAVEOPT'), opt.has('XSAVES'), opt.has('AVX')], [false, true, true]);
    const supervisor = await bootFeatures(line, AVX, { cmdline: 'noxsaves' });
    assert.deepEqual([supervisor.has('XSAVEOPT'), supervisor.has('XSAVES')], [true, false]);
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'noxsave=1' })).has('XSAVE'), true, 'only the bare word counts');
  }
});

test('OSPKE follows this kernel, not what a profile of a running system says', async () => {
  const running: MadeUpCpu = { ...AVX, features: [...AVX.features!, 'OSPKE'] };
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, running)).has('OSPKE'), true);
    for (const cmdline of ['nopku', 'noxsave', 'clearcpuid=pku'])
      assert.equal((await bootFeatures(line, running, { cmdline })).flags.includes('ospke'), false, `${line} ${cmdline}`);
  }
});

test('clearcpuid: names, numbers, several, unknown ones; only what was cleared taints', async () => {
  for (const line of LINES) {
    const { has, b } = await bootFeatures(line, AVX, { cmdline: `clearcpuid=md_clear,${b12(line)},nonsense` });
    assert.deepEqual([has('MD_CLEAR'), has('AVX'), has('FMA')], [false, false, false]);
    assert.ok(b.taints.has('CPU_OUT_OF_SPEC'));
    assert.ok(b.log.some((text) => text.includes('nonsense')));
    const nothing = await bootFeatures(line, AVX, { cmdline: 'clearcpuid=nonsense,99999' });
    assert.equal(nothing.b.taints.size, 0);
    const last = await bootFeatures(line, AVX, { cmdline: 'clearcpuid=md_clear clearcpuid=fma' });
    assert.deepEqual([last.has('MD_CLEAR'), last.has('FMA')], [true, false], 'the last one counts');
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'clearcpuid=' })).b.taints.size, 0);
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'clearcpuid=00000000000000000156' })).has('AVX'), false, 'zeros in front count for nothing');
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'clearcpuid=0x9c' })).has('AVX'), true, 'decimal only');
    assert.equal((await bootFeatures(line, AVX, { cmdline: `clearcpuid=${'x,'.repeat(64)}fma` })).has('FMA'), true, 'behind 127 letters nothing is read');
  }
});

/** AVX by number: word 4, bit 28. */
function b12(_line: string): number {
  return 4 * 32 + 28;
}

test('the newest line also sets, and knows bugs by name', async () => {
  for (const line of LINES) {
    const set = await bootFeatures(line, AVX, { cmdline: 'setcpuid=avx2,spectre_v1,224' });
    assert.equal(set.has('AVX2'), line === '7.2');
    assert.equal(set.hasBug('SPECTRE_V1'), line === '7.2');
    assert.equal(set.b.taints.has('CPU_OUT_OF_SPEC'), line === '7.2');
    const cleared = await bootFeatures(line, AVX, { cmdline: 'clearcpuid=null_seg' });
    assert.equal(cleared.b.taints.has('CPU_OUT_OF_SPEC'), line === '7.2');
    const both = await bootFeatures(line, AVX, { cmdline: 'clearcpuid=md_clear setcpuid=md_clear' });
    assert.equal(both.has('MD_CLEAR'), line === '7.2', 'a forced set beats a forced clear');
  }
});

test('FRED: wanted by a word, later refused by one', async () => {
  const fred: MadeUpCpu = { features: ['FRED', 'LKGS'] };
  for (const [line, cmdline, expected] of [
    ['6.12', '', false],
    ['6.12', 'fred=on', true],
    ['6.12', 'fred=off', false],
    ['7.2', '', true],
    ['7.2', 'fred=off', false],
    ['7.2', 'fred=no', true],
  ] as const)
    assert.equal((await bootFeatures(line, fred, { cmdline })).flags.includes('fred'), expected, `${line} ${cmdline}`);
});

test('nopcid and noinvpcid take no value', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'nopcid' })).has('PCID'), false);
    const wrong = await bootFeatures(line, AVX, { cmdline: 'nopcid=1' });
    assert.equal(wrong.has('PCID'), true);
    assert.ok(wrong.b.log.includes("Malformed early option 'nopcid'"));
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'noinvpcid' })).has('INVPCID'), false);
    assert.equal(
      (await bootFeatures(line, { features: [] }, { cmdline: 'nopcid' })).b.log.some((text) => text.startsWith('nopcid')),
      false,
      'silent without the feature',
    );
  }
});

test('PCID goes without global pages, and by revision where INVLPG forgets them', async () => {
  for (const line of LINES) {
    const adl: MadeUpCpu = { model: 0x97, stepping: 2, features: ['PCID', 'INVPCID'] };
    assert.equal((await bootFeatures(line, { ...adl, revision: 0x2d })).has('PCID'), false);
    const fixed = await bootFeatures(line, { ...adl, revision: 0x2e });
    assert.equal(fixed.has('PCID'), true);
    assert.equal(fixed.flags.includes('invpcid_single'), line === '6.1');
    const noGlobal = await bootFeatures(line, { ...AVX, registers: { ...AVX_STATE, '1.0.edx': 0x0789_dfff & ~(1 << 13) } });
    assert.equal(noGlobal.has('PCID'), false);
  }
});

test('APIC options', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'nolapic' })).flags.includes('apic'), false);
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'disableapic' })).has('APIC'), line === '7.2');
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'nox2apic' })).flags.includes('x2apic'), false);
    const locked: MadeUpCpu = { ...AVX, features: ['X2APIC', 'ARCH_CAPABILITIES'], msrs: { 27: 1n << 10n, 266: 1n << 21n, 189: 1n } };
    assert.equal((await bootFeatures(line, locked, { cmdline: 'nox2apic' })).has('X2APIC'), true);
    const timer: MadeUpCpu = { features: ['TSC_DEADLINE_TIMER'] };
    assert.equal((await bootFeatures(line, timer, { cmdline: 'lapic=notscdeadline' })).has('TSC_DEADLINE_TIMER'), false);
    assert.equal((await bootFeatures(line, timer, { cmdline: 'lapic' })).has('TSC_DEADLINE_TIMER'), true);
  }
});

test('a kernel that cannot read MP tables has no APIC without ACPI', async () => {
  for (const line of LINES) {
    for (const [cmdline, gone] of [
      ['acpi=off', true],
      ['acpi=noirq', true],
      ['acpi=off acpi=force', true],
      ['pci=nomsi,noacpi', true],
      ['acpi=force', false],
      ['pci=nomsi', false],
      ['acpi', false],
    ] as const) {
      const options = { CONFIG_X86_MPPARSE: 'n' };
      assert.equal((await bootFeatures(line, AVX, { cmdline, options })).flags.includes('apic'), !gone, `${line} ${cmdline}`);
      assert.equal((await bootFeatures(line, AVX, { cmdline, options: { CONFIG_X86_MPPARSE: 'y' } })).has('APIC'), true);
    }
    const x2apic: MadeUpCpu = { ...AVX, msrs: { 27: 3n << 10n } };
    assert.equal((await bootFeatures(line, x2apic, { options: { CONFIG_X86_X2APIC: 'n' } })).has('APIC'), false, 'left in a mode that it does not know');
    assert.equal((await bootFeatures(line, x2apic)).has('APIC'), true);
    assert.equal((await bootFeatures(line, AVX, { options: { CONFIG_X86_X2APIC: 'n' } })).has('APIC'), true);
  }
});

test('what CPUID says of CR4 is the kernel of another day: OSPKE and OSXSAVE follow this one', async () => {
  for (const line of LINES) {
    const taken: MadeUpCpu = { ...AVX, features: [...(AVX.features ?? []), 'OSPKE', 'OSXSAVE'] };
    const plain = await bootFeatures(line, taken);
    assert.deepEqual([plain.has('OSPKE'), plain.has('OSXSAVE')], [true, true], line);
    assert.deepEqual([(await bootFeatures(line, taken, { cmdline: 'nopku' })).flags.includes('ospke')], [false]);
    const none = await bootFeatures(line, taken, { cmdline: 'noxsave' });
    assert.deepEqual([none.has('PKU'), none.has('OSPKE'), none.has('OSXSAVE')], [false, false, false]);
  }
});

test('isolation of page tables is told of after the options that __setup() reads', async () => {
  const { b } = await bootFeatures('7.2', AVX, { cmdline: 'setcpuid=pti nopku nofsgsbase' });
  const said = b.log.filter((text) => /isolation|nopku|FSGSBASE/.test(text)).map((text) => text.split(' ')[0]);
  assert.deepEqual(said, ['FSGSBASE', 'x86:', 'Kernel/User']);
});

test('options that __setup() reads: FSGSBASE, protection keys, branch tracking', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'nofsgsbase' })).has('FSGSBASE'), false);
    assert.equal((await bootFeatures(line, AVX, { cmdline: 'nofsgsbase=1' })).has('FSGSBASE'), true);
    const keys = await bootFeatures(line, AVX);
    assert.ok(keys.flags.includes('pku') && keys.flags.includes('ospke'));
    const noKeys = await bootFeatures(line, AVX, { cmdline: 'nopku' });
    assert.ok(noKeys.flags.includes('pku') && !noKeys.flags.includes('ospke'));
    assert.equal((await bootFeatures(line, AVX, { options: { CONFIG_X86_INTEL_MEMORY_PROTECTION_KEYS: 'n' } })).has('OSPKE'), false);
    const ibt: MadeUpCpu = { features: ['IBT'] };
    const options = { CONFIG_X86_KERNEL_IBT: 'y' };
    assert.equal((await bootFeatures(line, ibt, { options })).has('IBT'), true);
    assert.equal((await bootFeatures(line, ibt, { options, cmdline: 'ibt=off' })).has('IBT'), false);
    assert.equal((await bootFeatures(line, { ...ibt, behaviours: { ibtWorks: false } }, { options })).has('IBT'), false);
  }
});

test('user shadow stacks: built, there, and not refused', async () => {
  const cet: MadeUpCpu = { features: ['SHSTK', 'XSAVE', 'XSAVES'], registers: { ...AVX_STATE } };
  const options = { CONFIG_X86_CET: 'y', CONFIG_X86_USER_SHADOW_STACK: 'y' };
  for (const line of ['6.12', '7.2'] as const) {
    assert.equal((await bootFeatures(line, cet, { options })).flags.includes('user_shstk'), true);
    assert.equal((await bootFeatures(line, cet, { options, cmdline: 'nousershstk' })).has('USER_SHSTK'), false);
    assert.equal((await bootFeatures(line, cet, { options: { ...options, CONFIG_X86_USER_SHADOW_STACK: 'n' } })).has('USER_SHSTK'), false);
  }
});

test('LASS cannot stand next to emulated vsyscalls', async () => {
  const lass: MadeUpCpu = { features: ['LASS', 'SMAP'] };
  assert.equal((await bootFeatures('7.2', lass)).flags.includes('lass'), true);
  assert.equal((await bootFeatures('7.2', lass, { cmdline: 'vsyscall=emulate' })).has('LASS'), false);
  assert.equal((await bootFeatures('7.2', lass, { cmdline: 'vsyscall=xonly' })).has('LASS'), true);
});

test('five levels of page tables', async () => {
  for (const line of LINES) {
    const la57: MadeUpCpu = { features: ['LA57'] };
    assert.equal((await bootFeatures(line, la57)).flags.includes('la57'), true);
    assert.equal((await bootFeatures(line, la57, { cmdline: 'no5lvl' })).has('LA57'), false);
    assert.equal((await bootFeatures(line, la57, { options: { CONFIG_X86_5LEVEL: 'n' } })).has('LA57'), line === '7.2');
  }
});
