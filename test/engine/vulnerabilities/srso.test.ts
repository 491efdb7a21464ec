import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, type Case, LINES, type Line, line, SINGLE } from './support.ts';

const NOTE = 'Speculative Return Stack Overflow: ';
const ZEN4: Case = { vendor: 'AMD', family: 0x19, model: 0x11, has: ['IBPB', 'AMD_IBPB', 'IBPB_BRTYPE', 'SBPB', 'STIBP'] };
/** Zen 3 whose microcode does not know SBPB. */
const OLD: Case = { vendor: 'AMD', family: 0x19, model: 1, has: ['IBPB', 'AMD_IBPB', 'STIBP'], msrs: {} };
const ZEN2: Case = { vendor: 'AMD', family: 0x17, model: 0x31, has: ['IBPB', 'AMD_IBPB', 'IBPB_BRTYPE', 'STIBP'] };
const ZEN5: Case = { vendor: 'AMD', family: 0x1a, model: 2, has: ['IBPB', 'IBPB_BRTYPE', 'SRSO_USER_KERNEL_NO'], bugs: ['SRSO'] };

function said(l: Line, one: Case, cmdline = ''): string | null {
  return line(booted(l, { ...one, cmdline }), 'srso');
}

/** What the kernel prints of SRSO. */
function log(l: Line, one: Case, cmdline = ''): string[] {
  return booted(l, { ...one, cmdline })
    .log.filter((text) => text.startsWith(NOTE))
    .map((text) => text.slice(NOTE.length));
}

const SAFE = { '6.1': 'Mitigation: safe RET', '6.12': 'Mitigation: Safe RET', '7.2': 'Mitigation: Safe RET' };
const NOT_BUILT = {
  srso: { CONFIG_MITIGATION_SRSO: 'n', CONFIG_CPU_SRSO: 'n' },
  ibpb: { CONFIG_MITIGATION_IBPB_ENTRY: 'n', CONFIG_CPU_IBPB_ENTRY: 'n' },
};

for (const l of LINES) {
  test(`${l}: the words of spec_rstack_overflow=, with the microcode`, () => {
    assert.equal(affected(booted(l, { ...ZEN4, has: ['SRSO_NO'] }), 'srso'), false);
    assert.equal(said(l, ZEN4), SAFE[l]);
    assert.equal(said(l, ZEN4, 'spec_rstack_overflow=safe-ret'), SAFE[l]);
    assert.equal(said(l, ZEN4, 'spec_rstack_overflow=ibpb'), 'Mitigation: IBPB');
    assert.equal(said(l, ZEN4, 'spec_rstack_overflow=ibpb-vmexit'), 'Mitigation: IBPB on VMEXIT only');
    assert.equal(said(l, ZEN4, 'spec_rstack_overflow=microcode'), l === '6.1' ? 'Mitigation: microcode' : 'Vulnerable: Microcode, no safe RET');
    assert.equal(said(l, ZEN4, 'mitigations=off spec_rstack_overflow=safe-ret'), l === '7.2' ? SAFE[l] : 'Vulnerable');
    const bad = log(l, ZEN4, 'spec_rstack_overflow=ibpb spec_rstack_overflow=best spec-rstack-overflow');
    assert.equal(bad[0], 'Ignoring unknown SRSO option (best).');
    assert.ok(booted(l, { ...ZEN4, cmdline: 'spec-rstack-overflow' }).log.includes("Malformed early option 'spec-rstack-overflow'"));
  });

  test(`${l}: each family returns through its own thunk`, () => {
    const zen4 = booted(l, ZEN4);
    assert.deepEqual([zen4.has('SRSO_ALIAS'), zen4.has('SRSO'), zen4.shared('x86_return_thunk')], [true, false, 'srso_alias_return_thunk']);
    const zen2 = booted(l, ZEN2);
    assert.deepEqual([zen2.has('SRSO_ALIAS'), zen2.has('SRSO')], [false, true]);
    const ibpb = booted(l, { ...ZEN4, cmdline: 'spec_rstack_overflow=ibpb' });
    assert.deepEqual([ibpb.has('ENTRY_IBPB'), ibpb.has('IBPB_ON_VMEXIT'), ibpb.has('RETHUNK'), ibpb.has('RSB_VMEXIT')], [true, true, false, false]);
  });

  test(`${l}: IBPB that RETBleed uses serves here`, () => {
    const b = { ...ZEN2, cmdline: 'retbleed=ibpb' };
    assert.equal(line(booted(l, b), 'srso'), 'Mitigation: IBPB');
    const says = log(l, ZEN2, 'retbleed=ibpb');
    assert.deepEqual(says, [l === '6.1' ? 'Retbleed IBPB mitigation enabled, using same for SRSO' : 'Mitigation: IBPB']);
  });

  test(`${l}: without siblings Zen 1 and 2 are not affected`, () => {
    const one: Case = { ...ZEN2, share: { cpu_smt_control: 'forceoff' } };
    assert.equal(said(l, one), 'Mitigation: SMT disabled');
    assert.equal(said(l, { ...ZEN4, share: { cpu_smt_control: 'forceoff' } }), SAFE[l]);
  });

  test(`${l}: what is not built`, () => {
    const prefix = l === '6.1' ? 'CPU' : 'MITIGATION';
    const open = 'Vulnerable';
    assert.equal(said(l, { ...ZEN4, config: NOT_BUILT.srso }), open);
    assert.ok(log(l, { ...ZEN4, config: NOT_BUILT.srso }).includes(`WARNING: kernel not compiled with ${prefix}_SRSO.`));
    for (const word of ['ibpb', 'ibpb-vmexit']) {
      assert.equal(said(l, { ...ZEN4, config: NOT_BUILT.ibpb }, `spec_rstack_overflow=${word}`), open);
      assert.ok(
        log(l, { ...ZEN4, config: NOT_BUILT.ibpb }, `spec_rstack_overflow=${word}`).includes(`WARNING: kernel not compiled with ${prefix}_IBPB_ENTRY.`),
      );
    }
  });

  test(`${l}: a kernel that needs no safe RET guards its guests`, () => {
    // The oldest line knows neither feature.
    assert.equal(said(l, ZEN5), l === '6.1' ? SAFE[l] : 'Mitigation: IBPB on VMEXIT only');
    const reduce = booted(l, { ...ZEN5, has: [...ZEN5.has!, 'SRSO_BP_SPEC_REDUCE'] });
    assert.equal(line(reduce, 'srso'), l === '6.1' ? SAFE[l] : 'Mitigation: Reduced Speculation');
    assert.equal(booted(l, { ...ZEN4, has: [...ZEN4.has!, 'SRSO_BP_SPEC_REDUCE'] }).has('SRSO_BP_SPEC_REDUCE'), false, 'what is not chosen is taken away');
  });
}

