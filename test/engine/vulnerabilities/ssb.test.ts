import assert from 'node:assert/strict';
import test from 'node:test';
import type { Boot } from '../../../src/engine/boot/boot.ts';
import { affected, booted, type Case, engaged, LINES, line, SINGLE } from './support.ts';

const SSBD = { has: ['SSBD', 'SPEC_CTRL_SSBD', 'MSR_SPEC_CTRL'] };
const PRCTL = 'Mitigation: Speculative Store Bypass disabled via prctl';
const DISABLED = 'Mitigation: Speculative Store Bypass disabled';
const SPEC_CTRL = 0x48;
const LS_CFG = 0xc0011020;
const VIRT_SPEC_CTRL = 0xc001011f;

function ssbPrctl(b: Boot): number {
  return engaged(b).prctl.storeBypass;
}

for (const l of LINES) {
  const said = (cmdline: string, more: Case = {}): string | null => line(booted(l, { ...SSBD, ...more, cmdline }), 'ssb');

  test(`${l}: the list, SSB_NO and AMD_SSB_NO rule it out`, () => {
    assert.equal(affected(booted(l), 'ssb'), true);
    assert.equal(affected(booted(l, { model: 0x37 }), 'ssb'), false);
    assert.equal(affected(booted(l, { archCap: ['SSB_NO'] }), 'ssb'), false);
    assert.equal(affected(booted(l, { vendor: 'AMD', family: 0x19, has: ['AMD_SSB_NO'] }), 'ssb'), false);
    assert.equal(affected(booted(l, { model: 0x1c }), 'ssb'), false, 'Bonnell does not speculate');
  });

  test(`${l}: without SSBD no option helps`, () => {
    for (const cmdline of ['', 'spec_store_bypass_disable=on', 'spec_store_bypass_disable=prctl']) {
      const b = booted(l, { cmdline });
      assert.equal(line(b, 'ssb'), 'Vulnerable');
      assert.equal(ssbPrctl(b), 2);
    }
  });

  test(`${l}: spec_store_bypass_disable=`, () => {
    assert.equal(said(''), PRCTL);
    assert.equal(said('spec_store_bypass_disable=auto'), PRCTL);
    assert.equal(said('spec_store_bypass_disable=prctl'), PRCTL);
    assert.equal(said('spec_store_bypass_disable=off'), 'Vulnerable');
    assert.equal(said('nospec_store_bypass_disable'), 'Vulnerable');
    assert.equal(said('mitigations=off'), 'Vulnerable');
    assert.equal(said('spec_store_bypass_disable=on'), DISABLED);
    assert.equal(said('spec_store_bypass_disable=seccomp'), `${PRCTL} and seccomp`);
    assert.equal(said('spec_store_bypass_disable=seccomp', { config: { CONFIG_SECCOMP: 'n' } }), PRCTL);
    assert.equal(said('spec_store_bypass_disable=on nospec_store_bypass_disable'), 'Vulnerable');
  });

  test(`${l}: prctl answers by the mode`, () => {
    const answer = (cmdline: string): number => ssbPrctl(booted(l, { ...SSBD, cmdline }));
    assert.equal(answer(''), 3);
    assert.equal(answer('spec_store_bypass_disable=seccomp'), 3);
    assert.equal(answer('spec_store_bypass_disable=on'), 4);
    assert.equal(answer('spec_store_bypass_disable=off'), 2);
    assert.equal(ssbPrctl(booted(l, { ...SSBD, archCap: ['SSB_NO'] })), 0);
  });

  test(`${l}: disabled for good by a bit of SPEC_CTRL`, () => {
    for (const has of [
      ['SSBD', 'SPEC_CTRL_SSBD', 'MSR_SPEC_CTRL'],
      ['SSBD', 'AMD_SSBD', 'MSR_SPEC_CTRL'],
    ]) {
      const b = booted(l, { has, cmdline: 'spec_store_bypass_disable=on' });
      assert.equal((b.shared('x86_spec_ctrl_base') as bigint) & 4n, 4n);
      assert.equal(b.msr(SPEC_CTRL)! & 4n, 4n);
      assert.equal(b.has('SPEC_STORE_BYPASS_DISABLE'), true);
      assert.equal(b.written.has(LS_CFG), false);
    }
  });

  test(`${l}: older AMD parts have it elsewhere`, () => {
    const zen = { vendor: 'AMD', family: 0x17, model: 0x31, cmdline: 'spec_store_bypass_disable=on' } as const;
    const share = { x86_amd_ls_cfg_base: 0x10n, x86_amd_ls_cfg_ssbd_mask: 0x400n };
    const b = booted(l, { ...zen, has: ['SSBD', 'LS_CFG_SSBD'], share });
    assert.equal(b.msr(LS_CFG), 0x410n);
    assert.equal(b.written.has(SPEC_CTRL), false);
    assert.equal(booted(l, { ...zen, has: ['SSBD', 'LS_CFG_SSBD', 'VIRT_SSBD'], share }).msr(VIRT_SPEC_CTRL), 4n);
    assert.equal(booted(l, { ...zen, has: ['SSBD'] }).written.size, 0);
  });
}

