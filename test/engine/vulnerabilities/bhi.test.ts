import assert from 'node:assert/strict';
import test from 'node:test';
import { booted, type Case, LINES, type Line, line } from './support.ts';

const ICX: Case = { model: 0x6a, has: ['IBRS', 'IBPB'], archCap: ['IBRS_ALL', 'RDCL_NO', 'ITS_NO'] };
const WITH_CTRL: Case = { ...ICX, has: [...ICX.has!, 'BHI_CTRL'] };
const BHI_DIS_S = 0x400n;

/** The end of the line of spectre_v2. */
function said(l: Line, one: Case): string | undefined {
  return line(booted(l, one), 'spectre_v2')?.split('; BHI: ')[1];
}

for (const l of LINES) {
  test(`${l}: by hardware, by a loop, by retpolines, or not at all`, () => {
    const hardware = booted(l, WITH_CTRL);
    assert.equal(said(l, WITH_CTRL), 'BHI_DIS_S');
    assert.equal((hardware.msr(0x48) ?? 0n) & BHI_DIS_S, BHI_DIS_S);
    assert.equal(said(l, ICX), 'SW loop, KVM: SW loop');
    assert.equal(said(l, { ...ICX, cmdline: 'spectre_v2=eibrs,retpoline' }), 'Retpoline');
    const rrsba: Case = { ...ICX, archCap: [...ICX.archCap!, 'RRSBA'], cmdline: 'spectre_v2=eibrs,retpoline' };
    assert.equal(said(l, rrsba), 'SW loop, KVM: SW loop', 'returns are predicted elsewhere, and that cannot be switched off');
    assert.equal(said(l, { ...rrsba, has: [...ICX.has!, 'RRSBA_CTRL'] }), 'Retpoline');
    assert.equal(said(l, { ...WITH_CTRL, cmdline: 'spectre_bhi=off' }), 'Vulnerable');
    assert.equal(said(l, { ...WITH_CTRL, cmdline: 'spectre_v2=off' }), 'Vulnerable');
    assert.equal(said(l, { ...ICX, config: { CONFIG_MITIGATION_SPECTRE_BHI: 'n' } }), 'Vulnerable');
  });

  test(`${l}: who is affected`, () => {
    assert.equal(said(l, { ...ICX, archCap: [...ICX.archCap!, 'BHI_NO'] }), 'SW loop, KVM: SW loop', 'BHI_NO leaves attacks within one mode');
    assert.equal(said(l, {}), 'Not affected', 'no eIBRS');
    assert.notEqual(said(l, { has: ['HYPERVISOR'] }), 'Not affected', 'the host may hide it');
    assert.equal(said(l, { vendor: 'AMD', family: 0x19, model: 0x11, has: ['AUTOIBRS'] }), 'Not affected');
  });

  test(`${l}: the words of spectre_bhi=`, () => {
    const vmexit = { ...ICX, cmdline: 'spectre_bhi=vmexit' };
    assert.equal(said(l, vmexit), l === '6.1' ? 'SW loop, KVM: SW loop' : 'Vulnerable, KVM: SW loop');
    const { log } = booted(l, { ...ICX, cmdline: 'spectre_bhi=off spectre_bhi=on spectre_bhi=auto spectre_bhi' });
    assert.deepEqual(
      log.filter((one) => /unknown|Malformed/.test(one)),
      ['Spectre V2 : Ignoring unknown spectre_bhi option (auto)', "Malformed early option 'spectre_bhi'"],
    );
    assert.equal(said(l, { ...ICX, cmdline: 'spectre_bhi=off spectre_bhi=on' }), 'SW loop, KVM: SW loop');
  });
}

test('7.2: without the vector from guest to host nothing is cleared, without that from user to kernel only for guests', () => {
  assert.equal(said('7.2', { ...ICX, cmdline: 'mitigations=auto,no_guest_host' }), 'Vulnerable');
  assert.equal(said('7.2', { ...ICX, cmdline: 'mitigations=auto,no_user_kernel' }), 'Vulnerable, KVM: SW loop');
});
