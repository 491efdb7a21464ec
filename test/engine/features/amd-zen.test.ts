import assert from 'node:assert/strict';
import test from 'node:test';
import { zenbleedCheck } from '../../../src/engine/features/index.ts';
import { AVX_STATE, bootFeatures, LINES, type Line, type MadeUpCpu } from './synthetic-boot.ts';

const cpu = (family: number, model: number, stepping = 0, more: Partial<MadeUpCpu> = {}): MadeUpCpu => ({
  vendor: 'AuthenticAMD',
  family,
  model,
  stepping,
  revision: 0,
  ...more,
});
const later = (line: Line): boolean => line !== '6.1';

test('generations by family and model; an unknown model warns and ends there', async () => {
  const rows: readonly (readonly [number, number, string, readonly Line[]])[] = [
    [0x17, 0x00, 'ZEN1', LINES],
    [0x17, 0x50, 'ZEN1', LINES],
    [0x17, 0x31, 'ZEN2', LINES],
    [0x17, 0xa0, 'ZEN2', LINES],
    [0x19, 0x01, 'ZEN3', LINES],
    [0x19, 0x11, 'ZEN4', LINES],
    [0x1a, 0x02, 'ZEN5', ['6.12', '7.2']],
    [0x1a, 0xd1, 'ZEN5', ['7.2']],
    [0x1a, 0x50, 'ZEN6', ['7.2']],
  ];
  for (const [family, model, generation, lines] of rows)
    for (const line of LINES) {
      const { has, b } = await bootFeatures(line, cpu(family, model));
      assert.equal(has(generation), lines.includes(line), `${line} ${model.toString(16)} ${generation}`);
      const knowsFamily = family !== 0x1a || later(line);
      assert.equal(b.taints.has('WARN'), knowsFamily && !lines.includes(line), `${line} ${model.toString(16)} warning`);
      assert.equal(has('ZEN'), later(line) || lines.includes(line));
    }
  for (const line of LINES) {
    const { has, b } = await bootFeatures(line, cpu(0x17, 0x85));
    assert.deepEqual([has('TSA_SQ_NO'), b.taints.has('WARN')], [false, true], 'tsa_init() is not reached');
  }
});

test('TSA: the revision proves VERW_CLEAR, parts outside Zen 3 and 4 are immune, guests are not judged', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, { revision: 0xa0011d7 }))).has('VERW_CLEAR'), true);
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, { revision: 0xa0011d6 }))).has('VERW_CLEAR'), false);
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 0, { revision: 0xfffffff }))).has('VERW_CLEAR'), false, 'a stepping of no row');
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31))).has('TSA_SQ_NO'), true);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31, 0, { features: ['HYPERVISOR'] }))).has('TSA_L1_NO'), false);
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1))).has('TSA_L1_NO'), false);
  }
});

test('erratum 1386 takes XSAVES from Zen 1 and 2, each line in its way', async () => {
  const features = ['XSAVE', 'XSAVES', 'AVX'];
  const registers = AVX_STATE;
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, cpu(0x17, 1, 2, { features, registers, revision: 0x800126d }))).has('XSAVES'), !later(line));
    assert.equal((await bootFeatures(line, cpu(0x17, 1, 2, { features, registers, revision: 0x800126e }))).has('XSAVES'), true);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31, 0, { features, registers, revision: 0x8301052 }))).has('XSAVES'), later(line));
    assert.equal((await bootFeatures(line, cpu(0x17, 0x71, 0, { features, registers, revision: 0xfffffff }))).has('XSAVES'), false);
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, { features, registers }))).has('XSAVES'), true);
  }
});

