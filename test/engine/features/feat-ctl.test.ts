import assert from 'node:assert/strict';
import test from 'node:test';
import { bootFeatures, LINES, type MadeUpCpu } from './synthetic-boot.ts';

const VMX: MadeUpCpu = { features: ['VMX'] };
const SGX: MadeUpCpu = { features: ['VMX', 'SGX', 'SGX_LC'] };

test('VMX: locked on, locked off, open, without the MSR', async () => {
  for (const line of LINES) {
    for (const [value, expected] of [
      [5n, true],
      [1n, false],
      [0n, true],
      [null, false],
    ] as const)
      assert.equal((await bootFeatures(line, { ...VMX, msrs: { 58: value } })).flags.includes('vmx'), expected, `${line} ${value}`);
    const open = await bootFeatures(line, { ...VMX, msrs: { 58: 0n } });
    assert.equal(open.b.written.get(0x3a), 5n, 'the kernel locks what firmware left open');
    assert.equal((await bootFeatures(line, { ...VMX, msrs: { 58: 0n } }, { options: { CONFIG_KVM_INTEL: 'n' } })).has('VMX'), false);
  }
});

test('VMX switched off by firmware is complained of once, not by every CPU', async () => {
  for (const line of LINES) {
    const { b } = await bootFeatures(line, { ...VMX, msrs: { 58: 1n } });
    assert.equal(b.log.filter((text) => text.includes('disabled by BIOS')).length, 1, line);
  }
});

test('an MSR that the profile does not know leaves VMX on, and is noted', async () => {
  for (const line of LINES) {
    const { b, has } = await bootFeatures(line, { ...VMX, absentMsrs: 'unknown' });
    assert.equal(has('VMX'), true);
    assert.equal(b.trace.unknown.has('msr:3a'), true);
  }
});

test('SGX: built, allowed by firmware, launch control open or not', async () => {
  const open = 5n | (1n << 17n) | (1n << 18n);
  for (const line of LINES) {
    const options = { CONFIG_X86_SGX: 'y', CONFIG_X86_SGX_KVM: 'y' };
    const on = await bootFeatures(line, { ...SGX, msrs: { 58: open } }, { options });
    assert.ok(on.flags.includes('sgx') && on.flags.includes('sgx_lc'));
    const locked = await bootFeatures(line, { ...SGX, msrs: { 58: 5n | (1n << 18n) } }, { options });
    assert.deepEqual([locked.has('SGX'), locked.has('SGX_LC')], [true, false], 'guests only');
    const noKvm = await bootFeatures(line, { ...SGX, msrs: { 58: 5n | (1n << 18n) } }, { options: { ...options, CONFIG_X86_SGX_KVM: 'n' } });
    assert.deepEqual([noKvm.has('SGX'), noKvm.has('SGX_LC')], [false, false]);
    assert.equal((await bootFeatures(line, { ...SGX, msrs: { 58: 5n } }, { options })).has('SGX'), false);
    assert.equal((await bootFeatures(line, { ...SGX, msrs: { 58: open } }, { options, cmdline: 'nosgx' })).has('SGX'), false);
    const opened = await bootFeatures(line, { ...SGX, msrs: { 58: 0n } }, { options });
    assert.equal(opened.b.written.get(0x3a), open);
  }
});

test('pin-based controls or VM functions beyond the merged word warn', async () => {
  for (const line of LINES) {
    const warns = async (msrs: Record<number, bigint>) => (await bootFeatures(line, { ...VMX, msrs: { 58: 5n, ...msrs } })).b.taints.has('WARN');
    assert.equal(await warns({ 1153: 0xffffn << 32n, 1169: 0xfn << 32n }), false);
    assert.equal(await warns({ 1153: 0x1_0000n << 32n }), true);
    assert.equal(await warns({ 1169: 0x10n << 32n }), true);
  }
});

test('vmx flags come from the capability MSRs, allowed-1 half', async () => {
  const msrs = { 58: 5n, 1153: 0xa0n << 32n, 1154: (1n << 21n) << 32n, 1163: 0x303n << 32n, 1164: (1n << 32n) | (1n << 21n) | (1n << 17n) | (1n << 7n) | 1n };
  for (const line of LINES) {
    const { vmx, flags } = await bootFeatures(line, { ...VMX, msrs });
    const words = [
      'vnmi',
      'posted_intr',
      'invvpid',
      'ept_x_only',
      'ept_ad',
      'ept_1gb',
      ...(line === '6.1' ? [] : ['ept_5level']),
      'flexpriority',
      'apicv',
      'vtpr',
      'vapic',
      'ept',
      'vapic_reg',
      'vid',
    ];
    assert.deepEqual(vmx, words, line);
    for (const flag of ['tpr_shadow', 'flexpriority', 'vnmi', 'ept', 'ept_ad', 'vpid']) assert.ok(flags.includes(flag), `${line} ${flag}`);
    assert.deepEqual((await bootFeatures(line, { ...VMX, msrs: { 58: 5n } })).vmx, [], 'nothing in the first word: no line');
    assert.deepEqual((await bootFeatures(line, { ...VMX, msrs }, { options: { CONFIG_X86_VMX_FEATURE_NAMES: 'n' } })).vmx, []);
  }
});

test('where the kernel itself owns VMX, a VMCS larger than a page switches it off', async () => {
  for (const line of LINES) {
    const huge = await bootFeatures(line, { ...VMX, msrs: { 58: 5n, 1152: 0x1800n << 32n } });
    assert.equal(huge.has('VMX'), line !== '7.2');
    assert.equal(huge.b.taints.has('WARN'), line === '7.2');
  }
});
