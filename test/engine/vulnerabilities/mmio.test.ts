import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, LINES, line, SINGLE, verwOnExit, verwOnIdle } from './support.ts';

const NONE = ['FBSDP_NO', 'PSDP_NO', 'SBDR_SSDP_NO'] as const;
/** Ice Lake server without MDS and TSX: MMIO stands alone. */
const ICE_LAKE = { model: 0x6a, stepping: 6 };
const NO_MDS = ['MDS_NO', 'RDCL_NO'] as const;

for (const l of LINES) {
  test(`${l}: all three immunity bits rule MMIO out, two do not`, () => {
    assert.equal(booted(l, ICE_LAKE).bug('MMIO_STALE_DATA'), true);
    assert.equal(booted(l, { ...ICE_LAKE, archCap: NONE }).bug('MMIO_STALE_DATA'), false);
    for (const left of NONE) {
      const archCap = NONE.filter((name) => name !== left);
      assert.equal(booted(l, { ...ICE_LAKE, archCap }).bug('MMIO_STALE_DATA'), true, left);
    }
    assert.equal(affected(booted(l, { model: 0x1c }), 'mmio'), false, 'Bonnell does not speculate');
    assert.equal(affected(booted(l, { model: 0x5c }), 'mmio'), false, 'Goldmont is on the other list');
  });

  test(`${l}: alone it clears for guests only, and at idle`, () => {
    const b = booted(l, { ...ICE_LAKE, archCap: [...NO_MDS, 'FB_CLEAR'] });
    assert.equal(line(b, 'mmio'), 'Mitigation: Clear CPU buffers; SMT vulnerable');
    assert.equal(verwOnExit(b), false);
    assert.equal(verwOnIdle(b), true);
    if (l === '7.2') assert.equal(b.has('CLEAR_CPU_BUF_VM_MMIO'), true);
    else assert.equal(b.shared('mmio_stale_data_clear'), true);
  });

  test(`${l}: FBSDP_NO spares the idle path`, () => {
    assert.equal(verwOnIdle(booted(l, { ...ICE_LAKE, archCap: [...NO_MDS, 'FBSDP_NO'] })), false);
  });

  test(`${l}: with MDS or TAA it shares their VERW`, () => {
    for (const b of [booted(l), booted(l, { ...ICE_LAKE, has: ['RTM'], archCap: NO_MDS })]) {
      assert.equal(verwOnExit(b), true);
      if (l === '7.2') assert.equal(b.has('CLEAR_CPU_BUF_VM_MMIO'), false);
      else assert.equal(b.shared('mmio_stale_data_clear'), false);
    }
  });

  test(`${l}: FB_CLEAR, or MD_CLEAR with FLUSH_L1D where MDS_NO is not claimed`, () => {
    const needed = 'Vulnerable: Clear CPU buffers attempted, no microcode; SMT vulnerable';
    const there = 'Mitigation: Clear CPU buffers; SMT vulnerable';
    assert.equal(line(booted(l, { ...ICE_LAKE, archCap: NO_MDS }), 'mmio'), needed);
    assert.equal(line(booted(l, { has: ['MD_CLEAR'] }), 'mmio'), needed);
    assert.equal(line(booted(l, { has: ['FLUSH_L1D'] }), 'mmio'), needed);
    assert.equal(line(booted(l, { has: ['MD_CLEAR', 'FLUSH_L1D'] }), 'mmio'), there);
    assert.equal(line(booted(l, { has: ['MD_CLEAR', 'FLUSH_L1D'], archCap: ['MDS_NO'] }), 'mmio'), needed);
    assert.equal(line(booted(l, { archCap: ['FB_CLEAR'] }), 'mmio'), there);
  });

  test(`${l}: mmio_stale_data= and the tail`, () => {
    const one = { ...ICE_LAKE, archCap: [...NO_MDS, 'FB_CLEAR'] as const };
    const off = booted(l, { ...one, cmdline: 'mmio_stale_data=off' });
    assert.equal(line(off, 'mmio'), 'Vulnerable');
    assert.equal(verwOnIdle(off), false);
    assert.equal(booted(l, { ...one, cmdline: 'mmio_stale_data=full,nosmt' }).shared('cpu_smt_control'), 'off');
    assert.equal(booted(l, { ...one, cmdline: 'mitigations=auto,nosmt' }).shared('cpu_smt_control'), 'off');
    assert.equal(line(booted(l, { ...one, smt: false }), 'mmio'), 'Mitigation: Clear CPU buffers; SMT disabled');
    assert.equal(line(booted(l, { ...one, has: ['HYPERVISOR'] }), 'mmio'), 'Mitigation: Clear CPU buffers; SMT Host state unknown');
    assert.equal(line(booted(l, { ...one, cmdline: 'mitigations=off' }), 'mmio'), 'Vulnerable');
    assert.equal(
      line(booted(l, { cmdline: 'mmio_stale_data=off' }), 'mmio'),
      'Vulnerable: Clear CPU buffers attempted, no microcode; SMT vulnerable',
      'MDS runs VERW for it',
    );
  });

  test(`${l}: siblings are warned about`, () => {
    const warned = (cmdline: string): boolean =>
      booted(l, { ...ICE_LAKE, archCap: NO_MDS, cmdline }).log.some((text) => text.startsWith('MMIO Stale Data CPU bug present and SMT on'));
    assert.equal(warned(''), true);
    assert.equal(warned('mmio_stale_data=off'), false);
  });
}

for (const l of SINGLE)
  test(`${l}: parts on neither list are unknown, and are not mitigated`, () => {
    const b = booted(l, { model: 0x3c });
    assert.equal(b.bug('MMIO_UNKNOWN'), true);
    assert.equal(line(b, 'mmio'), 'Unknown: No mitigations');
    assert.equal(affected(b, 'mmio'), true);
    assert.ok(b.log.includes('MMIO Stale Data: Unknown: No mitigations'));
    assert.equal(b.choice('mmio'), 'MMIO_MITIGATION_OFF');
  });

test('7.2: parts on neither list are not affected', () => {
  assert.equal(line(booted('7.2', { model: 0x3c }), 'mmio'), 'Not affected');
});

for (const l of ['6.12', '7.2'] as const)
  test(`${l}: a kernel built without the mitigation starts from off`, () => {
    assert.equal(line(booted(l, { ...ICE_LAKE, archCap: NO_MDS, config: { CONFIG_MITIGATION_MMIO_STALE_DATA: 'n' } }), 'mmio'), 'Vulnerable');
  });

for (const l of SINGLE)
  test(`${l}: VERW that RFDS brings replaces the one for guests, off or not`, () => {
    const b = booted(l, { ...ICE_LAKE, archCap: [...NO_MDS, 'RFDS_CLEAR'] });
    assert.equal(b.shared('mmio_stale_data_clear'), false);
    const off = booted(l, { ...ICE_LAKE, archCap: [...NO_MDS, 'RFDS_CLEAR'], cmdline: 'mmio_stale_data=off' });
    assert.equal(line(off, 'mmio'), 'Vulnerable: Clear CPU buffers attempted, no microcode; SMT vulnerable');
  });
