import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { sysfsRows } from '../../../src/engine/report/sysfs.ts';
import { vulnerabilities } from '../../../src/engine/vulnerabilities/index.ts';
import { booted, type Case, LINES } from './support.ts';

const OPTIONS = [...new Set(vulnerabilities.flatMap((one) => one.parameters))].concat('mitigations');
const VALUES = [
  'on',
  'off',
  'auto',
  'full',
  'full,nosmt',
  'full,force',
  'force',
  'prctl',
  'seccomp',
  'vm',
  'user',
  'flush',
  '',
  ',',
  'constructor',
  '__proto__',
];
const CPUS: readonly Case[] = [
  { has: ['RTM', 'AVX', 'RDRAND', 'SSBD'] },
  { has: ['RTM', 'AVX', 'RDRAND', 'SSBD', 'SPEC_CTRL_SSBD', 'MD_CLEAR', 'SRBDS_CTRL', 'FLUSH_L1D'], archCap: ['GDS_CTRL', 'FB_CLEAR', 'RFDS_CLEAR'] },
  { model: 0x1c },
  { vendor: 'AMD', family: 0x19, model: 1, has: ['SSBD', 'AMD_SSBD'] },
];
const word = fc
  .tuple(fc.constantFrom(...OPTIONS), fc.option(fc.oneof(fc.constantFrom(...VALUES), fc.string())))
  .map(([name, value]) => (value === null ? name : `${name}=${value}`));
const cmdlines = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));

for (const l of LINES) {
  test(`${l}: whatever stands on the command line, every file says something`, () => {
    fc.assert(
      fc.property(cmdlines, fc.constantFrom(...CPUS), fc.boolean(), (cmdline, cpu, smt) => {
        for (const row of sysfsRows(booted(l, { ...cpu, cmdline, smt }))) assert.match(row.text, /^(Not affected|Mitigation|Vulnerable|Unknown|KVM|Retpoline)/);
      }),
    );
  });

  test(`${l}: no option ever touches a bug bit`, () => {
    // retbleed=force and its like are the exception, and say so in their names.
    const harmless = cmdlines.filter((cmdline) => !cmdline.includes('force'));
    fc.assert(
      fc.property(harmless, fc.constantFrom(...CPUS), (cmdline, cpu) => {
        const plain = booted(l, cpu);
        const asked = booted(l, { ...cpu, cmdline });
        for (const [name] of plain.tables.bugs) assert.equal(asked.bug(name), plain.bug(name), name);
      }),
    );
  });
}
