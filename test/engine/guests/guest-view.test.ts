import assert from 'node:assert/strict';
import test from 'node:test';
import type { MachineEvent } from '../../../src/engine/events/index.ts';
import { offeredView } from '../../../src/engine/guests/guest-view.ts';
import { bitRefs, msrDifferences, registerDifferences } from '../../../src/engine/guests/register-bits.ts';
import { guestRows } from '../../../src/engine/ledger/guest-rows.ts';
import { blobFor, blobNamed, contextOf, playOn, profileNamed } from '../ledger/world-of.ts';

const kvm: MachineEvent = { type: 'kvm-load' };
const late: MachineEvent = { type: 'microcode-late-load' };
const CASCADE_LAKE = profileNamed('cascadelake-06-55-07-5000021', { '0x122': null });
const row = { subleaf: '0x0', eax: '0x0', ebx: '0x0', ecx: '0x0', edx: '0x0' };

test("host-passthrough is told all that KVM offers, and the host's revision", async () => {
  const context = await contextOf({ profile: CASCADE_LAKE, blob: blobFor(CASCADE_LAKE, []) });
  const { machine } = playOn(context, null, [kvm, { type: 'guest-start', guest: 'a' }]);
  const [guest] = machine.guests;
  assert.deepEqual({ cpuid: guest!.cpuid, archCapabilities: guest!.archCapabilities }, offeredView(machine));
  assert.equal(guest!.revision, 0x5000021);
});

test('a custom guest is told what it names and KVM offers; the rest is said', async () => {
  const context = await contextOf({ profile: CASCADE_LAKE, blob: blobFor(CASCADE_LAKE, []) });
  const cpuid = [
    { ...row, leaf: '0x1', ecx: '0x1' },
    { ...row, leaf: '0x7', edx: '0x00000404' },
  ];
  const { machine, findings } = playOn(context, null, [kvm, { type: 'guest-start', guest: 'a', model: 'custom', cpuid }]);
  const [guest] = machine.guests;
  assert.deepEqual([guest!.cpuid['1.ecx'], guest!.cpuid['7.0.edx'], guest!.cpuid['7.0.ebx']], [1, 0x400, 0]);
  assert.equal(guest!.archCapabilities, null);
  assert.deepEqual(findings.find(({ code }) => code === 'guest-features-not-offered')?.args.refs, ['cpuid:7.0.edx[2]']);
});

test("host-model follows libvirt's memory, not KVM's: a reload is not enough, and the row says what is", async () => {
  const profile = profileNamed('icelake-sp-06-6a-06-d000363');
  const context = await contextOf({
    profile,
    blob: blobFor(profile, [
      { register: 'cpuid:7.0.eax', value: '0x2' },
      { bit: 'cpuid:7.2.edx[5]', change: 'set' },
    ]),
  });
  const reload: MachineEvent[] = [{ type: 'kvm-unload' }, kvm];
  const { machine } = playOn(context, null, [
    kvm,
    late,
    ...reload,
    { type: 'guest-start', guest: 'm', model: 'host-model' },
    { type: 'guest-start', guest: 'p' },
  ]);
  assert.deepEqual(guestRows(machine), [
    { name: 'm', stale: true, differences: [{ ref: 'cpuid:7.2.edx[5]', held: false, now: true }], cures: ['libvirt-refresh', 'guest-recreate'] },
    { name: 'p', stale: false, differences: [], cures: [] },
  ]);
  const refreshed = playOn(context, machine, [
    { type: 'process-start', name: 'libvirtd' },
    { type: 'guest-stop', guest: 'm' },
    { type: 'guest-start', guest: 'm', model: 'host-model' },
  ]);
  assert.deepEqual(
    guestRows(refreshed.machine).map(({ stale }) => stale),
    [false, false],
  );
});

test('the way to cure a guest is the shortest that works: recreate; reload and recreate; reboot and recreate', async () => {
  const effects = { live: [{ bit: 'msr:10a[17]', change: 'set' }], kernelWord: [{ bit: 'cpuid:7.0.edx[9]', change: 'set' }] } as const;
  const cures = async (line: string, kind: keyof typeof effects): Promise<readonly string[] | undefined> => {
    const context = await contextOf({ profile: CASCADE_LAKE, blob: blobFor(CASCADE_LAKE, effects[kind]), line });
    return guestRows(playOn(context, null, [kvm, { type: 'guest-start', guest: 'a' }, late]).machine)[0]?.cures;
  };
  assert.deepEqual(await cures('6.1', 'live'), ['guest-recreate']);
  assert.deepEqual(await cures('7.2', 'live'), ['kvm-reload', 'guest-recreate']);
  const profile = profileNamed('skylake-06-5e-03-c6');
  const context = await contextOf({ profile, blob: blobNamed('skylake-06-5e-03-cc') });
  assert.deepEqual(guestRows(playOn(context, null, [kvm, { type: 'guest-start', guest: 'a' }, late]).machine)[0]?.cures, ['reboot', 'guest-recreate']);
});

test('TSX_CTRL in a guest: absent before, faults where KVM has not looked again, works after a reload', async () => {
  const blob = blobFor(CASCADE_LAKE, [
    { bit: 'msr:10a[7]', change: 'set' },
    { msr: '0x122', exists: true, value: '0x0' },
  ]);
  const context = await contextOf({ profile: CASCADE_LAKE, blob, line: '6.1' });
  const start = (guest: string): MachineEvent => ({ type: 'guest-start', guest });
  const { machine, findings } = playOn(context, null, [kvm, start('old'), late, start('new')]);
  assert.deepEqual(
    machine.guests.map(({ tsxCtrl }) => tsxCtrl),
    ['absent', 'faults'],
  );
  assert.ok(findings.some(({ code }) => code === 'guest-tsx-ctrl-faults'));
  const stop = (guest: string): MachineEvent => ({ type: 'guest-stop', guest });
  assert.deepEqual(
    playOn(context, machine, [stop('old'), stop('new'), { type: 'kvm-unload' }, kvm, start('new')]).machine.guests.map(({ tsxCtrl }) => tsxCtrl),
    ['managed'],
  );
});

test('bits of registers and MSRs by reference', () => {
  assert.deepEqual(bitRefs('7.0.edx', 0x80000400), ['cpuid:7.0.edx[10]', 'cpuid:7.0.edx[31]']);
  assert.deepEqual(registerDifferences({ '80000021.eax': 0x80000000 }, {}), [{ ref: 'cpuid:80000021.0.eax[31]', held: true, now: false }]);
  assert.deepEqual(msrDifferences('10a', 0n, (1n << 63n) | 1n), [
    { ref: 'msr:10a[0]', held: false, now: true },
    { ref: 'msr:10a[63]', held: false, now: true },
  ]);
});