test('without the microcode', () => {
  const old = (l: Line, cmdline = ''): [string | null, string[]] => [said(l, { ...OLD, cmdline }, cmdline), log(l, OLD, cmdline)];
  const notice = 'WARNING: See https://kernel.org/doc/html/latest/admin-guide/hw-vuln/srso.html for mitigation options.';
  const missing = ['IBPB-extending microcode not applied!', notice];
  for (const l of ['6.12', '7.2'] as const) {
    assert.deepEqual(old(l), ['Vulnerable: Safe RET, no microcode', [...missing, 'Vulnerable: Safe RET, no microcode']]);
    assert.deepEqual(old(l, 'spec_rstack_overflow=microcode'), ['Vulnerable: No microcode', [...missing, 'Vulnerable: No microcode']]);
    assert.equal(old(l, 'spec_rstack_overflow=ibpb')[0], 'Vulnerable: No microcode');
    assert.equal(old(l, 'spec_rstack_overflow=ibpb-vmexit')[0], 'Vulnerable: No microcode');
  }
  // Off is nothing that 7.2 returns on before it has looked for the microcode.
  assert.equal(old('6.12', 'spec_rstack_overflow=off')[0], 'Vulnerable');
  assert.equal(old('7.2', 'spec_rstack_overflow=off')[0], 'Vulnerable: No microcode');
});

test('6.1 tries for the microcode itself', () => {
  const took = booted('6.1', OLD);
  assert.deepEqual([took.has('SBPB'), took.has('IBPB_BRTYPE'), line(took, 'srso')], [true, true, 'Mitigation: safe RET']);
  const zen2 = booted('6.1', { ...ZEN2, has: ['IBPB', 'AMD_IBPB', 'STIBP'] });
  assert.equal(line(zen2, 'srso'), 'Mitigation: safe RET');
  assert.equal(said('6.1', { ...ZEN2, has: ['STIBP'] }), 'Mitigation: safe RET, no microcode');
  assert.equal(said('6.1', { ...ZEN2, has: ['STIBP'] }, 'spec_rstack_overflow=microcode'), 'Vulnerable, no microcode');
  assert.equal(said('6.1', { ...ZEN2, has: ['STIBP'] }, 'spec_rstack_overflow=ibpb'), 'Vulnerable, no microcode');
  assert.equal(said('6.1', { ...ZEN2, has: ['STIBP'] }, 'mitigations=off'), 'Vulnerable, no microcode');
  assert.equal(said('6.1', ZEN4, 'spec_rstack_overflow=off'), 'Vulnerable');
});

test('SBPB is enough where SRSO asks for nothing', () => {
  for (const l of LINES) {
    assert.equal(booted(l, { ...ZEN4, cmdline: 'spec_rstack_overflow=off' }).shared('x86_pred_cmd'), 'PRED_CMD_SBPB');
    assert.equal(booted(l, { vendor: 'AMD', family: 0x1a, model: 2, has: ['SBPB', 'SRSO_NO'] }).shared('x86_pred_cmd'), 'PRED_CMD_SBPB');
    assert.equal(booted(l, ZEN4).shared('x86_pred_cmd'), null);
  }
  for (const l of SINGLE) assert.equal(booted(l, { ...ZEN4, cmdline: 'mitigations=off' }).shared('x86_pred_cmd'), l === '6.1' ? null : 'PRED_CMD_SBPB');
});

test('7.2: what the attack vectors ask for', () => {
  const given = (rest: string, one: Case = ZEN4): string | null => said('7.2', one, `mitigations=auto,${rest}`);
  assert.equal(given('no_guest_host'), 'Mitigation: Safe RET');
  assert.equal(given('no_guest_host,no_user_kernel'), 'Vulnerable: Microcode, no safe RET');
  assert.equal(given('no_guest_host', ZEN5), 'Vulnerable: Microcode, no safe RET');
  assert.equal(given('no_guest_host,no_user_kernel,no_user_user,no_guest_guest'), 'Vulnerable');
});
