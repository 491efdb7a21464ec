import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, type Case, LINES, type Line, line, SINGLE } from './support.ts';

/** Cascade Lake, with eIBRS. */
const CLX: Case = { model: 0x55, stepping: 7, has: ['IBRS', 'IBPB'], archCap: ['IBRS_ALL', 'RDCL_NO'] };
/** Ice Lake server: guests and the host are kept apart. */
const ICX: Case = { ...CLX, model: 0x6a };
const THUNKS = 'Mitigation: Aligned branch/return thunks';
const STUFF = 'Mitigation: Retpolines, Stuffing RSB';
const VMEXIT = 'Mitigation: Vulnerable, KVM: Not affected';
const RETPOLINE = 'spectre_v2=eibrs,retpoline';

function said(l: Line, one: Case, cmdline = ''): string | null {
  return line(booted(l, { ...one, cmdline }), 'its');
}

function log(l: Line, one: Case): string[] {
  return booted(l, one).log.filter((text) => text.startsWith('ITS: '));
}

for (const l of LINES) {
  test(`${l}: who is affected`, () => {
    assert.equal(affected(booted(l, CLX), 'its'), true);
    assert.equal(affected(booted(l, { ...CLX, stepping: 4 }), 'its'), false, 'Skylake-X');
    assert.equal(affected(booted(l, { ...CLX, archCap: ['ITS_NO'] }), 'its'), false);
    assert.equal(affected(booted(l, { ...CLX, has: ['BHI_CTRL'] }), 'its'), false);
    assert.equal(affected(booted(l, { model: 0x8f, has: ['HYPERVISOR'] }), 'its'), true, 'a guest may move');
    assert.equal(affected(booted(l, { ...CLX, vendor: 'AMD', family: 0x19 }), 'its'), false);
    assert.equal(booted(l, ICX).bug('ITS_NATIVE_ONLY'), true);
    assert.equal(booted(l, CLX).bug('ITS_NATIVE_ONLY'), false);
  });

  test(`${l}: thunks, off, and guests alone`, () => {
    assert.equal(said(l, CLX), THUNKS);
    const b = booted(l, CLX);
    assert.deepEqual([b.has('INDIRECT_THUNK_ITS'), b.has('RETHUNK'), b.shared('x86_return_thunk')], [true, true, 'its_return_thunk']);
    assert.equal(booted(l, { ...CLX, cmdline: RETPOLINE }).has('INDIRECT_THUNK_ITS'), false, 'retpolines have thunks of their own');
    assert.equal(said(l, CLX, 'indirect_target_selection=off'), 'Vulnerable');
    assert.equal(said(l, CLX, 'mitigations=off'), 'Vulnerable');
    assert.equal(said(l, ICX, 'indirect_target_selection=vmexit'), VMEXIT);
    assert.equal(said(l, CLX, 'indirect_target_selection=vmexit'), THUNKS, 'here guests reach the host');
    assert.equal(said(l, { model: 0x8f, has: ['IBRS'], archCap: ['IBRS_ALL'] }, 'indirect_target_selection=force'), THUNKS);
  });

  test(`${l}: what it rests on`, () => {
    const off = 'ITS: WARNING: Spectre-v2 mitigation is off, disabling ITS';
    assert.equal(said(l, CLX, 'spectre_v2=off'), 'Vulnerable');
    assert.ok(log(l, { ...CLX, cmdline: 'spectre_v2=off' }).includes(off));
    const lfence = { ...CLX, has: ['IBRS', 'LFENCE_RDTSC'], cmdline: 'spectre_v2=eibrs,lfence' };
    assert.deepEqual(log(l, lfence), ['ITS: WARNING: ITS mitigation is not compatible with lfence mitigation', 'ITS: Vulnerable']);
    const noThunks = { ...CLX, config: { CONFIG_MITIGATION_RETHUNK: 'n', CONFIG_RETHUNK: 'n' } };
    assert.deepEqual(log(l, noThunks), ['ITS: WARNING: ITS mitigation depends on retpoline and rethunk support', 'ITS: Vulnerable']);
    const aligned = { ...CLX, config: { CONFIG_DEBUG_FORCE_FUNCTION_ALIGN_64B: 'y' } };
    assert.equal(log(l, aligned)[0], 'ITS: WARNING: ITS mitigation is not compatible with CONFIG_DEBUG_FORCE_FUNCTION_ALIGN_64B');
  });

  test(`${l}: bad words, and a build without it`, () => {
    const { log: all } = booted(l, { ...CLX, cmdline: 'indirect_target_selection=auto indirect_target_selection' });
    assert.deepEqual(
      all.filter((one) => /unknown|Malformed/.test(one)),
      ['ITS: Ignoring unknown indirect_target_selection option (auto).', "Malformed early option 'indirect_target_selection'"],
    );
    const config = { CONFIG_MITIGATION_ITS: 'n' };
    assert.equal(said(l, { ...CLX, config }, 'indirect_target_selection=on'), 'Vulnerable');
    assert.equal(log(l, { ...CLX, config, cmdline: 'indirect_target_selection=on' })[0], 'ITS: Mitigation disabled at compile time, ignoring option (on)');
  });
}

for (const l of ['6.12', '7.2'] as const)
  test(`${l}: stuffing`, () => {
    const stuff = 'indirect_target_selection=stuff';
    assert.equal(said(l, CLX, `${stuff} ${RETPOLINE}`), STUFF);
    assert.ok(booted(l, { ...CLX, cmdline: `${stuff} ${RETPOLINE}` }).has('CALL_DEPTH'));
    assert.equal(said(l, CLX, stuff), THUNKS, 'without retpolines there is none');
    const config = { CONFIG_MITIGATION_CALL_DEPTH_TRACKING: 'n' };
    assert.equal(said(l, { ...CLX, config }, `${stuff} ${RETPOLINE}`), THUNKS);
    assert.ok(log(l, { ...CLX, config, cmdline: `${stuff} ${RETPOLINE}` }).includes('ITS: RSB stuff mitigation not supported, using default'));
  });

test('RETBleed and ITS share the stuffing', () => {
  const cml: Case = { model: 0x8e, stepping: 0xc, has: ['IBRS', 'IBPB'] };
  const asked = 'spectre_v2=retpoline retbleed=stuff';
  for (const l of ['6.12', '7.2'] as const) assert.equal(said(l, { ...cml, bugs: ['RETBLEED'] }, asked), STUFF);
  const its = 'spectre_v2=retpoline indirect_target_selection=stuff';
  for (const l of ['6.12', '7.2'] as const) {
    const b = booted(l, { ...cml, bugs: ['RETBLEED'], cmdline: its });
    assert.deepEqual([line(b, 'its'), line(b, 'retbleed')], [STUFF, 'Mitigation: Stuffing']);
    assert.equal(b.log.includes('ITS: Retbleed mitigation updated to stuffing'), l === '6.12');
  }
});

test('6.1 knows no stuffing; 7.2 asks the attack vectors', () => {
  assert.equal(log('6.1', { ...CLX, cmdline: 'indirect_target_selection=stuff' })[0], 'ITS: Ignoring unknown indirect_target_selection option (stuff).');
  assert.equal(said('7.2', CLX, 'mitigations=auto,no_user_kernel,no_guest_host'), 'Vulnerable');
  assert.equal(said('7.2', CLX, 'mitigations=auto,no_guest_host'), THUNKS);
  for (const l of SINGLE) assert.equal(said(l, CLX, 'mitigations=off indirect_target_selection=on'), 'Vulnerable');
});
