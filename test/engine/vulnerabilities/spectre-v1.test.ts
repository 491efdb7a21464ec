import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, type Case, LINES, type Line, line, SINGLE } from './support.ts';

const ON = 'Mitigation: usercopy/swapgs barriers and __user pointer sanitization';
const OFF = 'Vulnerable: __user pointer sanitization and usercopy barriers only; no swapgs barriers';
const RDCL_NO = { archCap: ['RDCL_NO'] } as const;

function fences(l: Line, one: Case): boolean[] {
  const b = booted(l, one);
  return [b.has('FENCE_SWAPGS_KERNEL'), b.has('FENCE_SWAPGS_USER')];
}

for (const l of LINES) {
  test(`${l}: everything that speculates`, () => {
    assert.equal(affected(booted(l), 'spectre_v1'), true);
    assert.equal(line(booted(l, { model: 0x1c }), 'spectre_v1'), 'Not affected');
    assert.equal(line(booted(l, { family: 5, model: 2 }), 'spectre_v1'), 'Not affected');
  });

  test(`${l}: the line, and what switches it off`, () => {
    assert.equal(line(booted(l), 'spectre_v1'), ON);
    for (const cmdline of ['nospectre_v1', 'nospectre_v1=please', 'mitigations=off']) {
      const b = booted(l, { cmdline });
      assert.equal(line(b, 'spectre_v1'), OFF, cmdline);
      assert.equal(b.has('FENCE_SWAPGS_KERNEL'), false);
    }
  });

  test(`${l}: SMAP spares the fences, unless FSGSBASE or Meltdown defeat it`, () => {
    assert.deepEqual(fences(l, { ...RDCL_NO, has: ['SMAP'] }), [false, false]);
    assert.deepEqual(fences(l, { ...RDCL_NO, has: ['SMAP', 'FSGSBASE'] }), [true, true]);
    assert.deepEqual(fences(l, RDCL_NO), [true, true]);
    assert.deepEqual(fences(l, { has: ['SMAP'] }), [true, false], 'Meltdown, but PTI serializes');
    assert.deepEqual(fences(l, { has: ['SMAP'], cmdline: 'nopti' }), [true, true]);
  });

  test(`${l}: a CPU whose swapgs waits needs no fence on the way in`, () => {
    const b = booted(l, { vendor: 'AMD', family: 0x17, model: 0x31 });
    assert.equal(b.bug('SWAPGS'), false);
    assert.deepEqual([b.has('FENCE_SWAPGS_KERNEL'), b.has('FENCE_SWAPGS_USER')], [true, false]);
    assert.equal(booted(l).bug('SWAPGS'), true);
    assert.equal(booted(l, { model: 0x1c }).bug('SWAPGS'), false, 'Bonnell does not speculate');
  });
}

for (const l of ['6.12', '7.2'] as const)
  test(`${l}: a kernel built without the mitigation`, () => {
    assert.equal(line(booted(l, { config: { CONFIG_MITIGATION_SPECTRE_V1: 'n' } }), 'spectre_v1'), OFF);
  });

test('7.2: only the user to kernel vector matters', () => {
  assert.equal(line(booted('7.2', { cmdline: 'mitigations=auto,no_user_kernel' }), 'spectre_v1'), OFF);
  assert.equal(line(booted('7.2', { cmdline: 'mitigations=auto,no_user_user,no_guest_host,no_guest_guest' }), 'spectre_v1'), ON);
});

for (const l of SINGLE)
  test(`${l}: a CPU without the bug is not fenced`, () => {
    assert.equal(booted(l, { model: 0x1c }).choice('spectre_v1'), 'SPECTRE_V1_MITIGATION_NONE');
  });
