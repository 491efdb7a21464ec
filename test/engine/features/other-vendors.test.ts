import assert from 'node:assert/strict';
import test from 'node:test';
import { bootFeatures, LINES, type MadeUpCpu } from './synthetic-boot.ts';

const CENTAUR_LEAF = { 'c0000000.0.eax': 0xc0000001, 'c0000001.0.edx': 0xcc };

test('Hygon sets what AMD does, without being asked', async () => {
  for (const line of LINES) {
    const { flags, has, hasBug } = await bootFeatures(line, { vendor: 'HygonGenuine', family: 0x18, model: 1, revision: 0x80901047 });
    for (const flag of ['rep_good', 'cpb', 'arat', 'extd_apicid']) assert.ok(flags.includes(flag), `${line} ${flag}`);
    assert.deepEqual(
      [has('ZEN'), has('K8'), has('VMMCALL'), has('SYSCALL32'), has('LFENCE_RDTSC'), has('APIC_MSRS_FENCE')],
      [true, true, true, true, true, false],
    );
    assert.deepEqual([hasBug('SYSRET_SS_ATTRS'), hasBug('NULL_SEG')], [true, true]);
  }
});

test('power bits of leaf 0x80000007 on AMD and Hygon', async () => {
  for (const line of LINES)
    for (const vendor of ['AuthenticAMD', 'HygonGenuine']) {
      const { flags } = await bootFeatures(line, { vendor, family: 0x18, model: 1, registers: { '80000007.0.edx': (1 << 8) | (1 << 12) | (1 << 14) } });
      for (const flag of ['constant_tsc', 'nonstop_tsc', 'acc_power', 'rapl']) assert.ok(flags.includes(flag), `${line} ${vendor} ${flag}`);
    }
});

test('Centaur and Zhaoxin read their own leaf and have VMX through the same MSR', async () => {
  for (const line of LINES)
    for (const vendor of ['CentaurHauls', '  Shanghai  ']) {
      const { flags, has } = await bootFeatures(line, { vendor, family: 7, model: 0x1b, features: ['VMX'], registers: { ...CENTAUR_LEAF, 'a.0.eax': 0x0402 } });
      for (const flag of ['rng', 'rng_en', 'ace', 'ace_en', 'rep_good', 'constant_tsc', 'vmx', 'arch_perfmon'])
        assert.ok(flags.includes(flag), `${line} ${vendor} ${flag}`);
      assert.equal(has('LFENCE_RDTSC'), true);
    }
});

test('older Centaur: no constant TSC, no fast strings, nothing without the leaf', async () => {
  const c7: MadeUpCpu = { vendor: 'CentaurHauls', family: 6, model: 0xd };
  for (const line of LINES) {
    const { has, flags } = await bootFeatures(line, c7);
    assert.deepEqual([has('CONSTANT_TSC'), has('REP_GOOD'), flags.includes('ace')], [false, false, false]);
    const nano = await bootFeatures(line, { ...c7, model: 0xf });
    assert.deepEqual([nano.has('CONSTANT_TSC'), nano.has('REP_GOOD')], [true, true]);
    const invariant = await bootFeatures(line, { ...c7, registers: { '80000007.0.edx': 0x100 } });
    assert.deepEqual([invariant.has('CONSTANT_TSC'), invariant.has('NONSTOP_TSC')], [true, true]);
  }
});

test('an unknown vendor, and those of 32 bit, get what every CPU gets', async () => {
  for (const line of LINES)
    for (const vendor of ['UnknownCPU!!', 'CyrixInstead']) {
      const { has, flags, cpu0 } = await bootFeatures(line, { vendor, family: 6, model: 1 });
      assert.deepEqual([has('REP_GOOD'), has('LFENCE_RDTSC'), has('APIC_MSRS_FENCE'), cpu0.vendor, cpu0.revision], [false, false, true, 'UNKNOWN', 0]);
      assert.ok(flags.includes('nopl') && flags.includes('cpuid'));
    }
});