test('Zen 1: CPB without its bit, DIV0, no retired-instructions counter', async () => {
  for (const line of LINES) {
    const zen1 = await bootFeatures(line, cpu(0x17, 1, 2, { features: ['IRPERF'] }));
    assert.deepEqual([zen1.has('CPB'), zen1.hasBug('DIV0'), zen1.has('IRPERF')], [true, true, !later(line)]);
    assert.equal((await bootFeatures(line, cpu(0x17, 1, 2, { features: ['HYPERVISOR'] }))).has('CPB'), false);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x50, 0, { features: ['IRPERF'] }))).has('IRPERF'), true);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31))).hasBug('DIV0'), false);
  }
});

test('Zenbleed: the chicken bit goes on without the fix and comes off with it', async () => {
  for (const line of LINES) {
    const features = ['AVX', 'XSAVE'];
    const registers = AVX_STATE;
    const old = await bootFeatures(line, cpu(0x17, 0x31, 0, { features, registers, revision: 0x830107a }));
    assert.equal((old.b.written.get(0xc0011029) ?? 0n) & (1n << 9n), 1n << 9n);
    const fixed = await bootFeatures(line, cpu(0x17, 0x31, 0, { features, registers, revision: 0x830107b, msrs: { 3221295145: 1n << 9n } }));
    assert.equal((fixed.b.written.get(0xc0011029) ?? 0n) & (1n << 9n), 0n);
    old.b.cpu.revision = 0x830107b;
    zenbleedCheck(old.b, old.b.cpu);
    assert.equal((old.b.written.get(0xc0011029) ?? 0n) & (1n << 9n), 0n, 'after a late load');
    const guest = await bootFeatures(line, cpu(0x17, 0x31, 0, { features: [...features, 'HYPERVISOR'] }));
    assert.equal((guest.b.written.get(0xc0011029) ?? 0n) & (1n << 9n), 0n);
  }
});

test('broken RDSEED: one Zen 2 model, and Zen 5 below a revision', async () => {
  const features = ['RDSEED'];
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, cpu(0x17, 0x47, 0, { features }))).has('RDSEED'), !later(line));
    assert.equal((await bootFeatures(line, cpu(0x17, 0x47, 1, { features }))).has('RDSEED'), true);
    assert.equal((await bootFeatures(line, cpu(0x1a, 2, 1, { features, revision: 0xb002159 }))).has('RDSEED'), !later(line));
    assert.equal((await bootFeatures(line, cpu(0x1a, 2, 1, { features, revision: 0xb00215a }))).has('RDSEED'), true);
  }
});

test('Zen 3 shows BTC_NO, some Zen 4 lose virtual VMLOAD', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1))).has('BTC_NO'), true);
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, { features: ['HYPERVISOR'] }))).has('BTC_NO'), false);
    assert.equal((await bootFeatures(line, cpu(0x19, 0x11, 1))).has('BTC_NO'), false);
    const features = ['V_VMSAVE_VMLOAD'];
    assert.equal((await bootFeatures(line, cpu(0x19, 0x61, 2, { features }))).has('V_VMSAVE_VMLOAD'), !later(line));
    assert.equal((await bootFeatures(line, cpu(0x19, 0x11, 1, { features }))).has('V_VMSAVE_VMLOAD'), true);
  }
});

test('broadcast TLB flushes: not on Zen 2, a bug on Zen 5 without the software bit, off by option', async () => {
  const features = ['INVLPGB', 'PCID'];
  assert.equal((await bootFeatures('7.2', cpu(0x17, 0x31, 0, { features }))).has('INVLPGB'), false);
  assert.equal((await bootFeatures('7.2', cpu(0x1a, 2, 1, { features }))).bugs.includes('tlbi'), true);
  assert.equal((await bootFeatures('7.2', cpu(0x1a, 2, 1, { features: [...features, 'TLBSYNC_SFW_NO'] }))).hasBug('TLBI'), false);
  assert.equal((await bootFeatures('7.2', cpu(0x19, 1, 1, { features }), { cmdline: 'tlbi=ipi' })).has('INVLPGB'), false);
  assert.equal((await bootFeatures('7.2', cpu(0x19, 1, 1, { features }))).has('INVLPGB'), true);
});
