import assert from 'node:assert/strict';
import test from 'node:test';
import { updateForSmt } from '../../../src/engine/boot/mitigations.ts';
import { booted, type Case, LINES, type Line, line, SINGLE } from './support.ts';

const CPU: Case = { has: ['IBPB', 'STIBP', 'MSR_SPEC_CTRL'] };
const ZEN2: Case = { vendor: 'AMD', family: 0x17, model: 0x31, has: ['IBPB', 'STIBP', 'MSR_SPEC_CTRL'] };
const SPEC_CTRL = 0x48;

/** What the line of spectre_v2 says of IBPB and STIBP. */
function says(l: Line, one: Case): string[] {
  const parts = (line(booted(l, one), 'spectre_v2') ?? '').split('; ');
  return parts.filter((part) => part.startsWith('IBPB') || part.startsWith('STIBP'));
}

function modes(l: Line, one: Case): [ibpb: string, stibp: string] {
  const b = booted(l, one);
  const short = (id: string): string => b.choice(id).slice('SPECTRE_V2_USER_'.length);
  return [short('spectre_v2_user_ibpb'), short('spectre_v2_user_stibp')];
}

for (const l of LINES) {
  test(`${l}: the words of spectre_v2_user=`, () => {
    const given = (word: string, one: Case = CPU): [string, string] => modes(l, { ...one, cmdline: `spectre_v2_user=${word}` });
    assert.deepEqual(modes(l, CPU), ['PRCTL', 'PRCTL']);
    assert.deepEqual(given('auto'), ['PRCTL', 'PRCTL']);
    assert.deepEqual(given('off'), ['NONE', 'NONE']);
    assert.deepEqual(given('on'), ['STRICT', 'STRICT']);
    assert.deepEqual(given('prctl'), ['PRCTL', 'PRCTL']);
    assert.deepEqual(given('prctl,ibpb'), ['STRICT', 'PRCTL']);
    assert.deepEqual(given('seccomp'), ['SECCOMP', 'SECCOMP']);
    assert.deepEqual(given('seccomp,ibpb'), ['STRICT', 'SECCOMP']);
    const without = { ...CPU, config: { CONFIG_SECCOMP: 'n' } };
    assert.deepEqual(given('seccomp', without), ['PRCTL', 'PRCTL']);
    assert.deepEqual(given('seccomp,ibpb', without), ['STRICT', 'PRCTL']);
  });

  test(`${l}: what it says in the line of spectre_v2`, () => {
    assert.deepEqual(says(l, CPU), ['IBPB: conditional', 'STIBP: conditional']);
    assert.deepEqual(says(l, { ...CPU, smt: false }), ['IBPB: conditional'], 'no sibling, no key, no word');
    assert.deepEqual(says(l, { ...CPU, cmdline: 'spectre_v2_user=off' }), ['IBPB: disabled', 'STIBP: disabled']);
    assert.deepEqual(says(l, { ...CPU, cmdline: 'spectre_v2_user=on' }), ['IBPB: always-on', 'STIBP: forced']);
    assert.deepEqual(says(l, { has: ['STIBP'] }), ['STIBP: conditional']);
    assert.deepEqual(says(l, { has: ['IBPB'] }), ['IBPB: conditional', 'STIBP: disabled']);
    assert.deepEqual(says(l, {}), ['STIBP: disabled']);
    assert.deepEqual(says(l, { ...CPU, cmdline: 'spectre_v2=off' }), ['IBPB: disabled', 'STIBP: disabled']);
    assert.deepEqual(says(l, { ...CPU, share: { cpu_smt_control: 'forceoff' } }), ['IBPB: conditional', 'STIBP: disabled']);
  });

  test(`${l}: AMD prefers STIBP always on, and with RETBleed it must be`, () => {
    assert.deepEqual(modes(l, { ...ZEN2, bugs: [], cmdline: 'retbleed=off', has: [...ZEN2.has!, 'AMD_STIBP_ALWAYS_ON'] }), ['PRCTL', 'STRICT_PREFERRED']);
    assert.deepEqual(modes(l, ZEN2), ['PRCTL', 'STRICT_PREFERRED']);
    assert.ok(booted(l, ZEN2).log.includes('Spectre V2 : Selecting STIBP always-on mode to complement retbleed mitigation'));
    const strict = booted(l, { ...ZEN2, cmdline: 'spectre_v2_user=on' });
    assert.equal(strict.choice('spectre_v2_user_stibp'), 'SPECTRE_V2_USER_STRICT_PREFERRED');
    assert.ok(!strict.log.some((one) => one.includes('complement')));
  });

  test(`${l}: a sibling that comes or goes takes STIBP along; the MSR keeps it until a task differs`, () => {
    const b = booted(l, { ...CPU, cmdline: 'spectre_v2_user=on', smt: false });
    assert.equal(b.written.has(SPEC_CTRL), false);
    b.share('sched_smt_active', true, 'test/smt');
    updateForSmt(b);
    updateForSmt(b);
    assert.deepEqual([b.shared('x86_spec_ctrl_base'), b.msr(SPEC_CTRL)], [2n, 2n]);
    b.share('sched_smt_active', false, 'test/smt');
    updateForSmt(b);
    assert.deepEqual([b.shared('x86_spec_ctrl_base'), b.msr(SPEC_CTRL)], [0n, 2n]);
    const said = b.log.filter((one) => one.includes('Update user space SMT mitigation'));
    assert.deepEqual(
      said.map((one) => one.slice(-9)),
      ['always-on', 'STIBP off'],
    );
  });
}

for (const l of SINGLE)
  test(`${l}: an unknown word, as far as the buffer holds it`, () => {
    const then = l === '6.1' ? 'AUTO select' : 'default';
    const b = booted(l, { ...CPU, cmdline: 'spectre_v2_user=0123456789012345678901' });
    assert.ok(b.log.includes(`Spectre V2 : Unknown user space protection option (0123456789012345678). Switching to ${then}`));
    assert.deepEqual(modes(l, { ...CPU, cmdline: 'spectre_v2_user=prctl spectre_v2_user=' }), ['PRCTL', 'PRCTL'], 'the last one counts, though it is empty');
    assert.ok(booted(l, { ...CPU, cmdline: 'spectre_v2_user=on' }).log.includes('Spectre V2 : spectre_v2_user=on forced on command line.') === false);
    assert.ok(booted(l, { ...CPU, cmdline: 'spectre_v2_user=off' }).log.includes('Spectre V2 : spectre_v2_user=off forced on command line.'));
  });

test('7.2: an unknown word leaves the choice alone, a missing one is malformed', () => {
  const b = booted('7.2', { ...CPU, cmdline: 'spectre_v2_user=on spectre_v2_user=most spectre_v2_user' });
  assert.equal(b.choice('spectre_v2_user_ibpb'), 'SPECTRE_V2_USER_STRICT');
  assert.deepEqual(b.log.slice(1, 3), ['Spectre V2 : Ignoring unknown spectre_v2_user option (most).', "Malformed early option 'spectre_v2_user'"]);
});

test('7.2: the vectors between users and between guests', () => {
  const given = (rest: string): [string, string] => modes('7.2', { ...CPU, cmdline: `mitigations=auto,${rest}` });
  assert.deepEqual(given('no_user_user'), ['PRCTL', 'PRCTL']);
  assert.deepEqual(given('no_user_user,no_guest_guest'), ['NONE', 'NONE']);
  assert.deepEqual(given('no_cross_thread'), ['PRCTL', 'NONE'], 'without threads to fear no STIBP');
});
