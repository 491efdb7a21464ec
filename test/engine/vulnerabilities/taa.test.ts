import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, LINES, line, SINGLE, verwOnExit } from './support.ts';

const NO_MMIO = ['FBSDP_NO', 'PSDP_NO', 'SBDR_SSDP_NO'] as const;
/** Cascade Lake with TSX: MDS_NO, so TAA stands alone. */
const CASCADE_LAKE = { model: 0x55, stepping: 7, has: ['RTM', 'MD_CLEAR'] };

for (const l of LINES) {
  test(`${l}: TAA needs RTM or TSX_CTRL, and TAA_NO rules it out`, () => {
    assert.equal(affected(booted(l), 'taa'), false);
    assert.equal(affected(booted(l, { has: ['RTM'] }), 'taa'), true);
    assert.equal(affected(booted(l, { archCap: ['TSX_CTRL_MSR'] }), 'taa'), true);
    assert.equal(affected(booted(l, { has: ['RTM'], archCap: ['TAA_NO'] }), 'taa'), false);
    assert.equal(affected(booted(l, { has: ['RTM'], model: 0x1c }), 'taa'), false, 'Bonnell does not speculate');
  });

  test(`${l}: TSX that is off is all it needs`, () => {
    const b = booted(l, { ...CASCADE_LAKE, has: ['MD_CLEAR'], archCap: ['MDS_NO', 'TSX_CTRL_MSR', ...NO_MMIO] });
    assert.equal(line(b, 'taa'), 'Mitigation: TSX disabled');
    assert.equal(verwOnExit(b), false);
  });

  test(`${l}: on MDS_NO parts MD_CLEAR says nothing before TSX_CTRL is there`, () => {
    const old = booted(l, { ...CASCADE_LAKE, archCap: ['MDS_NO', ...NO_MMIO] });
    assert.equal(line(old, 'taa'), 'Vulnerable: Clear CPU buffers attempted, no microcode; SMT vulnerable');
    assert.equal(verwOnExit(old), true);
    const now = booted(l, { ...CASCADE_LAKE, archCap: ['MDS_NO', 'TSX_CTRL_MSR', ...NO_MMIO] });
    assert.equal(line(now, 'taa'), 'Mitigation: Clear CPU buffers; SMT vulnerable');
    const bare = booted(l, { ...CASCADE_LAKE, has: ['RTM'], archCap: ['MDS_NO', 'TSX_CTRL_MSR', ...NO_MMIO] });
    assert.equal(line(bare, 'taa'), 'Vulnerable: Clear CPU buffers attempted, no microcode; SMT vulnerable');
  });

  test(`${l}: tsx_async_abort= and the tail`, () => {
    const alone = { ...CASCADE_LAKE, archCap: ['MDS_NO', 'TSX_CTRL_MSR', ...NO_MMIO] as const };
    const off = booted(l, { ...alone, cmdline: 'tsx_async_abort=off' });
    assert.equal(line(off, 'taa'), 'Vulnerable');
    assert.equal(verwOnExit(off), false);
    assert.equal(booted(l, { ...alone, cmdline: 'tsx_async_abort=full,nosmt' }).shared('cpu_smt_control'), 'off');
    assert.equal(booted(l, { ...alone, cmdline: 'mitigations=auto,nosmt' }).shared('cpu_smt_control'), 'off');
    assert.equal(line(booted(l, { ...alone, smt: false }), 'taa'), 'Mitigation: Clear CPU buffers; SMT disabled');
    assert.equal(line(booted(l, { ...alone, has: [...alone.has, 'HYPERVISOR'] }), 'taa'), 'Mitigation: Clear CPU buffers; SMT Host state unknown');
    assert.ok(booted(l, { ...alone, cmdline: 'tsx_async_abort' }).log.includes("Malformed early option 'tsx_async_abort'"));
  });

  test(`${l}: tsx_async_abort=off alone does not stop VERW while MDS is mitigated`, () => {
    const b = booted(l, { has: ['RTM', 'MD_CLEAR'], cmdline: 'tsx_async_abort=off' });
    assert.equal(line(b, 'taa'), 'Mitigation: Clear CPU buffers; SMT vulnerable');
  });

  test(`${l}: the warning about siblings`, () => {
    const warned = (smt: boolean, cmdline = ''): boolean =>
      booted(l, { has: ['RTM'], smt, cmdline }).log.some((text) => text.startsWith('TAA CPU bug present and SMT on'));
    assert.equal(warned(true), true);
    assert.equal(warned(false), false);
    assert.equal(warned(true, 'mitigations=off'), false);
  });
}

for (const l of SINGLE)
  test(`${l}: VERW that RFDS brings makes TAA count as mitigated again`, () => {
    const b = booted(l, { ...CASCADE_LAKE, archCap: ['MDS_NO', 'TSX_CTRL_MSR', 'RFDS_CLEAR', ...NO_MMIO], cmdline: 'tsx_async_abort=off' });
    assert.equal(line(b, 'taa'), 'Mitigation: Clear CPU buffers; SMT vulnerable');
  });

for (const l of SINGLE)
  test(`${l}: TSX that is off is told even with mitigations=off`, () => {
    assert.equal(line(booted(l, { archCap: ['TSX_CTRL_MSR'], cmdline: 'mitigations=off' }), 'taa'), 'Mitigation: TSX disabled');
    assert.equal(line(booted(l, { has: ['RTM'], cmdline: 'mitigations=off' }), 'taa'), 'Vulnerable');
  });

for (const l of ['6.12', '7.2'] as const)
  test(`${l}: a kernel built without the mitigation starts from off`, () => {
    const one = { ...CASCADE_LAKE, archCap: ['MDS_NO', 'TSX_CTRL_MSR', ...NO_MMIO] as const, config: { CONFIG_MITIGATION_TAA: 'n' } };
    assert.equal(line(booted(l, one), 'taa'), 'Vulnerable');
  });

test('7.2: no attack vector, no mitigation; VERW that RFDS brings counts for TAA', () => {
  const one = { ...CASCADE_LAKE, archCap: ['MDS_NO', 'TSX_CTRL_MSR', 'RFDS_CLEAR', ...NO_MMIO] as const };
  assert.equal(line(booted('7.2', { ...one, cmdline: 'mitigations=off' }), 'taa'), 'Vulnerable');
  assert.equal(line(booted('7.2', { ...one, cmdline: 'mitigations=off reg_file_data_sampling=on' }), 'taa'), 'Mitigation: Clear CPU buffers; SMT vulnerable');
});
