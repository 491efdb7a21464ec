import assert from 'node:assert/strict';
import test from 'node:test';
import { booted, LINES, line, SINGLE } from './support.ts';

const VECTORS = ['user_kernel', 'user_user', 'guest_host', 'guest_guest'];
const NOT_BUILT = "Kernel compiled without mitigations, ignoring 'mitigations'; system may still be vulnerable";

function open(cmdline: string, config: Record<string, string> = {}): unknown[] {
  const b = booted('7.2', { cmdline, config });
  return [...VECTORS.filter((vector) => b.shared(`attack_vector_${vector}`) !== true), b.shared('smt_mitigations')];
}

for (const l of LINES) {
  test(`${l}: three words, the last one counts`, () => {
    const said = (cmdline: string): unknown => booted(l, { cmdline }).shared('cpu_mitigations');
    assert.equal(said(''), 'auto');
    assert.equal(said('mitigations=off'), 'off');
    assert.equal(said('mitigations=auto,nosmt'), 'auto,nosmt');
    assert.equal(said('mitigations=off mitigations=auto'), 'auto');
    const bad = booted(l, { cmdline: 'mitigations=none' });
    assert.equal(bad.shared('cpu_mitigations'), 'auto');
    assert.ok(bad.log.includes('Unsupported mitigations=none, system may still be vulnerable'));
  });

  test(`${l}: a kernel built without mitigations`, () => {
    const config = { CONFIG_CPU_MITIGATIONS: 'n' };
    assert.equal(booted(l, { config }).shared('cpu_mitigations'), 'off');
    const asked = booted(l, { config, cmdline: 'mitigations=auto' });
    assert.equal(asked.shared('cpu_mitigations'), l === '6.1' ? 'auto' : 'off');
    assert.equal(asked.log.includes(NOT_BUILT), l !== '6.1');
    assert.equal(line(asked, 'meltdown'), l === '6.1' ? 'Mitigation: PTI' : 'Vulnerable');
  });
}

for (const l of SINGLE)
  test(`${l}: attack vectors are no words of this line`, () => {
    const b = booted(l, { cmdline: 'mitigations=auto,no_user_kernel' });
    assert.equal(line(b, 'meltdown'), 'Mitigation: PTI');
    assert.ok(b.log.includes('Unsupported mitigations=auto,no_user_kernel, system may still be vulnerable'));
  });

test('7.2: attack vectors behind the word, separated by commas', () => {
  assert.deepEqual(open(''), ['auto']);
  assert.deepEqual(open('mitigations=off'), [...VECTORS, 'off']);
  assert.deepEqual(open('mitigations=auto,nosmt'), ['on']);
  assert.deepEqual(open('mitigations=auto,no_user_user,no_guest_guest'), ['user_user', 'guest_guest', 'auto']);
  assert.deepEqual(open('mitigations=auto,nosmt,no_guest_host'), ['guest_host', 'on']);
  assert.deepEqual(open('mitigations=auto,nosmt,no_cross_thread'), ['off']);
  assert.deepEqual(open('mitigations=,no_user_kernel'), ['user_kernel', 'auto'], 'the word may be missing');
  assert.deepEqual(open('mitigations=off mitigations=auto'), [...VECTORS, 'off'], 'what off has closed stays closed');
});

test('7.2: a bad vector ends the list; another separator rejects it', () => {
  assert.deepEqual(open('mitigations=auto,no_user_user,no_such,no_guest_host'), ['user_user', 'auto']);
  assert.deepEqual(open('mitigations=auto;no_user_user'), ['auto']);
  const b = booted('7.2', { cmdline: 'mitigations=auto;no_user_user mitigations=auto,no_such' });
  assert.ok(b.log.includes('Unsupported mitigations=auto;no_user_user, system may still be vulnerable'));
  assert.ok(b.log.includes('Unsupported mitigations options no_such'));
});

test('7.2: without KVM no guest is a danger; without mitigations nothing is', () => {
  assert.deepEqual(open('', { CONFIG_KVM: 'n' }), ['guest_host', 'guest_guest', 'auto']);
  assert.deepEqual(open('mitigations=auto', { CONFIG_CPU_MITIGATIONS: 'n' }), [...VECTORS, 'off']);
});
