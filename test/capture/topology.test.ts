import assert from 'node:assert/strict';
import test from 'node:test';
import { cpuList } from '../../src/capture/cpu-list.ts';
import { readCpuinfo } from '../../src/capture/cpuinfo.ts';
import { cpuNumbers, notes } from '../../src/capture/notes.ts';
import { cpuNumbersOf, readTopology, type TopologyOutcome } from '../../src/capture/topology.ts';
import { fakeReader, sysfsTopology } from '../fixtures/capture/fake-machine.ts';

function topologyOf(files: Record<string, string>, cmdline = ''): TopologyOutcome & { readonly said: readonly string[] } {
  const reader = fakeReader({ files });
  const cpuinfo = readCpuinfo(reader);
  const list = notes();
  const outcome = readTopology(reader, cpuNumbersOf(reader, [...cpuinfo.keys()]), cpuinfo, cmdline, list);
  return { ...outcome, said: list.list };
}

/** Two packages of two cores: first threads 0 to 3, second threads 4 to 7, as most firmware lists them. */
const SERVER = Array.from({ length: 8 }, (_, cpu) => ({ cpu, package: (cpu >> 1) & 1, siblings: [cpu & 3, (cpu & 3) + 4] }));

const sysfs = (online: string, present: string, cpus: Parameters<typeof sysfsTopology>[0]): Record<string, string> => ({
  'sys/devices/system/cpu/online': `${online}\n`,
  'sys/devices/system/cpu/present': `${present}\n`,
  'sys/devices/system/node/online': '0-1\n',
  ...sysfsTopology(cpus),
});

test('a server whose second threads come last', () => {
  const { topology, numberInProfile, said } = topologyOf(sysfs('0-7', '0-7', SERVER));
  assert.deepEqual(topology, { packages: 2, coresPerPackage: 2, threadsPerCore: 2, nodes: 2 });
  assert.deepEqual([0, 4, 1, 5, 2, 6, 3, 7].map(numberInProfile), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.match(said.join(), /threads of a core next to each other/);
});

test('siblings that follow each other keep their numbers', () => {
  const cpus = Array.from({ length: 4 }, (_, cpu) => ({ cpu, package: 0, siblings: [cpu & ~1, cpu | 1] }));
  const { topology, numberInProfile, said } = topologyOf(sysfs('0-3', '0-3', cpus));
  assert.deepEqual(topology, { packages: 1, coresPerPackage: 2, threadsPerCore: 2, nodes: 2 });
  assert.deepEqual([0, 1, 2, 3].map(numberInProfile), [0, 1, 2, 3]);
  assert.deepEqual(said, []);
});

test('packages that take turns are put in order', () => {
  const cpus = Array.from({ length: 4 }, (_, cpu) => ({ cpu, package: cpu & 1, siblings: [cpu] }));
  const { topology, numberInProfile } = topologyOf(sysfs('0-3', '0-3', cpus));
  assert.deepEqual(topology, { packages: 2, coresPerPackage: 2, threadsPerCore: 1, nodes: 2 });
  assert.deepEqual([0, 1, 2, 3].map(numberInProfile), [0, 2, 1, 3]);
});

test('second threads that an option keeps offline are left to the option', () => {
  const online = SERVER.slice(0, 4).map((place) => ({ ...place, siblings: [place.cpu] }));
  const files = { ...sysfs('0-3', '0-7', online), 'sys/devices/system/cpu/smt/control': 'off\n' };
  const byOption = topologyOf(files, 'mitigations=auto,nosmt quiet');
  assert.deepEqual(byOption.topology, { packages: 2, coresPerPackage: 2, threadsPerCore: 2, nodes: 2 });
  // Switched off by hand, they stand as offline: CPU 4 to 7 are the second threads.
  const byHand = topologyOf(files, 'quiet');
  assert.deepEqual(byHand.topology?.offline, [1, 3, 5, 7]);
});

test('one CPU that is offline stands where its sibling shows', () => {
  const online = SERVER.filter(({ cpu }) => cpu !== 6).map((place) => ({ ...place, siblings: place.siblings.filter((cpu) => cpu !== 6) }));
  const { topology } = topologyOf(sysfs('0-5,7', '0-7', online));
  assert.deepEqual(topology, { packages: 2, coresPerPackage: 2, threadsPerCore: 2, nodes: 2, offline: [5] });
  const first = topologyOf(
    sysfs(
      '0-1,3-7',
      '0-7',
      SERVER.filter(({ cpu }) => cpu !== 2).map((place) => ({ ...place, siblings: place.siblings.filter((cpu) => cpu !== 2) })),
    ),
  );
  assert.deepEqual(first.topology?.offline, [4]);
});

test('CPUs that could be plugged in are none', () => {
  const files = {
    ...sysfs('0', '0', [{ cpu: 0, package: 0, siblings: [0] }]),
    'sys/devices/system/cpu/offline': '1-255\n',
    'sys/devices/system/cpu/possible': '0-255\n',
  };
  assert.deepEqual(topologyOf(files).topology, { packages: 1, coresPerPackage: 1, threadsPerCore: 1, nodes: 2 });
});

test("hybrids keep the kernel's numbers", () => {
  const cpus = [
    { cpu: 0, package: 0, siblings: [0, 1] },
    { cpu: 1, package: 0, siblings: [0, 1] },
    { cpu: 2, package: 0, siblings: [2] },
    { cpu: 3, package: 0, siblings: [3] },
  ];
  const { topology, numberInProfile } = topologyOf(sysfs('0-3', '0-3', cpus));
  assert.deepEqual(topology, { packages: 1, coresPerPackage: 3, threadsPerCore: 2, nodes: 2 });
  assert.deepEqual([2, 3].map(numberInProfile), [2, 3]);
});

test('without sysfs /proc/cpuinfo tells, without either nothing does', () => {
  const cpuinfo = SERVER.map(({ cpu, package: package_ }) => `processor\t: ${cpu}\nphysical id\t: ${package_}\ncore id\t\t: ${cpu & 3}\n`).join('\n');
  assert.deepEqual(topologyOf({ 'proc/cpuinfo': cpuinfo }).topology, { packages: 2, coresPerPackage: 2, threadsPerCore: 2 });
  const none = topologyOf({});
  assert.equal(none.topology, undefined);
  assert.match(none.said.join(), /not known/);
});

test('lists of CPUs', () => {
  assert.deepEqual(cpuList('0-2,8\n'), [0, 1, 2, 8]);
  assert.deepEqual(cpuList('\n'), []);
  assert.deepEqual(cpuList('x,3-,-4,5-4,7'), [7]);
  assert.equal(cpuList('0-99999,0-99999').length, 16_384);
  assert.equal(cpuNumbers([0, 1, 2, 8]), '0 to 2, 8');
  assert.match(cpuNumbers([1, 3, 5, 7, 9, 11, 13, 15, 17]), /and more$/);
});
