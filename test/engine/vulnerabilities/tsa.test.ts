import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, type Case, LINES, line, SINGLE, verwOnExit, verwOnIdle } from './support.ts';

const MILAN = { vendor: 'AMD', family: 0x19, model: 1, stepping: 1 } as const;
const CLEAR = { ...MILAN, has: ['VERW_CLEAR'] } as const;
const ATTEMPTED = 'Vulnerable: Clear CPU buffers attempted, no microcode';

for (const l of LINES) {
  const boundaries = (one: Case): boolean[] => {
    const b = booted(l, one);
    return [b.has('CLEAR_CPU_BUF'), b.has('CLEAR_CPU_BUF_VM')];
  };

  test(`${l}: listed AMD parts without both of the NO bits, and Zen guests`, () => {
    assert.equal(affected(booted(l, MILAN), 'tsa'), true);
    assert.equal(affected(booted(l, { ...MILAN, has: ['TSA_SQ_NO'] }), 'tsa'), true);
    assert.equal(affected(booted(l, { ...MILAN, has: ['TSA_SQ_NO', 'TSA_L1_NO'] }), 'tsa'), false);
    assert.equal(affected(booted(l, { ...MILAN, family: 0x17, model: 0x31 }), 'tsa'), false);
    assert.equal(affected(booted(l, { ...MILAN, family: 0x17, model: 0x31, has: ['HYPERVISOR', 'ZEN'] }), 'tsa'), true);
    assert.equal(affected(booted(l, { ...MILAN, family: 0x17, model: 0x31, has: ['HYPERVISOR'] }), 'tsa'), false);
    assert.equal(affected(booted(l, { ...MILAN, vendor: 'HYGON' }), 'tsa'), false);
  });

  test(`${l}: with microcode the option says where`, () => {
    assert.equal(line(booted(l, CLEAR), 'tsa'), 'Mitigation: Clear CPU buffers');
    assert.deepEqual(boundaries(CLEAR), [true, true]);
    assert.equal(line(booted(l, { ...CLEAR, cmdline: 'tsa=on' }), 'tsa'), 'Mitigation: Clear CPU buffers');
    assert.equal(line(booted(l, { ...CLEAR, cmdline: 'tsa=user' }), 'tsa'), 'Mitigation: Clear CPU buffers: user/kernel boundary');
    assert.deepEqual(boundaries({ ...CLEAR, cmdline: 'tsa=user' }), [true, false]);
    assert.equal(line(booted(l, { ...CLEAR, cmdline: 'tsa=vm' }), 'tsa'), 'Mitigation: Clear CPU buffers: VM');
    assert.deepEqual(boundaries({ ...CLEAR, cmdline: 'tsa=vm' }), [false, true]);
    assert.equal(line(booted(l, { ...CLEAR, cmdline: 'tsa=off' }), 'tsa'), 'Vulnerable');
    assert.deepEqual(boundaries({ ...CLEAR, cmdline: 'tsa=off' }), [false, false]);
    assert.equal(line(booted(l, { ...CLEAR, cmdline: 'mitigations=off' }), 'tsa'), 'Vulnerable');
    assert.equal(line(booted(l, { ...CLEAR, config: { CONFIG_MITIGATION_TSA: 'n' } }), 'tsa'), 'Vulnerable');
  });

  test(`${l}: a bad word is complained of and changes nothing`, () => {
    const b = booted(l, { ...CLEAR, cmdline: 'tsa=user tsa=maybe tsa' });
    assert.equal(line(b, 'tsa'), 'Mitigation: Clear CPU buffers: user/kernel boundary');
    assert.ok(b.log.includes('Transient Scheduler Attacks: Ignoring unknown tsa=maybe option.'));
    assert.ok(b.log.includes("Malformed early option 'tsa'"));
  });

  test(`${l}: without microcode bare metal patches nothing in, whatever the text says`, () => {
    const b = booted(l, MILAN);
    assert.equal(line(b, 'tsa'), l === '7.2' ? 'Vulnerable: No microcode' : ATTEMPTED);
    assert.deepEqual([verwOnExit(b), b.has('CLEAR_CPU_BUF_VM')], [false, false]);
    assert.equal(verwOnIdle(b), l !== '7.2', 'at idle the older lines do clear');
  });

  test(`${l}: a guest in doubt`, () => {
    const b = booted(l, { ...MILAN, has: ['HYPERVISOR'] });
    assert.equal(line(b, 'tsa'), l === '7.2' ? 'Vulnerable: No microcode' : ATTEMPTED);
    assert.deepEqual([verwOnExit(b), b.has('CLEAR_CPU_BUF_VM')], l === '7.2' ? [false, false] : [true, true]);
  });

  test(`${l}: idle follows the siblings`, () => {
    assert.equal(verwOnIdle(booted(l, CLEAR)), true);
    assert.equal(verwOnIdle(booted(l, { ...CLEAR, smt: false })), false);
    assert.equal(verwOnIdle(booted(l, { ...CLEAR, cmdline: 'tsa=vm' })), true);
    assert.equal(verwOnIdle(booted(l, { ...CLEAR, cmdline: 'tsa=off' })), false);
  });
}

for (const l of SINGLE)
  test(`${l}: mitigations=off overrules tsa=on`, () => {
    assert.equal(line(booted(l, { ...CLEAR, cmdline: 'mitigations=off tsa=on' }), 'tsa'), 'Vulnerable');
  });

test('7.2: auto follows the attack vectors', () => {
  const said = (cmdline: string): string | null => line(booted('7.2', { ...CLEAR, cmdline }), 'tsa');
  assert.equal(said('mitigations=auto,no_guest_host,no_guest_guest'), 'Mitigation: Clear CPU buffers: user/kernel boundary');
  assert.equal(said('mitigations=auto,no_user_kernel,no_user_user'), 'Mitigation: Clear CPU buffers: VM');
  assert.equal(said('mitigations=auto,no_user_kernel,no_guest_guest'), 'Mitigation: Clear CPU buffers');
  assert.equal(said('mitigations=off tsa=on'), 'Mitigation: Clear CPU buffers');
});
