import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, LINES, line, SINGLE } from './support.ts';

const GIB = 2 ** 30;

for (const l of LINES) {
  test(`${l}: L1TF needs Meltdown's conditions and a place off the list`, () => {
    assert.equal(affected(booted(l), 'l1tf'), true);
    assert.equal(affected(booted(l, { archCap: ['RDCL_NO'] }), 'l1tf'), false);
    assert.equal(affected(booted(l, { model: 0x5c }), 'l1tf'), false, 'Goldmont has Meltdown only');
    assert.equal(affected(booted(l, { model: 0x5c }), 'meltdown'), true);
    assert.equal(affected(booted(l, { vendor: 'AMD', family: 0x17 }), 'l1tf'), false);
    assert.equal(affected(booted(l, { model: 0x1c }), 'l1tf'), false, 'Bonnell does not speculate');
  });

  test(`${l}: entries are inverted whatever the option says`, () => {
    for (const word of ['off', 'flush', 'flush,nowarn', 'flush,nosmt', 'full', 'full,force', 'maybe'])
      assert.equal(line(booted(l, { cmdline: `l1tf=${word}` }), 'l1tf'), 'Mitigation: PTE Inversion', word);
  });

  test(`${l}: l1tf= and the siblings`, () => {
    const control = (cmdline: string): unknown => booted(l, { cmdline }).shared('cpu_smt_control');
    assert.equal(control('l1tf=flush'), null);
    assert.equal(control('l1tf=flush,nowarn'), null);
    assert.equal(control('l1tf=flush,nosmt'), 'off');
    assert.equal(control('l1tf=full'), 'off');
    assert.equal(control('l1tf=full,force'), 'forceoff');
    assert.ok(booted(l, { cmdline: 'l1tf' }).log.includes("Malformed early option 'l1tf'"));
    assert.equal(booted(l, { archCap: ['RDCL_NO'], cmdline: 'l1tf' }).log.includes("Malformed early option 'l1tf'"), false);
  });

  test(`${l}: memory above half of the address space cannot be protected, unless the user gave up`, () => {
    const big = { model: 0x2d, physBits: 36, memoryBytes: 40 * GIB };
    const b = booted(l, big);
    assert.equal(line(b, 'l1tf'), 'Vulnerable');
    assert.ok(b.log.includes('L1TF: You may make it effective by booting the kernel with mem=34359738368 parameter.'));
    assert.equal(line(booted(l, { ...big, memoryBytes: 16 * GIB }), 'l1tf'), 'Mitigation: PTE Inversion');
    assert.equal(line(booted(l, { ...big, cmdline: 'l1tf=off' }), 'l1tf'), 'Mitigation: PTE Inversion');
    assert.equal(line(booted(l, { ...big, model: 0x2a }), 'l1tf'), 'Mitigation: PTE Inversion', 'Sandy Bridge caches 44 bits');
    assert.equal(line(booted(l, { ...big, model: 0x2a, physBits: 46, memoryBytes: 20 * 2 ** 40 }), 'l1tf'), 'Mitigation: PTE Inversion');
  });

  test(`${l}: mem= takes memory away, and so does what the kernel advises`, () => {
    const text = (memoryBytes: number, cmdline: string): string | null => line(booted(l, { model: 0x2d, physBits: 36, memoryBytes, cmdline }), 'l1tf');
    for (const word of ['mem=34359738368', 'mem=32G', 'mem=0x800000000', 'mem=40g mem=16384M', 'mem=0400000000000'])
      assert.equal(text(40 * GIB, word), 'Mitigation: PTE Inversion', word);
    for (const word of ['mem=33G', 'mem=', 'mem=x', 'mem']) assert.equal(text(40 * GIB, word), 'Vulnerable', word);
    assert.ok(booted(l, { cmdline: 'mem=nothing' }).log.includes("Malformed early option 'mem'"));
    assert.equal(text(32 * GIB, ''), 'Vulnerable', 'the hole below 4 GiB pushes the last of it over the half');
  });

  test(`${l}: the line tells what kvm_intel does, once it is loaded`, () => {
    const text = (state: string, smt: boolean): string | null => line(booted(l, { smt, share: { l1tf_vmx_mitigation: state } }), 'l1tf');
    const base = 'Mitigation: PTE Inversion';
    assert.equal(text('VMENTER_L1D_FLUSH_AUTO', true), base);
    assert.equal(text('VMENTER_L1D_FLUSH_COND', true), `${base}; VMX: conditional cache flushes, SMT vulnerable`);
    assert.equal(text('VMENTER_L1D_FLUSH_COND', false), `${base}; VMX: conditional cache flushes, SMT disabled`);
    assert.equal(text('VMENTER_L1D_FLUSH_ALWAYS', true), `${base}; VMX: cache flushes, SMT vulnerable`);
    assert.equal(text('VMENTER_L1D_FLUSH_NEVER', true), `${base}; VMX: vulnerable`);
    assert.equal(text('VMENTER_L1D_FLUSH_NEVER', false), `${base}; VMX: vulnerable, SMT disabled`);
    assert.equal(text('VMENTER_L1D_FLUSH_EPT_DISABLED', true), `${base}; VMX: EPT disabled`);
    assert.equal(text('VMENTER_L1D_FLUSH_NOT_REQUIRED', true), `${base}; VMX: flush not necessary, SMT vulnerable`);
    const b = booted(l, { share: { l1tf_vmx_mitigation: 'VMENTER_L1D_FLUSH_COND' }, config: { CONFIG_KVM_INTEL: 'n' } });
    assert.equal(line(b, 'l1tf'), base);
  });
}

for (const l of SINGLE)
  test(`${l}: the global switch overrules l1tf=`, () => {
    assert.equal(booted(l, { cmdline: 'mitigations=off l1tf=full,force' }).shared('cpu_smt_control'), null);
    const b = booted(l, { cmdline: 'mitigations=auto,nosmt l1tf=off' });
    assert.equal(b.choice('l1tf'), 'L1TF_MITIGATION_FLUSH_NOSMT');
    assert.equal(b.shared('cpu_smt_control'), 'off');
  });

test('7.2: l1tf= overrules the global switch, auto follows the vectors', () => {
  assert.equal(booted('7.2', { cmdline: 'mitigations=off l1tf=full,force' }).shared('cpu_smt_control'), 'forceoff');
  assert.equal(booted('7.2', { cmdline: 'mitigations=auto,nosmt l1tf=off' }).choice('l1tf'), 'L1TF_MITIGATION_OFF');
  assert.equal(booted('7.2', { cmdline: 'mitigations=auto,nosmt' }).choice('l1tf'), 'L1TF_MITIGATION_FLUSH_NOSMT');
  assert.equal(booted('7.2').choice('l1tf'), 'L1TF_MITIGATION_FLUSH');
  assert.equal(booted('7.2', { cmdline: 'mitigations=auto,no_user_kernel,no_guest_host' }).choice('l1tf'), 'L1TF_MITIGATION_OFF');
  assert.equal(booted('7.2', { archCap: ['RDCL_NO'] }).choice('l1tf'), 'L1TF_MITIGATION_OFF');
});

for (const l of ['6.12', '7.2'] as const)
  test(`${l}: a kernel built without the mitigation starts from off, and inverts all the same`, () => {
    const b = booted(l, { config: { CONFIG_MITIGATION_L1TF: 'n' } });
    assert.equal(b.choice('l1tf'), 'L1TF_MITIGATION_OFF');
    assert.equal(line(b, 'l1tf'), 'Mitigation: PTE Inversion');
  });
