import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, type Case, LINES, type Line, line } from './support.ts';

const CPU: Case = { has: ['IBPB', 'IBRS'] };
const ZEN2: Case = { vendor: 'AMD', family: 0x17, model: 0x31, has: ['IBPB', 'IBPB_BRTYPE'] };

function said(l: Line, one: Case, cmdline = ''): string | null {
  return line(booted(l, { ...one, cmdline }), 'vmscape');
}

for (const l of LINES) {
  test(`${l}: IBPB before user space where the CPU has it`, () => {
    const b = booted(l, CPU);
    assert.equal(line(b, 'vmscape'), 'Mitigation: IBPB before exit to userspace');
    assert.ok(b.has('IBPB_EXIT_TO_USER'));
    assert.equal(said(l, {}), 'Vulnerable');
    assert.equal(affected(booted(l, { has: ['IBPB', 'HYPERVISOR'] }), 'vmscape'), false);
    assert.equal(said(l, CPU, 'mitigations=off'), 'Vulnerable');
    assert.equal(said(l, CPU, 'mitigations=off vmscape=ibpb'), l === '7.2' ? 'Mitigation: IBPB before exit to userspace' : 'Vulnerable');
    assert.equal(said(l, { ...CPU, config: { CONFIG_MITIGATION_VMSCAPE: 'n' } }), 'Vulnerable');
  });

  test(`${l}: the words of vmscape=`, () => {
    assert.equal(said(l, CPU, 'vmscape=off'), 'Vulnerable');
    assert.equal(said(l, CPU, 'vmscape=off vmscape=ibpb'), 'Mitigation: IBPB before exit to userspace');
    assert.equal(
      said(l, { vendor: 'ZHAOXIN', family: 7, model: 0x3b, has: ['IBPB'] }, 'vmscape=off vmscape=force'),
      'Mitigation: IBPB before exit to userspace',
    );
    const { log } = booted(l, { ...CPU, cmdline: 'vmscape=on vmscape' });
    assert.deepEqual(
      log.filter((one) => /unknown|Malformed/.test(one)),
      ['VMSCAPE: Ignoring unknown vmscape=on option.', "Malformed early option 'vmscape'"],
    );
  });

  test(`${l}: what flushes at every VM exit serves here, whatever was asked`, () => {
    assert.equal(said(l, ZEN2, 'retbleed=ibpb'), 'Mitigation: IBPB on VMEXIT');
    assert.equal(said(l, ZEN2, 'spec_rstack_overflow=ibpb-vmexit vmscape=off'), 'Mitigation: IBPB on VMEXIT');
  });

  test(`${l}: siblings need STIBP, and the kernel says so once`, () => {
    const warns = (one: Case): number => booted(l, one).log.filter((text) => text.startsWith('VMSCAPE: SMT on')).length;
    assert.equal(warns({ ...CPU, smt: true }), 1);
    assert.equal(warns({ ...CPU, smt: false }), 0);
    assert.equal(warns({ ...CPU, cmdline: 'vmscape=off' }), 0);
    assert.equal(warns({ has: ['IBPB', 'STIBP'], cmdline: 'spectre_v2_user=on' }), 0);
    assert.equal(warns({ model: 0x6a, has: ['IBPB'], archCap: ['IBRS_ALL'] }), 0, 'eIBRS keeps the threads apart');
    assert.equal(warns({ vendor: 'AMD', family: 0x19, model: 0x11, has: ['IBPB', 'AUTOIBRS'] }), 1, 'Automatic IBRS does not');
  });
}

test('7.2: the vector from guest to host alone', () => {
  assert.equal(said('7.2', CPU, 'mitigations=auto,no_guest_host'), 'Vulnerable');
  assert.equal(said('7.2', CPU, 'mitigations=auto,no_user_kernel,no_user_user,no_guest_guest'), 'Mitigation: IBPB before exit to userspace');
});
