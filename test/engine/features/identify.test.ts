import assert from 'node:assert/strict';
import test from 'node:test';
import { capsNow, flagsOf, identifySecondary } from '../../../src/engine/features/index.ts';
import { bootFeatures, LINES, type MadeUpCpu, siliconFor } from './synthetic-boot.ts';

const CPU: MadeUpCpu = { features: ['MD_CLEAR', 'RDRAND', 'RDSEED', 'AES'] };

test('a CPU of the same kind comes up alike and changes nothing', async () => {
  for (const line of LINES) {
    const { b, cpu0, tables } = await bootFeatures(line, CPU);
    const before = b.cpu.words.slice();
    const other = identifySecondary(b, siliconFor(tables, CPU), 1);
    assert.deepEqual(flagsOf(tables, other), flagsOf(tables, cpu0));
    assert.deepEqual(b.cpu.words, before);
    assert.equal(b.taints.size, 0);
  }
});

test('a CPU that lacks a feature takes it from boot_cpu_data, not from CPU 0; one that gains shows it alone', async () => {
  for (const line of LINES) {
    const { b, cpu0, tables } = await bootFeatures(line, CPU);
    const other = identifySecondary(b, siliconFor(tables, { features: ['MD_CLEAR', 'RDRAND', 'RDSEED', 'AVX2'] }), 1);
    assert.equal(b.has('AES'), false);
    assert.equal(b.has('AVX2'), false);
    assert.equal(b.has('AVX2', other), true);
    assert.ok(flagsOf(tables, cpu0).includes('aes'));
  }
});

test('bugs of the boot CPU are bugs of every CPU', async () => {
  for (const line of LINES) {
    const { b, tables } = await bootFeatures(line, CPU, { bugs: ['MDS'] });
    const other = identifySecondary(b, siliconFor(tables, { ...CPU, model: 0x6a }), 1);
    assert.equal(b.bug('MDS', other), true);
  }
});

test('what options cleared stays cleared on every CPU', async () => {
  for (const line of LINES) {
    const { b, tables } = await bootFeatures(line, CPU, { cmdline: 'clearcpuid=aes' });
    assert.equal(b.has('AES', identifySecondary(b, siliconFor(tables, CPU), 1)), false);
  }
});

test('capsNow shows what CPUID answers now over the words of the boot, forced bits kept', async () => {
  for (const line of LINES) {
    const { b, tables } = await bootFeatures(line, { features: ['RDRAND'] }, { cmdline: 'clearcpuid=aes' });
    const at = (words: Uint32Array, feature: string): number => (words[b.featureBit(feature) >>> 5]! >>> (b.featureBit(feature) & 31)) & 1;
    const same = capsNow(b, b.silicon);
    const after = capsNow(b, siliconFor(tables, { features: ['RDRAND', 'MD_CLEAR', 'AES', 'SPEC_CTRL'] }));
    assert.deepEqual([at(same, 'MD_CLEAR'), at(after, 'MD_CLEAR'), at(after, 'AES'), at(after, 'IBRS'), at(after, 'NOPL')], [0, 1, 0, 1, 1]);
    assert.equal(b.has('MD_CLEAR'), false, 'the boot CPU is not touched');
  }
});

test('a random generator that fails its test is not shown', async () => {
  for (const line of LINES) {
    const { has } = await bootFeatures(line, { ...CPU, behaviours: { rdrandReliable: false } });
    assert.deepEqual([has('RDRAND'), has('RDSEED')], [false, false]);
  }
});

test('the serial number: readable, locked, without its MSR, by model', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, { model: 0x55 })).flags.includes('intel_ppin'), true);
    assert.equal((await bootFeatures(line, { model: 0x55, msrs: { 78: 1n } })).has('INTEL_PPIN'), false);
    assert.equal((await bootFeatures(line, { model: 0x55, msrs: { 78: null } })).has('INTEL_PPIN'), false);
    assert.equal((await bootFeatures(line, { model: 0x55, msrs: { 78: 2n } })).has('INTEL_PPIN'), true);
    assert.equal((await bootFeatures(line, { model: 0xad })).has('INTEL_PPIN'), false);
    const amd: MadeUpCpu = { vendor: 'AuthenticAMD', family: 0x19, model: 1, features: ['AMD_PPIN'] };
    assert.equal((await bootFeatures(line, amd)).flags.includes('amd_ppin'), true);
    const locked = await bootFeatures(line, { ...amd, msrs: { 3221291760: 1n } });
    assert.equal(locked.has('AMD_PPIN'), false);
    // ppin_cpuids is matched against boot_cpu_data, which lost the feature: the other CPU's own lock is never looked at.
    const other = identifySecondary(locked.b, siliconFor(locked.tables, { ...amd, msrs: { 3221291760: 1n } }), 1);
    assert.equal(locked.b.has('AMD_PPIN', other), line !== '7.2');
  }
});

test('forcing after the code was patched warns where the line does', async () => {
  for (const line of LINES) {
    const amd: MadeUpCpu = { vendor: 'AuthenticAMD', family: 0x19, model: 1, stepping: 1, msrWritable: { 73: 1n } };
    const { b, tables } = await bootFeatures(line, amd);
    assert.equal(b.taints.size, 0);
    identifySecondary(b, siliconFor(tables, { ...amd, msrWritable: { 73: 0x81n } }), 1);
    assert.equal(b.taints.has('WARN'), line !== '6.1', 'SBPB is found late');
    assert.equal(b.has('SBPB'), line !== '6.1');
  }
});

test('architectural LBRs that perf cannot use leave boot_cpu_data, not CPU 0', async () => {
  for (const line of LINES) {
    const lbr: MadeUpCpu = { features: ['ARCH_LBR'], registers: { 'a.0.eax': 0x0700_0805 } };
    const unusable = await bootFeatures(line, lbr);
    assert.deepEqual([unusable.flags.includes('arch_lbr'), unusable.b.has('ARCH_LBR')], [true, false]);
    const usable = await bootFeatures(line, { ...lbr, registers: { ...lbr.registers, '1c.0.eax': 0x8 } });
    assert.equal(usable.b.has('ARCH_LBR'), true);
    const without = await bootFeatures(line, { ...lbr, registers: { 'a.0.eax': 0x0600_0805 } });
    assert.equal(without.b.has('ARCH_LBR'), true, 'too few events: perf does without the architectural PMU and never looks');
  }
});

test('the order of the printed names is that of the bits', async () => {
  const { flags } = await bootFeatures('6.12', { features: ['AES', 'RDTSCP', 'MD_CLEAR', 'SMEP'] });
  const wanted = ['fpu', 'sse2', 'rdtscp', 'nopl', 'aes', 'smep', 'md_clear'];
  assert.deepEqual(
    flags.filter((flag) => wanted.includes(flag)),
    wanted,
  );
});
