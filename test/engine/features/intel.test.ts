import assert from 'node:assert/strict';
import test from 'node:test';
import { bootFeatures, LINES, type MadeUpCpu } from './synthetic-boot.ts';

const SKYLAKE: MadeUpCpu = { model: 0x5e, stepping: 3 };
const SPECULATION = ['SPEC_CTRL', 'INTEL_STIBP', 'SPEC_CTRL_SSBD'];

test('a blacklisted revision loses every speculation control, a guest on it keeps them', async () => {
  for (const line of LINES) {
    const bad: MadeUpCpu = { model: 0x55, stepping: 4, revision: 0x200003c, features: SPECULATION };
    const host = await bootFeatures(line, bad);
    for (const feature of ['IBRS', 'IBPB', 'STIBP', 'SSBD', 'SPEC_CTRL', 'MSR_SPEC_CTRL']) assert.equal(host.has(feature), false, `${line} ${feature}`);
    const newer = await bootFeatures(line, { ...bad, revision: 0x200003d });
    assert.equal(newer.has('IBRS'), true, line);
    const guest = await bootFeatures(line, { ...bad, features: [...SPECULATION, 'HYPERVISOR'] });
    assert.equal(guest.has('IBRS'), true, line);
  }
});

test('the early Atom loses large pages below revision 0x20e', async () => {
  for (const line of LINES) {
    const atom: MadeUpCpu = { model: 0x1c, stepping: 2, features: ['PSE'] };
    assert.equal((await bootFeatures(line, { ...atom, revision: 0x20d })).has('PSE'), false);
    assert.equal((await bootFeatures(line, { ...atom, revision: 0x20e })).has('PSE'), true);
    assert.equal((await bootFeatures(line, { ...atom, stepping: 3, revision: 0x20d })).has('PSE'), true);
  }
});

test('constant_tsc: invariant TSC in CPUID, or by model, each line with its own list', async () => {
  for (const line of LINES) {
    const invariant = await bootFeatures(line, { ...SKYLAKE, registers: { '80000007.0.edx': 0x100 } });
    assert.ok(invariant.flags.includes('constant_tsc') && invariant.flags.includes('nonstop_tsc'), line);
  }
  const expected: readonly [family: number, model: number, old: boolean, newest: boolean][] = [
    [6, 0x0d, false, false],
    [6, 0x0e, true, true],
    [6, 0x3a, true, true],
    [6, 0x3c, true, false],
    [0xf, 2, false, false],
    [0xf, 3, true, true],
    [0xf, 6, true, true],
    [0xf, 7, true, false],
  ];
  for (const [family, model, old, newest] of expected)
    for (const line of LINES)
      assert.equal((await bootFeatures(line, { family, model })).has('CONSTANT_TSC'), line === '7.2' ? newest : old, `${line} ${family}/${model}`);
});

test('the TSC that runs through S3 is known by model', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, { model: 0x35 })).has('NONSTOP_TSC_S3'), true);
    assert.equal((await bootFeatures(line, { model: 0x36 })).has('NONSTOP_TSC_S3'), false);
  }
});

test('PAT goes up to Yonah, self-snoop on listed models, PGE on Quark', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, { model: 0x0e })).has('PAT'), false);
    assert.equal((await bootFeatures(line, { model: 0x01 })).has('PAT'), false);
    assert.equal((await bootFeatures(line, { model: 0x00 })).has('PAT'), line !== '6.1');
    assert.equal((await bootFeatures(line, { family: 5, model: 0x0e })).has('PAT'), true);
    assert.equal((await bootFeatures(line, { model: 0x0f, features: ['SELFSNOOP'] })).has('PAT'), true);
    assert.equal((await bootFeatures(line, { model: 0x0f, features: ['SELFSNOOP'] })).has('SELFSNOOP'), false);
    assert.equal((await bootFeatures(line, { model: 0x3a, features: ['SELFSNOOP'] })).has('SELFSNOOP'), true);
    assert.equal((await bootFeatures(line, { family: 5, model: 9 })).has('PGE'), false);
    // The oldest line looks at the model alone.
    assert.equal((await bootFeatures(line, { family: 0x13, model: 0x0f, features: ['SELFSNOOP'] })).has('SELFSNOOP'), line !== '6.1');
  }
});

test('rep_good: family 6 at first, the fast string bit in the newest line; without fast strings erms goes too', async () => {
  for (const line of LINES) {
    const on = await bootFeatures(line, { ...SKYLAKE, features: ['ERMS'] });
    assert.ok(on.flags.includes('rep_good') && on.flags.includes('erms'));
    const off = await bootFeatures(line, { ...SKYLAKE, features: ['ERMS'], msrs: { 416: 0n } });
    assert.ok(!off.flags.includes('rep_good') && !off.flags.includes('erms'), line);
    assert.equal((await bootFeatures(line, { family: 0x13, model: 1 })).has('REP_GOOD'), line === '7.2');
    const unknown = await bootFeatures(line, { ...SKYLAKE, features: ['ERMS'], absentMsrs: 'unknown' });
    assert.equal(unknown.has('ERMS'), true, 'an unknown MSR takes nothing away');
  }
});

