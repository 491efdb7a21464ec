import assert from 'node:assert/strict';
import test from 'node:test';
import { gdsUcodeMitigated } from '../../../src/engine/vulnerabilities/gds.ts';
import { affected, booted, LINES, line, SINGLE } from './support.ts';

const SKYLAKE = { has: ['AVX', 'AVX2'] };
const MCU_OPT_CTRL = 0x123;
const LOCKED = 0x20n;

for (const l of LINES) {
  test(`${l}: a listed part with AVX and without GDS_NO`, () => {
    assert.equal(affected(booted(l, SKYLAKE), 'gds'), true);
    assert.equal(affected(booted(l), 'gds'), false);
    assert.equal(affected(booted(l, { ...SKYLAKE, archCap: ['GDS_NO'] }), 'gds'), false);
    assert.equal(affected(booted(l, { ...SKYLAKE, model: 0x3c }), 'gds'), false);
  });

  test(`${l}: without GDS_CTRL nothing helps but to give up AVX`, () => {
    for (const cmdline of ['', 'gather_data_sampling=off']) {
      const b = booted(l, { ...SKYLAKE, cmdline });
      assert.equal(line(b, 'gds'), 'Vulnerable: No microcode');
      assert.equal(b.written.has(MCU_OPT_CTRL), false);
      assert.equal(gdsUcodeMitigated(b), false);
    }
    const forced = booted(l, { ...SKYLAKE, cmdline: 'gather_data_sampling=force' });
    assert.equal(line(forced, 'gds'), 'Mitigation: AVX disabled, no microcode');
    assert.equal(forced.has('AVX'), false);
    assert.equal(forced.has('AVX2'), false, 'and what depends on it');
    assert.ok(forced.log.includes('GDS: Microcode update needed! Disabling AVX as mitigation.'));
  });

  test(`${l}: with GDS_CTRL the choice is written`, () => {
    const on = booted(l, { ...SKYLAKE, archCap: ['GDS_CTRL'], msrs: { [MCU_OPT_CTRL]: 0x18n } });
    assert.equal(line(on, 'gds'), 'Mitigation: Microcode');
    assert.equal(on.msr(MCU_OPT_CTRL), 0x8n);
    assert.equal(gdsUcodeMitigated(on), true);
    const off = booted(l, { ...SKYLAKE, archCap: ['GDS_CTRL'], cmdline: 'gather_data_sampling=off' });
    assert.equal(line(off, 'gds'), 'Vulnerable');
    assert.equal(off.msr(MCU_OPT_CTRL), 0x10n);
    const forced = booted(l, { ...SKYLAKE, archCap: ['GDS_CTRL'], cmdline: 'gather_data_sampling=force' });
    assert.equal(line(forced, 'gds'), 'Mitigation: Microcode');
    assert.equal(forced.has('AVX'), true);
    assert.equal(line(booted(l, { ...SKYLAKE, archCap: ['GDS_CTRL'], cmdline: 'mitigations=off' }), 'gds'), 'Vulnerable');
  });

  test(`${l}: a lock overrules the wish for off`, () => {
    const one = { ...SKYLAKE, archCap: ['GDS_CTRL'] as const, msrs: { [MCU_OPT_CTRL]: LOCKED } };
    const b = booted(l, { ...one, cmdline: 'gather_data_sampling=off' });
    assert.equal(line(b, 'gds'), 'Mitigation: Microcode (locked)');
    assert.ok(b.log.includes('GDS: Mitigation locked. Disable failed.'));
    assert.equal(b.msr(MCU_OPT_CTRL), LOCKED);
    assert.equal(gdsUcodeMitigated(b), true);
    assert.equal(booted(l, one).log.includes('GDS: Mitigation locked. Disable failed.'), false);
  });

  test(`${l}: a guest knows nothing and writes nothing`, () => {
    const b = booted(l, { has: ['AVX', 'HYPERVISOR'], archCap: ['GDS_CTRL'], cmdline: 'gather_data_sampling=force' });
    assert.equal(line(b, 'gds'), 'Unknown: Dependent on hypervisor status');
    assert.equal(b.written.has(MCU_OPT_CTRL), false);
    assert.equal(b.has('AVX'), true);
  });

  test(`${l}: the option wants a value`, () => {
    assert.ok(booted(l, { cmdline: 'gather_data_sampling' }).log.includes("Malformed early option 'gather_data_sampling'"));
    assert.equal(line(booted(l, { ...SKYLAKE, archCap: ['GDS_CTRL'], cmdline: 'gather_data_sampling=maybe' }), 'gds'), 'Mitigation: Microcode');
  });
}

test('6.1: a kernel may be built to force it', () => {
  assert.equal(line(booted('6.1', { ...SKYLAKE, config: { CONFIG_GDS_FORCE_MITIGATION: 'y' } }), 'gds'), 'Mitigation: AVX disabled, no microcode');
});

for (const l of ['6.12', '7.2'] as const)
  test(`${l}: a kernel built without the mitigation switches it off`, () => {
    const config = { CONFIG_MITIGATION_GDS: 'n' };
    assert.equal(line(booted(l, { ...SKYLAKE, archCap: ['GDS_CTRL'], config }), 'gds'), 'Vulnerable');
    assert.equal(line(booted(l, { ...SKYLAKE, config }), 'gds'), 'Vulnerable: No microcode');
  });

for (const l of SINGLE)
  test(`${l}: mitigations=off overrules force`, () => {
    const b = booted(l, { ...SKYLAKE, cmdline: 'mitigations=off gather_data_sampling=force' });
    assert.equal(line(b, 'gds'), 'Vulnerable: No microcode');
    assert.equal(b.has('AVX'), true);
  });

test('7.2: force overrules mitigations=off; without vectors the SMT switch alone keeps it on', () => {
  const b = booted('7.2', { ...SKYLAKE, cmdline: 'mitigations=off gather_data_sampling=force' });
  assert.equal(line(b, 'gds'), 'Mitigation: AVX disabled, no microcode');
  const vectors = 'mitigations=auto,no_user_kernel,no_user_user,no_guest_host,no_guest_guest';
  assert.equal(line(booted('7.2', { ...SKYLAKE, archCap: ['GDS_CTRL'], cmdline: vectors }), 'gds'), 'Mitigation: Microcode');
  assert.equal(line(booted('7.2', { ...SKYLAKE, archCap: ['GDS_CTRL'], cmdline: `${vectors},no_cross_thread` }), 'gds'), 'Vulnerable');
});
