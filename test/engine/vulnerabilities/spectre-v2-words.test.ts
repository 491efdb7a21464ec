import assert from 'node:assert/strict';
import test from 'node:test';
import { booted, type Case, SINGLE } from './support.ts';

const ZEN = { vendor: 'AMD', family: 0x19, model: 1, stepping: 1 } as const;
const END = 'Switching to AUTO select';
const NO_EIBRS = `selected but CPU doesn't have Enhanced or Automatic IBRS. ${END}`;
const NO_LFENCE = `selected, but CPU doesn't have a serializing LFENCE. ${END}`;

function refusal(line: '6.1' | '6.12' | '7.2', one: Case): string | undefined {
  return booted(line, one).log.find((text) => text.endsWith(END));
}

test('7.2 names the part of spectre_v2= that cannot be had', () => {
  const eibrs = { ...ZEN, has: ['LFENCE_RDTSC'] } as const;
  for (const word of ['eibrs', 'eibrs,lfence', 'eibrs,retpoline'])
    assert.equal(refusal('7.2', { ...eibrs, cmdline: `spectre_v2=${word}` }), `Spectre V2 : EIBRS ${NO_EIBRS}`, word);
  assert.equal(refusal('7.2', { ...ZEN, cmdline: 'spectre_v2=retpoline,lfence' }), `Spectre V2 : LFENCE ${NO_LFENCE}`);
  assert.equal(refusal('7.2', { ...ZEN, has: ['IBRS_ENHANCED'], cmdline: 'spectre_v2=eibrs,lfence' }), `Spectre V2 : LFENCE ${NO_LFENCE}`);
  assert.equal(refusal('7.2', { ...ZEN, cmdline: 'spectre_v2=ibrs' }), `Spectre V2 : IBRS selected but not Intel CPU. ${END}`);
  const config = { CONFIG_MITIGATION_RETPOLINE: 'n' };
  assert.equal(refusal('7.2', { ...ZEN, config, cmdline: 'spectre_v2=retpoline,generic' }), `Spectre V2 : RETPOLINE selected but not compiled in. ${END}`);
});

for (const l of SINGLE) {
  test(`${l}: the older lines repeat the words of the option`, () => {
    assert.equal(refusal(l, { ...ZEN, cmdline: 'spectre_v2=eibrs,lfence' }), `Spectre V2 : eibrs,lfence ${NO_EIBRS}`);
    assert.equal(refusal(l, { ...ZEN, cmdline: 'spectre_v2=retpoline,lfence' }), `Spectre V2 : retpoline,lfence ${NO_LFENCE}`);
  });
}
