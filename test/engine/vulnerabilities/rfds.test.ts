import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, LINES, line, verwOnExit } from './support.ts';

const ALDER_LAKE = { model: 0x97, stepping: 2, has: ['HYBRID_CPU'] };
const NO_MDS = ['MDS_NO', 'RDCL_NO', 'FBSDP_NO', 'PSDP_NO', 'SBDR_SSDP_NO'] as const;

for (const l of LINES) {
  test(`${l}: RFDS_NO trumps, RFDS_CLEAR proves the bug anywhere, else the list says`, () => {
    assert.equal(affected(booted(l, ALDER_LAKE), 'rfds'), true);
    assert.equal(affected(booted(l, { ...ALDER_LAKE, archCap: ['RFDS_NO', 'RFDS_CLEAR'] }), 'rfds'), false);
    assert.equal(affected(booted(l, { archCap: ['RFDS_CLEAR'] }), 'rfds'), true);
    assert.equal(affected(booted(l), 'rfds'), false);
    assert.equal(affected(booted(l, { model: 0x1c, archCap: ['RFDS_CLEAR'] }), 'rfds'), false, 'Bonnell does not speculate');
  });

  test(`${l}: VERW only with RFDS_CLEAR at boot`, () => {
    const without = booted(l, { ...ALDER_LAKE, archCap: NO_MDS });
    assert.equal(line(without, 'rfds'), 'Vulnerable: No microcode');
    assert.equal(verwOnExit(without), false);
    const b = booted(l, { ...ALDER_LAKE, archCap: [...NO_MDS, 'RFDS_CLEAR'] });
    assert.equal(line(b, 'rfds'), 'Mitigation: Clear Register File');
    assert.equal(verwOnExit(b), true);
  });

  test(`${l}: reg_file_data_sampling=`, () => {
    const one = { ...ALDER_LAKE, archCap: [...NO_MDS, 'RFDS_CLEAR'] as const };
    assert.equal(line(booted(l, { ...one, cmdline: 'reg_file_data_sampling=off' }), 'rfds'), 'Vulnerable');
    assert.equal(line(booted(l, { ...one, cmdline: 'reg_file_data_sampling=off reg_file_data_sampling=on' }), 'rfds'), 'Mitigation: Clear Register File');
    assert.equal(line(booted(l, { ...one, cmdline: 'mitigations=off' }), 'rfds'), 'Vulnerable');
    assert.ok(booted(l, { cmdline: 'reg_file_data_sampling' }).log.includes("Malformed early option 'reg_file_data_sampling'"), 'even where there is no bug');
    assert.equal(line(booted(l, { ...one, config: { CONFIG_MITIGATION_RFDS: 'n' } }), 'rfds'), 'Vulnerable');
  });

  test(`${l}: VERW of others brings RFDS with it, if the microcode knows the register file`, () => {
    const others = booted(l, { archCap: ['RFDS_CLEAR'], cmdline: 'reg_file_data_sampling=off' });
    assert.equal(line(others, 'rfds'), 'Mitigation: Clear Register File', 'MDS runs VERW');
    const without = booted(l, { ...ALDER_LAKE, cmdline: 'reg_file_data_sampling=off' });
    assert.equal(line(without, 'rfds'), 'Vulnerable: No microcode');
  });
}

test('7.2: Alder Lake S and Raptor Lake S without Atom cores are not affected', () => {
  for (const model of [0x97, 0xb7]) {
    assert.equal(affected(booted('7.2', { model }), 'rfds'), false);
    assert.equal(affected(booted('7.2', { model, leaf1a: 0x40000001 }), 'rfds'), false);
    assert.equal(affected(booted('7.2', { model, leaf1a: 0x20000001 }), 'rfds'), true, 'an Atom boots');
    assert.equal(affected(booted('7.2', { model, has: ['HYBRID_CPU'] }), 'rfds'), true);
    assert.equal(affected(booted('7.2', { model, archCap: ['RFDS_CLEAR'] }), 'rfds'), true);
    assert.equal(affected(booted('6.12', { model }), 'rfds'), true, 'before, the list alone decides');
  }
  assert.equal(affected(booted('7.2', { model: 0x9a }), 'rfds'), true, 'Alder Lake P always has Atom cores');
});
