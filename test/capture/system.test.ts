import assert from 'node:assert/strict';
import test from 'node:test';
import { guestOfProcess, readGuests } from '../../src/capture/guests.ts';
import { reducedConfig } from '../../src/capture/kernel-config.ts';
import { notes } from '../../src/capture/notes.ts';
import { rowsOf } from '../../src/capture/registers.ts';
import { readRelease, readSystem } from '../../src/capture/system.ts';
import { kernelLines } from '../../src/data/kernels/index.ts';
import { builtInProfile } from '../fixtures/capture/built-in-profile.ts';
import { fakeReader } from '../fixtures/capture/fake-machine.ts';

const skylake = rowsOf(builtInProfile('skylake-06-5e-03-c6').cpuid);
const guests = (files: Record<string, string>) => readGuests(fakeReader({ files }), notes());

test("a known build's configuration, reduced, is the one that the tables hold", async () => {
  for (const { line, load } of kernelLines) {
    for (const [build, config] of Object.entries((await load()).tables.configs)) {
      const text = Object.entries(config).map(([name, value]) => (value === 'n' ? `# ${name} is not set` : `${name}=${value}`));
      const reduced = reducedConfig(['# Automatically generated', 'CONFIG_HZ_250=y', ...text].join('\n'));
      for (const [name, value] of Object.entries(config)) assert.equal(reduced?.[name], value, `${line} ${build} ${name}`);
    }
  }
});

test('options keep both spellings, so that the line that answers finds its own', () => {
  assert.deepEqual(reducedConfig('CONFIG_RETPOLINE=y\nCONFIG_MITIGATION_TAA=n\n')?.CONFIG_MITIGATION_RETPOLINE, 'y');
  assert.equal(reducedConfig('# CONFIG_MITIGATION_RETPOLINE is not set\n')?.CONFIG_RETPOLINE, 'n');
});

test('what older kernels cannot be built without is there in them, unless mitigations are switched off as a whole', () => {
  assert.equal(reducedConfig('CONFIG_SMP=y\nCONFIG_SPECULATION_MITIGATIONS=y\n')?.CONFIG_MITIGATION_MDS, 'y');
  assert.equal(reducedConfig('CONFIG_SMP=y\n# CONFIG_CPU_MITIGATIONS is not set\n')?.CONFIG_MITIGATION_MDS, undefined);
  const newer = reducedConfig('CONFIG_SMP=y\n# CONFIG_MITIGATION_MDS is not set\nCONFIG_MITIGATION_TAA=y\n');
  assert.equal(newer?.CONFIG_MITIGATION_MDS, 'n');
  assert.equal(newer?.CONFIG_MITIGATION_L1TF, undefined);
  assert.equal(reducedConfig('\0\0\0 nothing of the kind'), null);
});

test('guests by their processes', () => {
  const qemu = (...words: string[]) => guestOfProcess(['/usr/bin/qemu-system-x86_64', ...words]);
  assert.deepEqual(qemu('-name', 'guest=web-1,debug-threads=on', '-machine', 'pc-q35-8.2,accel=kvm', '-cpu', 'host,migratable=on'), {
    name: 'web-1',
    model: 'host-passthrough',
  });
  assert.deepEqual(qemu('-name', 'db', '-enable-kvm', '-cpu', 'Cascadelake-Server,ss=on'), { name: 'db', model: 'custom' });
  assert.deepEqual(qemu('-accel', 'kvm'), { name: null, model: 'custom' });
  assert.equal(qemu('-name', 'slow', '-accel', 'tcg'), null);
  assert.deepEqual(guestOfProcess(['/usr/libexec/qemu-kvm', '-name', 'a']), { name: 'a', model: 'custom' });
  assert.deepEqual(guestOfProcess(['./firecracker', '--id', 'fn-7']), { name: 'fn-7', model: 'host-passthrough' });
  assert.equal(guestOfProcess(['/bin/grep', 'qemu-system-x86_64', '-enable-kvm']), null);
  assert.equal(guestOfProcess(['']), null);
});

test('guests: libvirt says how the CPU was asked for; names that repeat or lack are told apart', () => {
  const xml = (name: string, mode: string): string =>
    `<domstatus><domain type='kvm' id='1'><name>${name}</name><cpu mode='${mode}' check='partial'/></domain></domstatus>`;
  const found = guests({
    'proc/5/cmdline': 'qemu-system-x86_64\0-name\0guest=web-1\0-accel\0kvm\0-cpu\0Skylake-Server\0',
    'proc/40/cmdline': 'qemu-system-x86_64\0-accel\0kvm\0-cpu\0host\0',
    'proc/41/cmdline': 'qemu-system-x86_64\0-name\0web-1\0-accel\0kvm\0-cpu\0host\0',
    'proc/self/cmdline': 'qemu-system-x86_64\0-accel\0kvm\0',
    'run/libvirt/qemu/web-1.xml': xml('web-1', 'host-model'),
    'run/libvirt/qemu/far.xml': xml('a &amp; b', 'host-passthrough'),
    'run/libvirt/qemu/broken.xml': '<domain type=',
  });
  assert.deepEqual(found, [
    { name: 'web-1', model: 'host-model' },
    { name: 'guest-2', model: 'host-passthrough' },
    { name: 'web-1-2', model: 'host-model' },
    { name: 'a & b', model: 'host-passthrough' },
  ]);
});

test('the release, wherever it stands', () => {
  assert.equal(readRelease(fakeReader({ files: { 'proc/version': 'Linux version 6.1.0-50-amd64 (debian) #1\n' } })), '6.1.0-50-amd64');
  assert.equal(readRelease(fakeReader({ files: { 'sos_commands/kernel/uname_-a': 'Linux web 5.14.0-503.el9.x86_64 #1 SMP\n' } })), '5.14.0-503.el9.x86_64');
  assert.equal(readRelease(fakeReader({})), null);
});

test('a release leads to no other folder', () => {
  const reader = fakeReader({ files: { 'proc/sys/kernel/osrelease': '../../etc/shadow\n', 'boot/config-../../etc/shadow': 'CONFIG_SMP=y\n' } });
  assert.equal(readSystem(reader, skylake, notes()).config, undefined);
});

test('KVM built into a kernel without modules counts where the CPU has what it needs', () => {
  const files = { 'sys/module/kvm_intel/parameters/nested': 'Y\n', 'sys/module/kvm_amd/parameters/nested': '1\n' };
  assert.deepEqual(readSystem(fakeReader({ files }), skylake, notes()).modules, ['kvm_intel']);
  const list = notes();
  assert.equal(readSystem(fakeReader({}), skylake, list).modules, undefined);
  assert.match(list.list.join(), /loaded modules are not known/);
});
