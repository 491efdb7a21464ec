import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { captureProfile } from '../../src/capture/capture-profile.ts';
import { readCpuid } from '../../src/capture/cpuid-leaves.ts';
import { validateProfile } from '../../src/schema/validate-profile.ts';
import { builtInProfile } from '../fixtures/capture/built-in-profile.ts';
import { type FakeMachine, fakeReader, machineOf } from '../fixtures/capture/fake-machine.ts';

const skylake = builtInProfile('skylake-06-5e-03-c6');
const plain = machineOf(skylake);

const PATHS = [
  'proc/cpuinfo',
  'proc/cmdline',
  'proc/meminfo',
  'proc/modules',
  'proc/version',
  'proc/config.gz',
  'proc/1/cmdline',
  'proc/sys/kernel/osrelease',
  'proc/sys/kernel/hostname',
  'boot/config-6.12.107',
  'run/libvirt/qemu/a.xml',
  'sys/devices/system/cpu/online',
  'sys/devices/system/cpu/present',
  'sys/devices/system/cpu/smt/control',
  'sys/devices/system/cpu/cpu0/topology/physical_package_id',
  'sys/devices/system/cpu/cpu0/topology/thread_siblings_list',
  'sys/devices/system/cpu/cpu0/microcode/version',
  'sys/devices/system/cpu/cpu0/microcode/processor_flags',
  'sys/devices/system/cpu/vulnerabilities/tsx_async_abort',
  'sys/devices/system/node/online',
];

/** What stands in such files, and what does not. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ maxLength: 200 }),
  fc.constantFrom(
    '0-8191',
    '0-1,3',
    '-1',
    '0x',
    '0xffffffffffffffffff',
    '6.12.107',
    'processor\t: 0\nprocessor\t: 0\n',
    '\0'.repeat(500),
    'nosmt',
    'qemu-system-x86_64\0-name\0\0-accel\0kvm\0',
    'off',
  ),
  fc.constantFrom('denied' as const, 'fault' as const, 'missing' as const),
);

/** A tree that makes sense nowhere gives a valid profile or a problem. */
function survives(machine: FakeMachine): void {
  const reader = fakeReader(machine);
  const { profile, problems, notes } = captureProfile(reader);
  assert.equal(profile === null, problems.length > 0);
  if (profile) assert.deepEqual(validateProfile(profile), []);
  assert.ok(notes.length <= 60);
  assert.deepEqual([...reader.open_], []);
}

test('any files beside a CPU', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...PATHS), content), (files) => survives({ ...plain, files: { ...plain.files, ...files } })),
    { numRuns: 400 },
  );
});

test('any files and no CPU', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...PATHS), content), (files) => survives({ files })),
    { numRuns: 200 },
  );
});

test('any answers of CPUID', () => {
  const word = fc.oneof(fc.constantFrom(0, 1, 0x20, 0xffff_ffff, 0x8000_0000, 0x4000_0000), fc.nat(0xffff_ffff));
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word, word, word), { minLength: 1, maxLength: 20 }), (answers) => {
      let turn = 0;
      let asked = 0;
      const rows = readCpuid({
        at: () => {
          asked += 1;
          const bytes = new Uint8Array(16);
          for (const [at, value] of (answers[turn++ % answers.length] ?? []).entries()) new DataView(bytes.buffer).setUint32(at * 4, value, true);
          return bytes;
        },
        close: () => undefined,
      });
      assert.ok(asked < 40_000 && rows.length < 40_000, `${asked}`);
      assert.equal(new Set(rows.map(({ leaf, subleaf }) => `${leaf}.${subleaf}`)).size, rows.length, 'a row twice');
    }),
    { numRuns: 200 },
  );
});

test('devices that stop in the middle', () => {
  fc.assert(
    fc.property(fc.nat(200), (good) => {
      const reader = fakeReader(plain);
      let left = good;
      survivesReader({
        ...reader,
        open: (path) => {
          const device = reader.open(path);
          if (typeof device === 'string') return device;
          return { at: (position, length) => (left-- > 0 ? device.at(position, length) : 'failed'), close: device.close };
        },
      });
    }),
    { numRuns: 100 },
  );
});

function survivesReader(reader: Parameters<typeof captureProfile>[0]): void {
  const { profile, problems } = captureProfile(reader);
  assert.equal(profile === null, problems.length > 0);
  if (profile) assert.deepEqual(validateProfile(profile), []);
}

test('huge files are bounded in what comes of them', () => {
  const line = 'x'.repeat(4_000_000);
  const files = {
    ...plain.files,
    'proc/cpuinfo': Array.from({ length: 40_000 }, (_, cpu) => `processor\t: ${cpu}\nmicrocode\t: 0x${cpu.toString(16)}\n`).join('\n') + line,
    'proc/cmdline': line,
    'proc/modules': `${line}\n${'a 1 0 - Live 0x0\n'.repeat(100_000)}`,
    'proc/sys/kernel/osrelease': line,
    'proc/sys/kernel/hostname': line,
    'proc/meminfo': `MemTotal: ${'9'.repeat(400)} kB`,
    'proc/9/cmdline': `qemu-system-x86_64\0-name\0${line}\0-accel\0kvm\0`,
    'run/libvirt/qemu/a.xml': `<domain ${line}`,
    'sys/devices/system/cpu/online': '0-99999,0-99999',
  };
  const reader = fakeReader({ ...plain, files });
  const { profile } = captureProfile(reader);
  assert.ok(profile);
  assert.deepEqual(validateProfile(profile), []);
  assert.ok(JSON.stringify(profile).length < 2_000_000, `${JSON.stringify(profile).length} characters`);
  assert.equal(profile.system?.memoryBytes, undefined);
});
