import assert from 'node:assert/strict';
import test from 'node:test';
import { bootAt, profileNamed } from '../kernel/boot-at.ts';
import { booted, LINES } from '../vulnerabilities/support.ts';

const SKYLAKE = profileNamed('skylake-06-5e-03-cc');

for (const l of LINES) {
  test(`${l}: what early options print stands in the order of the command line, whoever listens to them`, async () => {
    const { log } = await bootAt(l, SKYLAKE, 'spec_rstack_overflow=x nosmt l1tf retbleed=x,y mitigations=none nopcid=1 spectre-bhi mds-x=1 tsa=x');
    const at = log.indexOf('Speculative Return Stack Overflow: Ignoring unknown SRSO option (x).');
    assert.deepEqual(log.slice(at, at + 9), [
      'Speculative Return Stack Overflow: Ignoring unknown SRSO option (x).',
      'SMT: disabled',
      "Malformed early option 'l1tf'",
      'RETBleed: Ignoring unknown retbleed option (x).',
      'RETBleed: Ignoring unknown retbleed option (y).',
      'Unsupported mitigations=none, system may still be vulnerable',
      "Malformed early option 'nopcid'",
      "Malformed early option 'spectre-bhi'",
      'Transient Scheduler Attacks: Ignoring unknown tsa=x option.',
    ]);
  });

  test(`${l}: options of a mitigation that was not built in are unknown`, () => {
    const config = { CONFIG_MITIGATION_PAGE_TABLE_ISOLATION: 'n', CONFIG_PAGE_TABLE_ISOLATION: 'n' };
    const b = booted(l, { config, cmdline: 'pti=x nopti' });
    assert.equal(b.choice('pti_mode'), 'PTI_AUTO');
    assert.ok(!b.log.some((one) => one.includes('pti')));
  });
}
