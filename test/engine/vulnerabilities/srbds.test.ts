import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, LINES, line, SINGLE } from './support.ts';

const SKYLAKE = { has: ['RDRAND', 'RTM'] };
const WITH_CTRL = { has: ['RDRAND', 'RTM', 'SRBDS_CTRL'] };
const MCU_OPT_CTRL = 0x123;

for (const l of LINES) {
  test(`${l}: RDRAND or RDSEED on a listed part`, () => {
    assert.equal(affected(booted(l, SKYLAKE), 'srbds'), true);
    assert.equal(affected(booted(l, { has: ['RDSEED'] }), 'srbds'), true);
    assert.equal(affected(booted(l), 'srbds'), false);
    assert.equal(affected(booted(l, { has: ['RDRAND'], model: 0x55 }), 'srbds'), false);
    assert.equal(affected(booted(l, { has: ['RDRAND'], model: 0x7e, stepping: 5 }), 'srbds'), true, 'SBDS counts as SRBDS');
    assert.equal(affected(booted(l, { has: ['RDRAND'], model: 0x1c }), 'srbds'), false, 'Bonnell does not speculate');
  });

  test(`${l}: no microcode, and the MSR is left alone`, () => {
    const b = booted(l, { ...SKYLAKE, cmdline: 'srbds=off' });
    assert.equal(line(b, 'srbds'), 'Vulnerable: No microcode');
    assert.equal(b.written.has(MCU_OPT_CTRL), false);
  });

  test(`${l}: with microcode the choice is written, the other bits stay`, () => {
    const on = booted(l, { ...WITH_CTRL, msrs: { [MCU_OPT_CTRL]: 0x9n } });
    assert.equal(line(on, 'srbds'), 'Mitigation: Microcode');
    assert.equal(on.msr(MCU_OPT_CTRL), 0x8n);
    const off = booted(l, { ...WITH_CTRL, cmdline: 'srbds=off', msrs: { [MCU_OPT_CTRL]: 0x8n } });
    assert.equal(line(off, 'srbds'), 'Vulnerable');
    assert.equal(off.msr(MCU_OPT_CTRL), 0x9n);
  });

  test(`${l}: srbds= takes back what stood before it, and wants a value`, () => {
    assert.equal(line(booted(l, { ...WITH_CTRL, cmdline: 'srbds=off srbds=on' }), 'srbds'), 'Mitigation: Microcode');
    assert.ok(booted(l, { model: 0x55, cmdline: 'srbds' }).log.includes("Malformed early option 'srbds'"));
  });

  test(`${l}: MDS_NO parts need TSX or MMIO Stale Data to be exposed`, () => {
    const coffee = { model: 0x9e, stepping: 13, has: ['RDRAND'] };
    const immune = ['MDS_NO', 'FBSDP_NO', 'PSDP_NO', 'SBDR_SSDP_NO'] as const;
    assert.equal(line(booted(l, { ...coffee, archCap: immune }), 'srbds'), 'Mitigation: TSX disabled');
    assert.equal(line(booted(l, { ...coffee, archCap: ['MDS_NO'] }), 'srbds'), 'Vulnerable: No microcode');
    assert.equal(line(booted(l, { ...coffee, has: ['RDRAND', 'RTM'], archCap: immune }), 'srbds'), 'Vulnerable: No microcode');
    const b = booted(l, { ...coffee, has: ['RDRAND', 'SRBDS_CTRL'], archCap: immune });
    assert.equal(line(b, 'srbds'), 'Mitigation: TSX disabled');
    assert.equal(b.msr(MCU_OPT_CTRL), 1n, 'the mitigation is switched off where it is not needed');
  });

  test(`${l}: a guest knows nothing and writes nothing`, () => {
    const b = booted(l, { has: [...WITH_CTRL.has, 'HYPERVISOR'] });
    assert.equal(line(b, 'srbds'), 'Unknown: Dependent on hypervisor status');
    assert.equal(b.written.has(MCU_OPT_CTRL), false);
  });
}

for (const l of SINGLE)
  test(`${l}: mitigations=off is looked at last`, () => {
    assert.equal(line(booted(l, { ...SKYLAKE, cmdline: 'mitigations=off' }), 'srbds'), 'Vulnerable: No microcode');
    const b = booted(l, { ...WITH_CTRL, cmdline: 'mitigations=off' });
    assert.equal(line(b, 'srbds'), 'Vulnerable');
    assert.equal(b.msr(MCU_OPT_CTRL), 1n);
  });

test('7.2: without an attack vector it is off before anything else is looked at', () => {
  assert.equal(line(booted('7.2', { ...SKYLAKE, cmdline: 'mitigations=off' }), 'srbds'), 'Vulnerable');
  const b = booted('7.2', { ...WITH_CTRL, cmdline: 'mitigations=off' });
  assert.equal(line(b, 'srbds'), 'Vulnerable');
  assert.equal(b.msr(MCU_OPT_CTRL), 1n);
  assert.equal(booted('7.2', { has: ['SRBDS_CTRL'] }).written.has(MCU_OPT_CTRL), false, 'no bug, no write');
});

for (const l of ['6.12', '7.2'] as const)
  test(`${l}: a kernel built without the mitigation switches it off`, () => {
    const b = booted(l, { ...WITH_CTRL, config: { CONFIG_MITIGATION_SRBDS: 'n' } });
    assert.equal(line(b, 'srbds'), 'Vulnerable');
    assert.equal(b.msr(MCU_OPT_CTRL), 1n);
  });
