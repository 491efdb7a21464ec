import assert from 'node:assert/strict';
import test from 'node:test';
import { setNxHugePages } from '../../../src/engine/vulnerabilities/itlb-multihit.ts';
import { affected, booted, LINES, line } from './support.ts';

const VMX = { has: ['MSR_IA32_FEAT_CTL', 'VMX'] };

for (const l of LINES) {
  test(`${l}: the list and PSCHANGE_MC_NO rule it out, nothing else does`, () => {
    assert.equal(affected(booted(l), 'itlb_multihit'), true);
    assert.equal(affected(booted(l, { archCap: ['PSCHANGE_MC_NO'] }), 'itlb_multihit'), false);
    assert.equal(affected(booted(l, { model: 0x37 }), 'itlb_multihit'), false);
    assert.equal(affected(booted(l, { family: 5, model: 2 }), 'itlb_multihit'), true, 'a CPU without speculation is asked, too');
  });

  test(`${l}: the line follows VMX as it stands`, () => {
    const said = (has: readonly string[], share: Record<string, boolean>): string | null => line(booted(l, { has, share }), 'itlb_multihit');
    assert.equal(said(['VMX'], {}), 'KVM: Mitigation: VMX unsupported');
    assert.equal(said(['MSR_IA32_FEAT_CTL'], {}), 'KVM: Mitigation: VMX unsupported');
    assert.equal(said(VMX.has, {}), 'KVM: Mitigation: VMX disabled');
    assert.equal(said(VMX.has, { cr4_vmxe: true, itlb_multihit_kvm_mitigation: true }), 'KVM: Mitigation: Split huge pages');
    assert.equal(said(VMX.has, { cr4_vmxe: true, itlb_multihit_kvm_mitigation: false }), 'KVM: Vulnerable');
    assert.equal(line(booted(l, { ...VMX, config: { CONFIG_KVM_INTEL: 'n' } }), 'itlb_multihit'), 'Processor vulnerable');
  });

  test(`${l}: kvm.nx_huge_pages`, () => {
    const set = (parameter: string | null, one = {}): unknown => {
      const b = booted(l, one);
      return setNxHugePages(b, parameter === null ? [] : parameter.split(' ')) ? b.shared('itlb_multihit_kvm_mitigation') : 'refused';
    };
    assert.equal(set(null), true);
    assert.equal(set(null, { archCap: ['PSCHANGE_MC_NO'] }), false);
    assert.equal(set('auto\n', { cmdline: 'mitigations=off' }), false);
    assert.equal(set('force', { archCap: ['PSCHANGE_MC_NO'] }), true);
    for (const word of ['off', 'never', 'N', '0', 'false', 'oFF']) assert.equal(set(word), false, word);
    for (const word of ['Y', '1', 'true', 'on', 'On']) assert.equal(set(word, { archCap: ['PSCHANGE_MC_NO'] }), true, word);
    for (const word of ['', 'maybe', 'o']) assert.equal(set(word), 'refused', word);
    assert.equal(set('off force'), true);
    for (const words of ['maybe off', 'never off', 'never never']) assert.equal(set(words), 'refused', words);
    assert.equal(set('off never'), false);
    assert.equal(setNxHugePages(booted(l), [null]), false, 'the bare word is no value');
    assert.equal(set('enabled'), l === '7.2' ? true : 'refused');
    assert.equal(set('Disabled'), l === '7.2' ? false : 'refused');
  });
}
