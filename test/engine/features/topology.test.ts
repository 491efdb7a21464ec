import assert from 'node:assert/strict';
import test from 'node:test';
import { smtDisable, smtOf } from '../../../src/engine/boot/smt.ts';
import { onlineAfterBoot, placesOf, setSmtActive, startedAtBoot } from '../../../src/engine/boot/topology.ts';
import { bootFeatures, LINES, type MadeUpCpu } from './synthetic-boot.ts';

const siblings = (shift: number, count: number): Record<string, number> => ({
  'b.0.eax': shift,
  'b.0.ebx': count,
  'b.0.ecx': 0x100,
  'b.1.eax': shift + 2,
  'b.1.ebx': count * 4,
  'b.1.ecx': 0x201,
});
const INTEL: MadeUpCpu = { features: ['HT'], registers: siblings(1, 2) };
const SMT = placesOf({ packages: 1, coresPerPackage: 2, threadsPerCore: 2 });

test('places are numbered package by package, siblings next to each other', () => {
  const places = placesOf({ packages: 2, coresPerPackage: 2, threadsPerCore: 2, nodes: 2 });
  assert.deepEqual(
    places.map((place) => [place.number, place.package, place.core, place.thread, place.node]),
    [
      [0, 0, 0, 0, 0],
      [1, 0, 0, 1, 0],
      [2, 0, 1, 0, 0],
      [3, 0, 1, 1, 0],
      [4, 1, 0, 0, 1],
      [5, 1, 0, 1, 1],
      [6, 1, 1, 0, 1],
      [7, 1, 1, 1, 1],
    ],
  );
  assert.equal(placesOf(undefined).length, 1);
  assert.equal(placesOf({ packages: 1000, coresPerPackage: 1000 }).length, 8192);
});

test('SMT as CPUID tells it: on, off by option, forced off, not there', async () => {
  for (const line of LINES) {
    for (const [cmdline, control, online] of [
      ['', 'on', 4],
      ['nosmt', 'off', 2],
      ['nosmt=force', 'forceoff', 2],
      ['nosmt=wrong', 'off', 2],
    ] as const) {
      const { b, has } = await bootFeatures(line, INTEL, { cmdline, places: SMT });
      const after = onlineAfterBoot(b, SMT);
      assert.deepEqual([smtOf(b).control, after.filter(Boolean).length, smtOf(b).active], [control, online, online === 4], `${line} ${cmdline}`);
      assert.equal(has('XTOPOLOGY'), true);
    }
    const single = await bootFeatures(line, { features: ['HT'], registers: siblings(0, 1) }, { cmdline: 'nosmt', places: placesOf({ coresPerPackage: 2 }) });
    assert.equal(smtOf(single.b).control, 'notsupported', 'the topology has the last word');
    smtDisable(single.b, true, 'test');
    assert.equal(smtOf(single.b).control, 'notsupported');
  }
});

test('a kernel without the control cannot switch siblings off', async () => {
  for (const line of LINES) {
    const { b } = await bootFeatures(line, INTEL, { cmdline: 'nosmt', places: SMT, options: { CONFIG_HOTPLUG_SMT: 'n' } });
    smtDisable(b, true, 'test');
    onlineAfterBoot(b, SMT);
    assert.deepEqual(smtOf(b), { control: 'notimplemented', active: true });
  }
});

test('an operator takes siblings offline: control stays on, activity goes and comes', async () => {
  for (const line of LINES) {
    const { b } = await bootFeatures(line, INTEL, { places: SMT });
    assert.deepEqual(onlineAfterBoot(b, SMT, [1, 3, 0]), [true, false, true, false], 'CPU 0 stays');
    assert.deepEqual(smtOf(b), { control: 'on', active: false });
    setSmtActive(b, SMT, [true, true, false, false]);
    assert.equal(smtOf(b).active, true);
  }
});

test('a shift of 0 with two CPUs still means siblings', async () => {
  for (const line of LINES) {
    const { b } = await bootFeatures(line, { features: ['HT'], registers: siblings(0, 2) }, { places: SMT });
    assert.equal(smtOf(b).control, 'on');
  }
});

test('without the extended leaves leaf 1 counts logical CPUs and leaf 4 cores', async () => {
  const old = (nproc: number, cores: number, vendor = 'GenuineIntel'): MadeUpCpu => ({
    vendor,
    level: 4,
    features: ['HT'],
    registers: { '1.0.ebx': nproc << 16, '4.0.eax': ((cores - 1) << 26) | 0x21 },
  });
  for (const line of LINES) {
    for (const vendor of ['GenuineIntel', '  Shanghai  ']) {
      assert.equal(smtOf((await bootFeatures(line, old(2, 1, vendor), { places: placesOf({ threadsPerCore: 2 }) })).b).control, 'on', `${line} ${vendor}`);
      assert.equal(smtOf((await bootFeatures(line, old(2, 2, vendor), { places: placesOf({ coresPerPackage: 2 }) })).b).control, 'notsupported');
    }
    assert.equal((await bootFeatures(line, old(2, 1))).has('XTOPOLOGY'), false);
    const odd = await bootFeatures(line, old(1, 4));
    assert.equal(odd.b.taints.has('WARN'), line !== '6.1', 'more cores than logical CPUs');
  }
});

