import assert from 'node:assert/strict';
import test from 'node:test';
import { identifySecondary } from '../../../src/engine/features/index.ts';
import { bootFeatures, LINES, type MadeUpCpu, siliconFor } from './synthetic-boot.ts';

const TSX_CTRL = 1n << 7n;
const controlled: MadeUpCpu = { features: ['RTM', 'HLE', 'ARCH_CAPABILITIES'], msrs: { 266: TSX_CTRL, 290: 0n } };
const OFF = { CONFIG_X86_INTEL_TSX_MODE_OFF: 'y', CONFIG_X86_INTEL_TSX_MODE_AUTO: 'n', CONFIG_X86_INTEL_TSX_MODE_ON: 'n' };
const ON = { ...OFF, CONFIG_X86_INTEL_TSX_MODE_OFF: 'n', CONFIG_X86_INTEL_TSX_MODE_ON: 'y' };
const AUTO = { ...OFF, CONFIG_X86_INTEL_TSX_MODE_OFF: 'n', CONFIG_X86_INTEL_TSX_MODE_AUTO: 'y' };

test('without the control nothing is decided', async () => {
  for (const line of LINES)
    for (const cpu of [{ features: ['RTM', 'HLE'] }, { ...controlled, msrs: { 266: 0n } }]) {
      const { flags, b } = await bootFeatures(line, cpu, { cmdline: 'tsx=off' });
      assert.ok(flags.includes('rtm') && flags.includes('hle'));
      assert.equal(b.shared('tsx_ctrl_state'), 'TSX_CTRL_NOT_SUPPORTED');
      assert.equal(b.written.has(0x122), false);
    }
});

test('the control follows option, configuration and, for auto, the TAA bug', async () => {
  const cases: readonly (readonly [cmdline: string, options: Record<string, string>, bugs: readonly string[], on: boolean])[] = [
    ['', OFF, [], false],
    ['', ON, ['TAA'], true],
    ['', AUTO, [], true],
    ['', AUTO, ['TAA'], false],
    ['tsx=on', OFF, ['TAA'], true],
    ['tsx=off', ON, [], false],
    ['tsx=auto', OFF, [], true],
    ['tsx=auto', OFF, ['TAA'], false],
    ['tsx=wrong', ON, [], false],
    ['tsx=off tsx=on', OFF, [], true],
    ['tsx', ON, [], true],
  ];
  for (const line of LINES)
    for (const [cmdline, options, bugs, on] of cases) {
      const { has, b } = await bootFeatures(line, controlled, { cmdline, options, bugs });
      assert.deepEqual([has('RTM'), has('HLE'), has('MSR_TSX_CTRL')], [on, on, true], `${line} ${cmdline}`);
      assert.equal(b.msr(0x122), on ? 0n : 3n);
    }
});

test('TSX hidden by the kernel before comes back when it is wanted', async () => {
  for (const line of LINES) {
    const hidden: MadeUpCpu = { features: ['ARCH_CAPABILITIES'], msrs: { 266: TSX_CTRL, 290: 3n } };
    const { flags, b } = await bootFeatures(line, hidden, { cmdline: 'tsx=on' });
    assert.ok(flags.includes('rtm') && flags.includes('hle'));
    assert.equal(b.written.get(0x122), 0n);
  }
});

test('a CPU that always aborts does not show RTM, whatever is asked', async () => {
  for (const line of LINES) {
    const tfa: MadeUpCpu = { features: ['RTM', 'HLE', 'RTM_ALWAYS_ABORT', 'TSX_FORCE_ABORT'] };
    const { has, b } = await bootFeatures(line, tfa, { cmdline: 'tsx=on' });
    assert.deepEqual([has('RTM'), has('HLE'), b.shared('tsx_ctrl_state')], [false, false, 'TSX_CTRL_RTM_ALWAYS_ABORT']);
    assert.equal(b.written.get(0x10f), 2n);
    const other = identifySecondary(b, siliconFor(b.tables, tfa), 1);
    assert.equal(b.has('RTM', other), false);
  }
});

test('development mode is taken back, and the CPU then counts as always aborting', async () => {
  for (const line of LINES) {
    const development: MadeUpCpu = { ...controlled, features: [...(controlled.features ?? []), 'SRBDS_CTRL'], msrs: { ...controlled.msrs, 291: 2n } };
    const spec = { bugs: ['TAA'], cmdline: 'setcpuid=372', traits: { setcpuid: true } };
    const { has, b } = await bootFeatures(line, development, spec);
    assert.equal(b.written.get(0x123), 0n);
    assert.deepEqual([has('RTM_ALWAYS_ABORT'), has('RTM')], [true, false]);
  }
});

test('another CPU gets the decision of the boot CPU', async () => {
  for (const line of LINES)
    for (const cmdline of ['tsx=on', 'tsx=off']) {
      const { b, has } = await bootFeatures(line, controlled, { cmdline });
      const other = identifySecondary(b, siliconFor(b.tables, controlled), 1);
      assert.equal(b.has('RTM', other), has('RTM'));
    }
});
