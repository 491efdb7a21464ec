import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, type Case, LINES, type Line, line, SINGLE } from './support.ts';

const SKYLAKE: Case = { has: ['IBRS', 'IBPB', 'STIBP', 'MSR_SPEC_CTRL'] };
const ZEN2: Case = { vendor: 'AMD', family: 0x17, model: 0x31, has: ['IBPB', 'STIBP'] };
const ZEN1: Case = { vendor: 'AMD', family: 0x17, model: 1, has: ['IBPB'] };
const NOT_BUILT = {
  unret: { CONFIG_MITIGATION_UNRET_ENTRY: 'n', CONFIG_CPU_UNRET_ENTRY: 'n' },
  ibpb: { CONFIG_MITIGATION_IBPB_ENTRY: 'n', CONFIG_CPU_IBPB_ENTRY: 'n' },
};

function said(l: Line, one: Case, cmdline = ''): string | null {
  return line(booted(l, { ...one, cmdline }), 'retbleed');
}

function logged(l: Line, one: Case, text: string): void {
  const { log } = booted(l, one);
  assert.ok(log.includes(`RETBleed: ${text}`), `${l}: ${text}\nin ${log.join('\n')}`);
}

for (const l of LINES) {
  test(`${l}: who is affected`, () => {
    assert.equal(affected(booted(l, SKYLAKE), 'retbleed'), true);
    assert.equal(affected(booted(l, ZEN2), 'retbleed'), true);
    assert.equal(affected(booted(l, { ...ZEN2, has: ['BTC_NO'] }), 'retbleed'), false);
    assert.equal(affected(booted(l, { model: 0x8f }), 'retbleed'), false);
    assert.equal(affected(booted(l, { model: 0x8f, archCap: ['RSBA'] }), 'retbleed'), true);
    assert.equal(
      said(l, { model: 0x8f, archCap: ['RSBA'] }, 'retbleed=unret'),
      l === '6.1' ? 'Vulnerable: untrained return thunk / IBPB on non-AMD based uarch' : 'Vulnerable',
    );
  });

  test(`${l}: AMD untrains, and siblings count`, () => {
    assert.equal(said(l, ZEN2), 'Mitigation: untrained return thunk; SMT enabled with STIBP protection');
    assert.equal(said(l, ZEN1), 'Mitigation: untrained return thunk; SMT vulnerable');
    assert.equal(said(l, { ...ZEN1, smt: false }), 'Mitigation: untrained return thunk; SMT disabled');
    assert.equal(said(l, ZEN2, 'retbleed=ibpb'), 'Mitigation: IBPB; SMT enabled with STIBP protection');
    assert.equal(said(l, ZEN2, 'retbleed=off'), 'Vulnerable');
    assert.equal(said(l, ZEN2, 'mitigations=off'), 'Vulnerable');
    assert.equal(said(l, ZEN2, 'mitigations=off retbleed=unret'), l === '7.2' ? 'Mitigation: untrained return thunk; SMT vulnerable' : 'Vulnerable');
    assert.equal(said(l, { vendor: 'HYGON', family: 0x18, model: 1 }), 'Mitigation: untrained return thunk; SMT vulnerable');
  });

  test(`${l}: what is not built or not there falls back to auto`, () => {
    const prefix = l === '6.1' ? 'CPU' : 'MITIGATION';
    logged(l, { ...ZEN2, cmdline: 'retbleed=unret', config: NOT_BUILT.unret }, `WARNING: kernel not compiled with ${prefix}_UNRET_ENTRY.`);
    assert.match(line(booted(l, { ...ZEN2, cmdline: 'retbleed=unret', config: NOT_BUILT.unret }), 'retbleed') ?? '', /^Mitigation: IBPB/);
    logged(l, { ...ZEN2, cmdline: 'retbleed=ibpb', config: NOT_BUILT.ibpb }, `WARNING: kernel not compiled with ${prefix}_IBPB_ENTRY.`);
    logged(l, { ...ZEN2, has: [], cmdline: 'retbleed=ibpb' }, 'WARNING: CPU does not support IBPB.');
    assert.match(said(l, { ...ZEN2, has: [] }, 'retbleed=ibpb') ?? '', /^Mitigation: untrained return thunk/);
    assert.equal(line(booted(l, { ...ZEN2, config: { ...NOT_BUILT.unret, ...NOT_BUILT.ibpb } }), 'retbleed'), 'Vulnerable');
  });

  test(`${l}: nosmt counts where STIBP cannot stand in`, () => {
    const control = (one: Case, cmdline: string): unknown => booted(l, { ...one, cmdline, share: { cpu_smt_control: 'on' } }).shared('cpu_smt_control');
    assert.equal(control(ZEN1, 'retbleed=auto,nosmt'), 'off');
    assert.equal(control(ZEN1, 'retbleed=ibpb,nosmt'), 'off');
    assert.equal(control(ZEN2, 'retbleed=auto,nosmt'), 'on');
    assert.equal(control(ZEN1, 'mitigations=auto,nosmt'), 'off');
    assert.equal(control(ZEN1, 'retbleed=nosmt retbleed=off'), 'on');
  });

  test(`${l}: on Intel the mode of Spectre v2 decides`, () => {
    assert.equal(said(l, SKYLAKE), 'Mitigation: IBRS');
    assert.equal(said(l, SKYLAKE, 'retbleed=ibpb'), 'Mitigation: IBRS');
    assert.equal(said(l, { ...SKYLAKE, archCap: ['IBRS_ALL'] }), 'Mitigation: Enhanced IBRS');
    const retpoline = { ...SKYLAKE, cmdline: 'spectre_v2=retpoline' };
    assert.equal(line(booted(l, retpoline), 'retbleed'), 'Vulnerable');
    logged(l, retpoline, 'WARNING: Spectre v2 mitigation leaves CPU vulnerable to RETBleed attacks, data leaks possible!');
    assert.equal(
      said(l, SKYLAKE, 'spectre_v2=retpoline retbleed=unret'),
      l === '6.1' ? 'Vulnerable: untrained return thunk / IBPB on non-AMD based uarch' : 'Vulnerable',
    );
    const none = booted(l, { ...SKYLAKE, has: [] }).log.filter((one) => one.includes('leaves CPU vulnerable'));
    assert.equal(none.length, l === '7.2' ? 0 : 1, '7.2 does not warn of what it did not choose');
  });

  test(`${l}: words between commas, each by itself; unknown ones and a missing value`, () => {
    const given = booted(l, { ...ZEN2, cmdline: 'retbleed=ibpb,,best,nosmt retbleed' });
    assert.match(line(given, 'retbleed') ?? '', /^Mitigation: IBPB/);
    assert.equal(given.shared('retbleed_nosmt'), true);
    const lines = given.log.filter((one) => /unknown|Malformed/.test(one));
    assert.deepEqual(lines, [
      'RETBleed: Ignoring unknown retbleed option ().',
      'RETBleed: Ignoring unknown retbleed option (best).',
      "Malformed early option 'retbleed'",
    ]);
  });
}

