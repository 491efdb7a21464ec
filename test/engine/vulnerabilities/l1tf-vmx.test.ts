import assert from 'node:assert/strict';
import test from 'node:test';
import { cleanupL1dFlush, parseL1dFlush, setupL1dFlush } from '../../../src/engine/vulnerabilities/l1tf-vmx.ts';
import { booted, type Case, LINES, type Line, line } from './support.ts';

function state(l: Line, one: Case, parameter: string | null = null, enableEpt = true): unknown {
  const b = booted(l, one);
  assert.equal(setupL1dFlush(b, { parameters: parameter === null ? [] : [parameter], enableEpt }), true);
  return b.shared('l1tf_vmx_mitigation');
}

test('the parameter knows four words', () => {
  assert.equal(parseL1dFlush('cond\n'), 'VMENTER_L1D_FLUSH_COND');
  assert.equal(parseL1dFlush('EPT disabled'), null);
  assert.equal(parseL1dFlush(null), null);
});

for (const l of LINES) {
  test(`${l}: nothing is flushed where nothing leaks`, () => {
    assert.equal(state(l, { archCap: ['RDCL_NO'] }), 'VMENTER_L1D_FLUSH_NOT_REQUIRED');
    assert.equal(state(l, {}, null, false), 'VMENTER_L1D_FLUSH_EPT_DISABLED');
    assert.equal(state(l, { archCap: ['SKIP_VMENTRY_L1DFLUSH'] }), 'VMENTER_L1D_FLUSH_NOT_REQUIRED');
  });

  test(`${l}: the microcode of the moment may say that the flush is not needed, if the kernel knows the MSR`, () => {
    const now = (b: ReturnType<typeof booted>) => ({ ...b.silicon, msrs: new Map([[0x10a, 0x8n]]) });
    const knows = booted(l, { has: ['ARCH_CAPABILITIES'] });
    setupL1dFlush(knows, { parameters: [], enableEpt: true, silicon: now(knows) });
    assert.equal(knows.shared('l1tf_vmx_mitigation'), 'VMENTER_L1D_FLUSH_NOT_REQUIRED');
    const blind = booted(l);
    setupL1dFlush(blind, { parameters: [], enableEpt: true, silicon: now(blind) });
    assert.equal(blind.shared('l1tf_vmx_mitigation'), 'VMENTER_L1D_FLUSH_COND');
  });

  test(`${l}: auto follows l1tf=`, () => {
    assert.equal(state(l, {}), 'VMENTER_L1D_FLUSH_COND');
    assert.equal(state(l, { cmdline: 'l1tf=off' }), 'VMENTER_L1D_FLUSH_NEVER');
    assert.equal(state(l, { cmdline: 'l1tf=flush,nowarn' }), 'VMENTER_L1D_FLUSH_COND');
    assert.equal(state(l, { cmdline: 'l1tf=flush,nosmt' }), 'VMENTER_L1D_FLUSH_COND');
    assert.equal(state(l, { cmdline: 'l1tf=full' }, 'auto'), 'VMENTER_L1D_FLUSH_ALWAYS');
    assert.equal(state(l, { cmdline: 'l1tf=full,force' }), 'VMENTER_L1D_FLUSH_ALWAYS');
  });

  test(`${l}: a parameter overrules l1tf=, all but full,force`, () => {
    assert.equal(state(l, { cmdline: 'l1tf=full' }, 'never'), 'VMENTER_L1D_FLUSH_NEVER');
    assert.equal(state(l, { cmdline: 'l1tf=off' }, 'always'), 'VMENTER_L1D_FLUSH_ALWAYS');
    assert.equal(state(l, { cmdline: 'l1tf=full,force' }, 'never'), 'VMENTER_L1D_FLUSH_ALWAYS');
  });

  test(`${l}: an unknown word refuses the module and changes nothing`, () => {
    const b = booted(l);
    assert.equal(setupL1dFlush(b, { parameters: ['sometimes'], enableEpt: true }), false);
    assert.equal(b.shared('l1tf_vmx_mitigation'), null);
  });

  test(`${l}: the last of several values counts, and each must be a word it knows`, () => {
    const b = booted(l);
    assert.equal(setupL1dFlush(b, { parameters: ['always', 'never'], enableEpt: true }), true);
    assert.equal(b.shared('l1tf_vmx_mitigation'), 'VMENTER_L1D_FLUSH_NEVER');
    assert.equal(line(b, 'l1tf'), 'Mitigation: PTE Inversion; VMX: vulnerable');
    assert.equal(setupL1dFlush(b, { parameters: ['sometimes', 'never'], enableEpt: true }), false);
    assert.equal(setupL1dFlush(b, { parameters: ['cond', null], enableEpt: true }), false);
  });

  test(`${l}: static keys, the line, and what unloading leaves`, () => {
    const b = booted(l);
    setupL1dFlush(b, { parameters: ['always'], enableEpt: true });
    assert.deepEqual([b.shared('vmx_l1d_should_flush'), b.shared('vmx_l1d_flush_cond')], [true, false]);
    setupL1dFlush(b, { parameters: ['cond'], enableEpt: true });
    assert.deepEqual([b.shared('vmx_l1d_should_flush'), b.shared('vmx_l1d_flush_cond')], [true, true]);
    assert.equal(line(b, 'l1tf'), 'Mitigation: PTE Inversion; VMX: conditional cache flushes, SMT vulnerable');
    cleanupL1dFlush(b);
    assert.equal(line(b, 'l1tf'), 'Mitigation: PTE Inversion');
    assert.equal(b.shared('vmx_l1d_should_flush'), true);
  });
}

test('7.2: a kernel without mitigations never flushes and does not read the parameter', () => {
  assert.equal(state('7.2', { config: { CONFIG_CPU_MITIGATIONS: 'n' } }, 'sometimes'), 'VMENTER_L1D_FLUSH_NEVER');
  assert.equal(state('6.12', { config: { CONFIG_CPU_MITIGATIONS: 'n' } }, 'always'), 'VMENTER_L1D_FLUSH_ALWAYS');
});