for (const l of SINGLE) {
  test(`${l}: a CPU without the bug is mitigated where the user says so`, () => {
    const one = { ...SSBD, archCap: ['SSB_NO'] as const };
    assert.equal(ssbPrctl(booted(l, { ...one, cmdline: 'spec_store_bypass_disable=on' })), 4);
    assert.equal(ssbPrctl(booted(l, { ...one, cmdline: 'spec_store_bypass_disable=prctl' })), 3);
    assert.equal(ssbPrctl(booted(l, { ...one, cmdline: 'spec_store_bypass_disable=auto' })), 0);
    assert.equal(ssbPrctl(booted(l, { ...one, cmdline: 'spec_store_bypass_disable=off' })), 0);
  });

  test(`${l}: an unknown word falls back to the default, and says so`, () => {
    const b = booted(l, { ...SSBD, cmdline: 'spec_store_bypass_disable=maybe' });
    assert.equal(line(b, 'ssb'), PRCTL);
    const instead = l === '6.1' ? 'AUTO select' : 'default mode';
    assert.ok(b.log.includes(`Speculative Store Bypass: unknown option (maybe). Switching to ${instead}`));
    assert.equal(line(booted(l, { ...SSBD, cmdline: 'nospec_store_bypass_disable=1' }), 'ssb'), PRCTL, 'the bare word counts');
    assert.equal(line(booted(l, { ...SSBD, cmdline: 'spec_store_bypass_disable' }), 'ssb'), PRCTL);
  });

  test(`${l}: mitigations=off overrules the option`, () => {
    assert.equal(line(booted(l, { ...SSBD, cmdline: 'mitigations=off spec_store_bypass_disable=on' }), 'ssb'), 'Vulnerable');
  });
}

test('6.12: a kernel built without the mitigation; an unknown word falls back to that', () => {
  const config = { CONFIG_MITIGATION_SSB: 'n' };
  assert.equal(line(booted('6.12', { ...SSBD, config }), 'ssb'), 'Vulnerable');
  assert.equal(line(booted('6.12', { ...SSBD, config, cmdline: 'spec_store_bypass_disable=maybe' }), 'ssb'), 'Vulnerable');
  assert.equal(line(booted('7.2', { ...SSBD, config }), 'ssb'), 'Vulnerable');
});

test('7.2: the option overrules mitigations=off; nospec_store_bypass_disable closes the matter; bad words change nothing', () => {
  assert.equal(line(booted('7.2', { ...SSBD, cmdline: 'mitigations=off spec_store_bypass_disable=on' }), 'ssb'), DISABLED);
  assert.equal(line(booted('7.2', { ...SSBD, cmdline: 'nospec_store_bypass_disable spec_store_bypass_disable=on' }), 'ssb'), 'Vulnerable');
  assert.equal(line(booted('7.2', { ...SSBD, cmdline: 'nospec_store_bypass_disable=1' }), 'ssb'), 'Vulnerable', 'an early option does not look at the value');
  const bad = booted('7.2', { ...SSBD, cmdline: 'spec_store_bypass_disable=on spec_store_bypass_disable=maybe spec_store_bypass_disable' });
  assert.equal(line(bad, 'ssb'), DISABLED);
  assert.ok(bad.log.includes('Speculative Store Bypass: Ignoring unknown spec_store_bypass_disable option (maybe).'));
  assert.ok(bad.log.includes("Malformed early option 'spec_store_bypass_disable'"));
  assert.equal(line(booted('7.2', { ...SSBD, cmdline: 'mitigations=auto,no_user_user' }), 'ssb'), 'Vulnerable');
});

test('7.2: a CPU without the bug is never mitigated', () => {
  const b = booted('7.2', { ...SSBD, archCap: ['SSB_NO'], cmdline: 'spec_store_bypass_disable=on' });
  assert.equal(ssbPrctl(b), 0);
  assert.equal(b.has('SPEC_STORE_BYPASS_DISABLE'), false);
});