for (const l of ['6.12', '7.2'] as const) {
  test(`${l}: stuffing needs retpolines, Intel and call depth tracking`, () => {
    const both = 'spectre_v2=retpoline retbleed=stuff';
    const b = booted(l, { ...SKYLAKE, cmdline: both });
    assert.equal(line(b, 'retbleed'), 'Mitigation: Stuffing');
    assert.ok(b.has('CALL_DEPTH') && b.has('RETHUNK'));
    const without = { ...SKYLAKE, cmdline: both, config: { CONFIG_MITIGATION_CALL_DEPTH_TRACKING: 'n' } };
    logged(l, without, 'WARNING: kernel not compiled with MITIGATION_CALL_DEPTH_TRACKING.');
    assert.equal(line(booted(l, without), 'retbleed'), 'Vulnerable');
    const lfence = { has: [...SKYLAKE.has!, 'LFENCE_RDTSC'], cmdline: 'spectre_v2=retpoline,lfence retbleed=stuff' };
    logged(l, lfence, `WARNING: retbleed=stuff depends on ${l === '7.2' ? 'retpoline' : 'spectre_v2=retpoline'}`);
    assert.equal(line(booted(l, lfence), 'retbleed'), 'Vulnerable');
  });

  test(`${l}: force sets the bug where no list has it`, () => {
    assert.equal(
      said(l, { vendor: 'AMD', family: 0x19, model: 0x11, has: ['IBPB', 'STIBP'] }, 'retbleed=force'),
      'Mitigation: untrained return thunk; SMT enabled with STIBP protection',
    );
  });
}

test('6.1 knows neither stuff nor force', () => {
  const b = booted('6.1', { ...SKYLAKE, cmdline: 'retbleed=stuff,force' });
  assert.deepEqual(
    b.log.filter((one) => one.includes('unknown')).map((one) => one.slice(-8)),
    ['(stuff).', '(force).'],
  );
});

test('7.2: IBPB that SRSO wants serves here, stuffing on AMD is refused, and other vendors have no automatic choice', () => {
  assert.match(said('7.2', { ...ZEN2, has: ['IBPB', 'STIBP', 'IBPB_BRTYPE'], bugs: ['SRSO'] }, 'spec_rstack_overflow=ibpb') ?? '', /^Mitigation: IBPB/);
  logged('7.2', { ...ZEN2, cmdline: 'retbleed=stuff' }, 'WARNING: retbleed=stuff only supported for Intel CPUs.');
  assert.equal(said('7.2', { ...ZEN2 }, 'mitigations=auto,no_user_kernel,no_guest_host'), 'Vulnerable');
  assert.equal(said('7.2', { vendor: 'ZHAOXIN', family: 7, model: 0x3b, bugs: ['RETBLEED'] }), '(null)');
  for (const l of SINGLE) assert.equal(said(l, { vendor: 'ZHAOXIN', family: 7, model: 0x3b, bugs: ['RETBLEED'] }), 'Vulnerable');
});