test('AMD: its own leaf for threads and nodes, the extended leaf first where there is one', async () => {
  const amd = (registers: Record<string, number>, features: readonly string[] = ['TOPOEXT', 'HT', 'CMP_LEGACY']): MadeUpCpu => ({
    vendor: 'AuthenticAMD',
    family: 0x17,
    model: 0x31,
    level: 0x10,
    extendedLevel: 0x8000_001e,
    features,
    registers,
  });
  for (const line of LINES) {
    const threads = await bootFeatures(line, amd({ '8000001e.0.ebx': 0x100 }), { places: placesOf({ threadsPerCore: 2 }) });
    assert.deepEqual([smtOf(threads.b).control, threads.has('XTOPOLOGY'), threads.has('AMD_DCM')], ['on', false, false]);
    const extended = await bootFeatures(line, amd({ '8000001e.0.ebx': 0x100, ...siblings(1, 2) }), { places: placesOf({ threadsPerCore: 2 }) });
    assert.deepEqual([smtOf(extended.b).control, extended.has('XTOPOLOGY')], ['on', line !== '6.1']);
    assert.equal((await bootFeatures(line, amd({ '8000001e.0.ecx': 0x100 }))).flags.includes('amd_dcm'), true);
    assert.equal((await bootFeatures(line, { ...amd({}, ['NODEID_MSR']), msrs: { 3221295116: 1n << 3n } })).flags.includes('amd_dcm'), true);
    const legacy = await bootFeatures(line, amd({ '1.0.ebx': 2 << 16, '80000008.0.ecx': 0 }, ['HT']), { places: placesOf({ threadsPerCore: 2 }) });
    assert.equal(smtOf(legacy.b).control, line === '6.1' ? 'on' : 'notsupported', 'only the oldest line divides leaf 1 by the cores');
  }
});

test('topology extensions that firmware has hidden come back for the first look', async () => {
  for (const line of LINES) {
    const hidden: MadeUpCpu = { vendor: 'AuthenticAMD', family: 0x15, model: 0x10, msrs: { 3221295109: 0n } };
    const { b } = await bootFeatures(line, hidden);
    assert.equal(b.written.get(0xc0011005), 1n << 54n, line);
    assert.equal((await bootFeatures(line, { ...hidden, msrs: { 3221295109: null } })).b.written.has(0xc0011005), false);
    assert.equal((await bootFeatures(line, { ...hidden, model: 2 })).b.written.has(0xc0011005), false);
  }
});

test('maxcpus stops the start, nr_cpus and nosmp keep CPUs out altogether', async () => {
  for (const line of LINES) {
    const parallel = line !== '6.1';
    const two = await bootFeatures(line, INTEL, { cmdline: 'maxcpus=2', places: SMT });
    assert.deepEqual(startedAtBoot(two.b, SMT), parallel ? [true, false, true, false] : [true, true, false, false], line);
    onlineAfterBoot(two.b, SMT);
    assert.deepEqual(smtOf(two.b), { control: 'on', active: !parallel });
    for (const cmdline of ['nosmp', 'maxcpus=0', 'nr_cpus=1', 'nolapic']) {
      const one = await bootFeatures(line, INTEL, { cmdline, places: SMT });
      assert.deepEqual(onlineAfterBoot(one.b, SMT), [true, false, false, false], `${line} ${cmdline}`);
      assert.deepEqual(smtOf(one.b), { control: parallel ? 'notsupported' : 'on', active: false });
    }
    for (const [cmdline, online] of [
      ['maxcpus= nr_cpus=-1 possible_cpus=0', 4],
      ['maxcpus=-1', 4],
      ['maxcpus=0x10', 4],
      // What is no number counts as 0.
      ['maxcpus=many', 1],
      ['maxcpus=2 maxcpus=3', 3],
      ['nr_cpus=2 nr_cpus=3', 2],
      ['possible_cpus=2 possible_cpus=3', 3],
    ] as const) {
      const { b } = await bootFeatures(line, INTEL, { cmdline, places: SMT });
      assert.equal(onlineAfterBoot(b, SMT).filter(Boolean).length, online, `${line} ${cmdline}`);
    }
  }
});

test('maxcpus with SMT off: the oldest line counts only what stays online; cpuhp.parallel=0 goes one by one', async () => {
  for (const line of LINES) {
    const off = await bootFeatures(line, INTEL, { cmdline: 'nosmt maxcpus=2', places: SMT });
    assert.deepEqual(startedAtBoot(off.b, SMT), line === '6.1' ? [true, true, true, false] : [true, false, true, false], line);
    assert.deepEqual(onlineAfterBoot(off.b, SMT), [true, false, true, false]);
    for (const [value, serial] of [
      ['=0', true],
      ['=no', true],
      ['=1', false],
      ['=maybe', false],
      ['', false],
    ] as const) {
      const { b } = await bootFeatures(line, INTEL, { cmdline: `maxcpus=2 cpuhp.parallel${value}`, places: SMT });
      assert.deepEqual(startedAtBoot(b, SMT), serial || line === '6.1' ? [true, true, false, false] : [true, false, true, false], `${line} ${value}`);
    }
    const one = await bootFeatures(line, INTEL, { cmdline: 'nosmt maxcpus=2 cpuhp.parallel=off', places: SMT });
    assert.deepEqual(onlineAfterBoot(one.b, SMT), line === '6.1' ? [true, false, true, false] : [true, false, false, false]);
  }
});
