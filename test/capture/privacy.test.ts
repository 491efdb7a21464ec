import assert from 'node:assert/strict';
import test from 'node:test';
import { captureProfile } from '../../src/capture/capture-profile.ts';
import { cleanCmdline } from '../../src/capture/identity.ts';
import { msrsToRead } from '../../src/capture/msr-list.ts';
import type { CpuidRow } from '../../src/data/contract/profile.ts';
import { validateProfile } from '../../src/schema/validate-profile.ts';
import { builtInProfile, changed, register } from '../fixtures/capture/built-in-profile.ts';
import { fakeReader, machineOf } from '../fixtures/capture/fake-machine.ts';

const cascade = builtInProfile('cascadelake-06-55-07-5003605');
const genoa = builtInProfile('genoa-19-11-01-a101144');
const MAC = '52:54:00:ab:cd:ef';

const FILES = {
  'proc/sys/kernel/hostname': 'web-host-1\n',
  'proc/sys/kernel/osrelease': '6.12.107\n',
  'proc/cmdline': `root=/dev/disk/by-id/nvme-SSD_S3RIAL123-part2 ip=10.0.0.1::10.0.0.2:255.0.0.0:web-host-1:eth0 ifname=eth0:${MAC} BOOTIF=01-52-54-00-ab-cd-ef rd.iscsi.password=hunter2 mitigations=off\n`,
  'proc/700/cmdline': `/usr/bin/qemu-system-x86_64\0-name\0guest=web-1,debug-threads=on\0-accel\0kvm\0-cpu\0host\0-device\0virtio-net,mac=${MAC}\0-uuid\0S3RIAL123\0`,
};

/** Ids in every place where CPUID has them. */
function withIds(rows: readonly CpuidRow[]): CpuidRow[] {
  const leaf3 = rows.map((row) => (Number(row.leaf) === 3 ? { ...row, ecx: '0x12345678', edx: '0x9abcdef0' } : row));
  const all = changed(leaf3, 1, 0, 'ebx', 0x2a00_0000, 0xff00_0000);
  return all.map((row) =>
    [0xb, 0x1f, 0x8000_0026].includes(Number(row.leaf))
      ? { ...row, edx: '0x0000002a' }
      : Number(row.leaf) === 0x8000_001e
        ? { ...row, eax: '0x0000002a' }
        : row,
  );
}

for (const profile of [cascade, genoa]) {
  const machine = machineOf({ ...profile, cpuid: withIds(profile.cpuid) }, FILES);

  test(`${profile.id}: serial numbers, MAC addresses and passwords are in no capture`, () => {
    const text = JSON.stringify(captureProfile(fakeReader(machine)));
    for (const secret of [MAC, '52-54-00', 'S3RIAL123', 'hunter2', '12345678', '9abcdef0'])
      assert.equal(text.toLowerCase().includes(secret.toLowerCase()), false, secret);
    assert.match(text, /mitigations=off/);
    assert.match(text, /web-host-1/);
    assert.equal(captureProfile(fakeReader(machine)).profile?.system?.guests?.[0]?.name, 'web-1');
  });

  test(`${profile.id}: --anonymous leaves out APIC ids, host and guests' names, and nothing else of the registers`, () => {
    const open = captureProfile(fakeReader(machine)).profile;
    const { profile: hidden } = captureProfile(fakeReader(machine), { anonymous: true });
    assert.ok(open && hidden);
    assert.deepEqual(validateProfile(hidden), []);
    assert.equal(register(open.cpuid, 1, 0, 'ebx') >>> 24, 0x2a);
    assert.equal(register(hidden.cpuid, 1, 0, 'ebx') >>> 24, 0);
    assert.equal(register(hidden.cpuid, 1, 0, 'ebx') & 0xffffff, register(open.cpuid, 1, 0, 'ebx') & 0xffffff);
    for (const row of hidden.cpuid) if ([0xb, 0x1f, 0x8000_0026].includes(Number(row.leaf))) assert.equal(Number(row.edx), 0, row.leaf);
    assert.equal(register(hidden.cpuid, 0x8000_001e, 0, 'eax'), 0);
    assert.equal(register(hidden.cpuid, 7, 0, 'ebx'), register(open.cpuid, 7, 0, 'ebx'));
    const text = JSON.stringify(hidden);
    for (const name of ['web-host-1', 'web-1']) assert.equal(text.includes(name), false, name);
    assert.deepEqual(hidden.system?.guests, [{ name: 'guest-1', model: 'host-passthrough' }]);
  });
}

test('MSRs with serial numbers, APIC ids, keys or commands are never read', () => {
  const forbidden = [0x4f, 0xc00102f1, 0x802, 0x8c, 0x8d, 0x8e, 0x8f, 0x49, 0x10b, 0x79, 0x10, 0xc0010020];
  assert.deepEqual(
    msrsToRead.filter(({ index }) => forbidden.includes(index)),
    [],
  );
  for (const profile of [cascade, genoa]) {
    const reader = fakeReader(machineOf(profile));
    captureProfile(reader);
    const asked = reader.asked.filter((line) => line.includes('/msr ')).map((line) => Number(line.split(' ')[1]));
    assert.ok(asked.length > 20);
    assert.deepEqual(
      asked.filter((index) => forbidden.includes(index)),
      [],
    );
  }
});

test('the command line keeps what the kernel reads', () => {
  assert.equal(cleanCmdline('mds=full,nosmt "a b"=1 quiet -- secret'), 'mds=full,nosmt "a b"=1 quiet');
  assert.equal(cleanCmdline('tsx=on\0spec_store_bypass_disable=seccomp\n'), 'tsx=on spec_store_bypass_disable=seccomp');
  assert.equal(cleanCmdline('dyndbg="file a +p" kvm_intel.nested=1'), 'dyndbg="file a +p" kvm_intel.nested=1');
  assert.equal(cleanCmdline(''), '');
});