test('the microcode revision is not read where the IA64 bit stands, nor before family 6', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, { ...SKYLAKE, features: ['IA64'] })).cpu0.revision, 0);
    assert.equal((await bootFeatures(line, { family: 5, model: 9 })).cpu0.revision, 0);
    assert.equal((await bootFeatures(line, SKYLAKE)).cpu0.revision, 0xf4);
  }
});

test('arch_perfmon needs a version and more than one counter', async () => {
  for (const line of LINES) {
    for (const [eax, expected] of [
      [0x0204, true],
      [0x0104, false],
      [0x0200, false],
    ] as const)
      assert.equal((await bootFeatures(line, { ...SKYLAKE, registers: { 'a.0.eax': eax } })).flags.includes('arch_perfmon'), expected, line);
    assert.equal((await bootFeatures(line, { ...SKYLAKE, level: 9, registers: { 'a.0.eax': 0x0204 } })).has('ARCH_PERFMON'), false);
  }
});

test('bts and pebs unless MISC_ENABLE says that they are not there', async () => {
  for (const line of LINES) {
    const both = await bootFeatures(line, { ...SKYLAKE, features: ['DS'] });
    assert.ok(both.flags.includes('bts') && both.flags.includes('pebs'));
    const none = await bootFeatures(line, { ...SKYLAKE, features: ['DS'], msrs: { 416: 0x1801n } });
    assert.ok(!none.flags.includes('bts') && !none.flags.includes('pebs'));
  }
});

test('MONITOR and CLFLUSH bugs by model', async () => {
  for (const line of LINES) {
    for (const model of [0x1d, 0x2e, 0x2f]) assert.equal((await bootFeatures(line, { model })).hasBug('CLFLUSH_MONITOR'), true);
    assert.equal((await bootFeatures(line, { model: 0x2c })).hasBug('CLFLUSH_MONITOR'), false);
    assert.equal((await bootFeatures(line, { model: 0x5c, features: ['MWAIT'] })).hasBug('MONITOR'), true);
    assert.equal((await bootFeatures(line, { model: 0x5c })).hasBug('MONITOR'), false);
    assert.equal((await bootFeatures(line, { model: 0xbd, features: ['MWAIT'] })).hasBug('MONITOR'), line !== '6.1');
  }
});

test('CPUID faulting and ring 3 MWAIT; the option takes the latter back', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, { ...SKYLAKE, msrs: { 206: 1n << 31n } })).flags.includes('cpuid_fault'), true);
    assert.equal((await bootFeatures(line, { ...SKYLAKE, msrs: { 206: 1n << 31n, 320: null } })).has('CPUID_FAULT'), false);
    assert.equal((await bootFeatures(line, { model: 0x57 })).flags.includes('ring3mwait'), true);
    assert.equal((await bootFeatures(line, { model: 0x57 }, { cmdline: 'ring3mwait=disable' })).has('RING3MWAIT'), false);
  }
});

test('memory encryption takes address bits, and its flag goes where firmware left it off', async () => {
  for (const line of LINES) {
    const off = await bootFeatures(line, { ...SKYLAKE, features: ['TME'] });
    assert.equal(off.has('TME'), line === '6.1');
    const on = await bootFeatures(line, { ...SKYLAKE, features: ['TME'], msrs: { 2434: (6n << 32n) | 3n } });
    assert.equal(on.has('TME'), true);
    assert.equal(on.cpu0.physBits, 0x28 - 6);
  }
});

test('zmm registers are avoided on listed models by the newest line', async () => {
  for (const line of LINES) assert.equal((await bootFeatures(line, { model: 0x55, stepping: 7 })).has('PREFER_YMM'), line === '7.2');
});

test('split lock detection: listed models, CORE_CAPS, and a test register that works', async () => {
  const tigerlake: MadeUpCpu = { model: 0x8c, features: ['CORE_CAPABILITIES'], msrs: { 207: 0x20n } };
  const unlisted: MadeUpCpu = { ...tigerlake, model: 0xad };
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, { model: 0x6a })).flags.includes('split_lock_detect'), true);
    assert.equal((await bootFeatures(line, { model: 0x6a, features: ['HYPERVISOR'] })).has('SPLIT_LOCK_DETECT'), false);
    assert.equal((await bootFeatures(line, { model: 0x6a, msrs: { 51: null } })).has('SPLIT_LOCK_DETECT'), false);
    assert.equal((await bootFeatures(line, tigerlake)).has('SPLIT_LOCK_DETECT'), true);
    assert.equal((await bootFeatures(line, { ...tigerlake, msrs: { 207: 0n } })).has('SPLIT_LOCK_DETECT'), false);
    assert.equal((await bootFeatures(line, unlisted)).has('SPLIT_LOCK_DETECT'), line !== '6.1');
    assert.equal((await bootFeatures(line, { model: 0x5e })).has('SPLIT_LOCK_DETECT'), false);
  }
});
