import assert from 'node:assert/strict';
import test from 'node:test';
import { EVENT_TYPES, type MachineEvent, transition } from '../../../src/engine/events/index.ts';
import type { Machine } from '../../../src/engine/model/machine.ts';
import { AS_MAINLINE } from '../../../src/engine/policies/load-under-policy.ts';
import { policyOf } from '../../../src/engine/policies/policy.ts';
import { evalReport } from '../../../src/engine/report/eval-report.ts';
import { eventTypes } from '../../../src/schema/scenario.schema.ts';
import { blobFor, blobNamed, contextOf, playOn, profileNamed, rowOf, staleHolders } from '../ledger/world-of.ts';

const SKYLAKE = { profile: profileNamed('skylake-06-5e-03-c6'), blob: blobNamed('skylake-06-5e-03-cc') };
const CASCADE_LAKE = profileNamed('cascadelake-06-55-07-5000021', { '0x122': null });
const TSX_CTRL = blobFor(CASCADE_LAKE, [
  { bit: 'msr:10a[7]', change: 'set' },
  { msr: '0x122', exists: true, value: '0x0' },
]);
const kvm: MachineEvent = { type: 'kvm-load' };
const late: MachineEvent = { type: 'microcode-late-load' };
const guest = (name: string, model?: string): MachineEvent => ({ type: 'guest-start', guest: name, ...(model ? { model } : {}) });
const codes = (findings: readonly { readonly code: string }[]): string[] => findings.map(({ code }) => code);
const flags = (machine: Parameters<typeof evalReport>[0], cpu = 0): readonly string[] => {
  const report = evalReport(machine, { line: '', release: '', evidence: 'exact' });
  return report.otherCpus.find(({ cpus }) => cpus.includes(cpu))?.flags ?? report.cpuinfo.flags;
};

test('the events are those that scenario files know', () => {
  assert.deepEqual(EVENT_TYPES, eventTypes);
});

test('boot: makes a machine, once', async () => {
  const context = await contextOf(SKYLAKE);
  const first = transition(null, { type: 'boot' }, context);
  assert.equal(first.refused, false);
  assert.deepEqual(codes(first.findings), ['kernel-started']);
  const second = transition(first.machine, { type: 'boot' }, context);
  assert.deepEqual([second.refused, second.machine, codes(second.findings)], [true, first.machine, ['booted-already']]);
  assert.deepEqual(codes(transition(null, late, context).findings), ['not-booted']);
});

test('microcode-late-load: says how it ended, who could not object, and whether the kernel noticed', async () => {
  const context = await contextOf(SKYLAKE);
  const done = playOn(context, null, [kvm, guest('web'), late]);
  assert.deepEqual(codes(done.findings), ['load-updated', 'minrev', 'nothing-holds-the-load-back', 'load-noticed']);
  assert.deepEqual(done.findings[2]?.args, { module: 'kvm_intel', guests: ['web'] });
  const again = playOn(context, done.machine, [late]);
  assert.equal(again.refused, true);
  assert.deepEqual(codes(again.findings).slice(0, 2), ['load-refused', 'not-newer']);
  assert.deepEqual(codes(playOn({ ...context, load: null }, null, [late]).findings), ['no-update']);
});

test('microcode-late-load: what only an MSR shows is not noticed; an inhibitor holds it back and changes nothing', async () => {
  const context = await contextOf({ profile: CASCADE_LAKE, blob: TSX_CTRL });
  assert.ok(codes(playOn(context, null, [late]).findings).includes('load-not-noticed'));
  const inhibited = { ...context, otherwise: { ...AS_MAINLINE, inhibitors: { inhibit: true, force: new Set<string>(), strict: false } } };
  const before = playOn(inhibited, null, [kvm]).machine;
  const held = transition(before, late, inhibited);
  assert.deepEqual([held.refused, held.machine === before], [true, true]);
  assert.ok(codes(held.findings).includes('kvm-module'));
});

test('kvm-load: takes the module of the vendor, and says whether TSX_CTRL was there', async () => {
  const context = await contextOf({ profile: CASCADE_LAKE, blob: TSX_CTRL });
  const loaded = playOn(context, null, [kvm]);
  assert.deepEqual(loaded.findings.at(-1)?.args, { module: 'kvm_intel', revision: 0x5000021, tsxCtrl: false });
  assert.deepEqual(codes(playOn(context, loaded.machine, [kvm]).findings), ['kvm-loaded-already']);
  assert.deepEqual(codes(playOn(context, null, [{ type: 'kvm-load', module: 'kvm_amd' }]).findings), ['kvm-no-svm']);
  assert.deepEqual(codes(playOn(context, null, [{ type: 'kvm-load', module: 'vboxdrv' }]).findings), ['unknown-module']);
  assert.equal(playOn(context, loaded.machine, [late, { type: 'kvm-unload' }, kvm]).findings.at(-1)?.args.tsxCtrl, true);
});

test('kvm-unload: refused while guests run, not for those that are away', async () => {
  const context = await contextOf(SKYLAKE);
  const { machine } = playOn(context, null, [kvm, guest('a'), guest('b')]);
  const refused = transition(machine, { type: 'kvm-unload' }, context);
  assert.deepEqual([refused.refused, refused.machine, refused.findings], [true, machine, [{ code: 'kvm-in-use', args: { guests: ['a', 'b'] } }]]);
  const away = playOn(context, machine, [{ type: 'guest-stop', guest: 'a' }, { type: 'guest-migrate', guest: 'b', direction: 'away' }, { type: 'kvm-unload' }]);
  assert.deepEqual([away.refused, away.machine.kvm], [false, null]);
  assert.deepEqual(codes(playOn(context, away.machine, [{ type: 'kvm-unload' }]).findings), ['kvm-not-loaded']);
});

test('guest-start: unknown models are refused with the list of those there are', async () => {
  const context = await contextOf(SKYLAKE);
  const { findings, refused } = playOn(context, null, [kvm, guest('a', 'Skylake-Server')]);
  assert.equal(refused, true);
  assert.deepEqual(findings, [{ code: 'unknown-guest-model', args: { model: 'Skylake-Server', known: ['host-passthrough', 'host-model', 'custom'] } }]);
  assert.deepEqual(codes(playOn(context, null, [guest('a')]).findings), ['kvm-not-loaded']);
  assert.deepEqual(codes(playOn(context, null, [kvm, guest('a'), guest('a')]).findings), ['guest-runs-already']);
  assert.deepEqual(codes(playOn(context, null, [kvm, guest('a', 'custom')]).findings), ['custom-guest-without-cpuid']);
});

test('guest-start: the first guest switches virtualization on where the module has not, the last one takes it along', async () => {
  const context = await contextOf({ ...SKYLAKE, line: '6.1' });
  const itlb = (events: readonly MachineEvent[]): string | undefined =>
    evalReport(playOn(context, null, events).machine, { line: '', release: '', evidence: 'exact' }).vulnerabilities.itlb_multihit;
  assert.equal(itlb([kvm]), 'KVM: Mitigation: VMX disabled');
  assert.equal(itlb([kvm, guest('a')]), 'KVM: Mitigation: Split huge pages');
  assert.equal(itlb([kvm, guest('a'), { type: 'guest-stop', guest: 'a' }]), 'KVM: Mitigation: VMX disabled');
});

test('guest-stop: what the guest was told is gone; a new one is told what KVM offers now', async () => {
  const context = await contextOf({ ...SKYLAKE, blob: blobFor(SKYLAKE.profile, [{ bit: 'msr:10a[17]', change: 'set' }]) });
  assert.deepEqual(codes(playOn(context, null, [kvm, { type: 'guest-stop', guest: 'x' }]).findings), ['no-such-guest']);
  assert.deepEqual(playOn(context, null, [kvm, guest('a'), { type: 'guest-stop', guest: 'a' }]).machine.guests, []);
});

test('guest-migrate: a guest that goes and comes back keeps what it was given', async () => {
  const context = await contextOf({ profile: CASCADE_LAKE, blob: TSX_CTRL, line: '7.2' });
  const start = playOn(context, null, [kvm, guest('a'), late]).machine;
  const given = start.guests[0]!;
  const reload: MachineEvent[] = [
    { type: 'guest-migrate', guest: 'a', direction: 'away' },
    { type: 'kvm-unload' },
    kvm,
    { type: 'guest-migrate', guest: 'a', direction: 'back' },
  ];
  const back = playOn(context, start, reload);
  assert.equal(back.refused, false);
  const now = back.machine.guests[0]!;
  assert.deepEqual([now.cpuid, now.archCapabilities, now.tsxCtrl, now.at], [given.cpuid, given.archCapabilities, 'absent', given.at]);
  assert.equal(playOn(context, back.machine, [{ type: 'guest-migrate', guest: 'a' }]).refused, false);
  assert.deepEqual(codes(playOn(context, back.machine, [{ type: 'guest-migrate', guest: 'a', direction: 'back' }]).findings), ['guest-is-here']);
});

test('guest-migrate: a guest that was told of what is gone cannot come back', async () => {
  const profile = profileNamed('cascadelake-06-55-07-5003605');
  const context = await contextOf({ profile, blob: blobFor(profile, [{ bit: 'cpuid:7.0.ebx[18]', change: 'clear' }]) });
  const { machine } = playOn(context, null, [kvm, guest('a'), late, { type: 'guest-migrate', guest: 'a', direction: 'away' }, { type: 'kvm-unload' }, kvm]);
  const back = transition(machine, { type: 'guest-migrate', guest: 'a', direction: 'back' }, context);
  assert.deepEqual(
    [back.refused, back.machine, back.findings],
    [true, machine, [{ code: 'guest-features-missing', args: { guest: 'a', refs: ['cpuid:7.0.ebx[18]'] } }]],
  );
});

test('vcpu-create: where the MSR is read live, the vCPUs of one guest come to differ', async () => {
  for (const [line, differ] of [
    ['6.1', true],
    ['7.2', false],
  ] as const) {
    const context = await contextOf({ profile: CASCADE_LAKE, blob: blobFor(CASCADE_LAKE, [{ bit: 'msr:10a[17]', change: 'set' }]), line });
    const { findings, machine } = playOn(context, null, [kvm, guest('a'), late, { type: 'vcpu-create', guest: 'a' }]);
    assert.equal(codes(findings).includes('vcpus-differ'), differ, line);
    assert.equal(machine.guests[0]?.vcpus.length, 2);
    assert.equal(rowOf(machine, 'vcpu a/1')?.stale, !differ, line);
  }
});

test("cpu-offline and cpu-online: losses are global, gains are one CPU's own", async () => {
  const context = await contextOf({ profile: CASCADE_LAKE, blob: blobNamed('cascadelake-06-55-07-5003303'), line: '7.2' });
  const { machine, findings } = playOn(context, null, [late, { type: 'cpu-offline', cpu: 1 }, { type: 'cpu-online', cpu: 1 }]);
  assert.ok(flags(machine).includes('rtm') && !flags(machine, 1).includes('rtm'));
  assert.equal(machine.kernel.has('RTM'), false);
  assert.ok(codes(findings).includes('boot-cpu-data-changed'));
  assert.deepEqual(codes(playOn(context, null, [{ type: 'cpu-offline', cpu: 0 }]).findings), ['boot-cpu-stays-online']);
  assert.deepEqual(codes(playOn(context, null, [{ type: 'cpu-offline', cpu: 9 }]).findings), ['no-such-cpu']);
  assert.deepEqual(codes(playOn(context, null, [{ type: 'cpu-online', cpu: 1 }]).findings), ['cpu-online-already']);
  const gains = playOn(await contextOf(SKYLAKE), null, [late, { type: 'cpu-offline', cpus: [1] }, { type: 'cpu-online', cpus: [1] }]).machine;
  assert.ok(!flags(gains).includes('md_clear') && flags(gains, 1).includes('md_clear'));
});

test('cpu-online: a CPU whose VMX capabilities changed is refused by KVM, where the line looks', async () => {
  const blob = blobFor(SKYLAKE.profile, [{ bit: 'msr:48b[58]', change: 'set' }]);
  for (const [line, refused] of [
    ['6.1', false],
    ['6.12', true],
    ['7.2', true],
  ] as const) {
    const context = await contextOf({ ...SKYLAKE, blob, line });
    const result = playOn(context, null, [kvm, late, { type: 'cpu-offline', cpu: 1 }, { type: 'cpu-online', cpu: 1 }]);
    assert.equal(result.refused, refused, line);
    assert.equal(result.machine.threads[1]?.online, !refused, line);
    if (refused) assert.equal(result.findings[0]?.code, 'cpu-refused-by-kvm');
  }
});

test('a CPU that gained a feature behind CR4 is refused by KVM where the line looks, and keeps KVM from being loaded on all of them', async () => {
  const blob = blobFor(SKYLAKE.profile, [{ bit: 'cpuid:7.0.ecx[2]', change: 'set' }]);
  const cycle: MachineEvent[] = [
    { type: 'cpu-offline', cpu: 1 },
    { type: 'cpu-online', cpu: 1 },
  ];
  for (const line of ['6.1', '6.12', '7.2'] as const) {
    const context = await contextOf({ ...SKYLAKE, blob, line });
    const under = playOn(context, null, [kvm, late, ...cycle]);
    assert.deepEqual([under.refused, under.findings[0]?.args.reason], line === '6.1' ? [false, undefined] : [true, 'cr4-features'], line);
    const after = playOn(context, null, [late, ...cycle, kvm]);
    assert.deepEqual([after.refused, after.findings], [true, [{ code: 'kvm-cpu-unfit', args: { cpu: 1, reason: 'cr4-features', errno: 'EIO' } }]], line);
    assert.equal(after.machine.kvm, null);
  }
});

test('SBPB and IBPB_BRTYPE, which hotplug found, are offered to guests after a reload of KVM, on the lines that try again', async () => {
  const profile = profileNamed('milan-19-01-01-a001119');
  const offered = (machine: Machine): number => ((machine.kvm?.caps['80000021.eax'] ?? 0) >>> 27) & 3;
  const cycle: MachineEvent[] = [
    { type: 'cpu-offline', cpu: 1 },
    { type: 'cpu-online', cpu: 1 },
  ];
  const reload: MachineEvent[] = [{ type: 'kvm-unload' }, kvm];
  for (const [line, after] of [
    ['6.1', 0],
    ['6.12', 3],
    ['7.2', 3],
  ] as const) {
    const context = await contextOf({ profile, blob: blobNamed('milan-19-01-01-a0011d1'), line, cmdline: 'microcode.amd_sha_check=off' });
    const loaded = playOn(context, null, [kvm, late]).machine;
    assert.deepEqual([offered(loaded), offered(playOn(context, loaded, reload).machine)], [0, 0], `${line}: a reload alone`);
    assert.equal(offered(playOn(context, loaded, cycle).machine), 0, `${line}: hotplug alone`);
    const both = playOn(context, loaded, [...cycle, ...reload]);
    assert.deepEqual([both.refused, offered(both.machine)], [false, after], line);
    const row = rowOf(both.machine, 'kvm_cpu_caps (synthesized)');
    assert.equal(row?.stale, false, `${line}: nothing is missing that this line would offer`);
  }
});

test('ARCH_CAPABILITIES of new guests: live on the oldest line, held until a reload on the others', async () => {
  const blob = blobFor(CASCADE_LAKE, [{ bit: 'msr:10a[17]', change: 'set' }]);
  const told = (machine: Machine, name: string): boolean => (((machine.guests.find((one) => one.name === name)?.archCapabilities ?? 0n) >> 17n) & 1n) === 1n;
  for (const line of ['6.1', '6.12', '7.2'] as const) {
    const context = await contextOf({ profile: CASCADE_LAKE, blob, line });
    const { machine } = playOn(context, null, [kvm, guest('old'), late, guest('new')]);
    assert.deepEqual([told(machine, 'old'), told(machine, 'new')], [false, line === '6.1'], line);
    const stops: MachineEvent[] = ['old', 'new'].map((name) => ({ type: 'guest-stop', guest: name }));
    const after = playOn(context, machine, [...stops, { type: 'kvm-unload' }, kvm, guest('newest')]).machine;
    assert.equal(told(after, 'newest'), true, line);
  }
});

test("resume: the same for all CPUs but the first; MSRs off the list are as after reset; KVM looks at the host's values anew", async () => {
  const context = await contextOf({ profile: CASCADE_LAKE, blob: TSX_CTRL, line: '7.2' });
  const written = playOn(context, null, [late, kvm, { type: 'host-msr-write', msr: '0x122', value: '0x3' }]).machine;
  assert.equal(rowOf(written, 'user_return_msrs host values')?.stale, true);
  const { machine, findings } = playOn(context, written, [{ type: 'resume' }]);
  const lost = findings.find(({ code }) => code === 'msrs-not-restored')?.args.msrs as string[];
  assert.ok(lost.includes('0x122'), lost.join());
  assert.equal(machine.kernel.written.has(0x122), false);
  assert.equal(rowOf(machine, 'user_return_msrs host values')?.stale, false);
  assert.equal(rowOf(machine, 'cpu_data(1)')?.takenAt, 'resume');
  const gains = playOn(await contextOf(SKYLAKE), null, [late, { type: 'resume' }]).machine;
  assert.ok(!flags(gains).includes('md_clear') && flags(gains, 1).includes('md_clear'));
});

test('resume: a kernel that was started by kexec holds no update, and the CPUs fall back', async () => {
  const context = await contextOf(SKYLAKE);
  const { machine, findings } = playOn(context, null, [late, { type: 'kexec' }, { type: 'resume' }]);
  assert.ok(codes(findings).includes('microcode-lost-in-suspend'));
  assert.deepEqual(
    machine.threads.map(({ revision }) => revision),
    [0xc6, 0xc6],
  );
  assert.equal(playOn(context, null, [late, { type: 'resume' }]).machine.threads[0]?.revision, 0xcc);
});

test('process-start: a process sees what CPUID says now; libvirt asks KVM again', async () => {
  const context = await contextOf({ profile: CASCADE_LAKE, blob: blobNamed('cascadelake-06-55-07-5003303') });
  const { machine } = playOn(context, null, [{ type: 'process-start', name: 'old' }, late, { type: 'process-start', name: 'new' }]);
  assert.deepEqual([rowOf(machine, 'process old')?.symptom, rowOf(machine, 'process new')?.stale], ['illegal-instruction', false]);
  assert.deepEqual(codes(playOn(context, null, [{ type: 'process-start' }]).findings), ['process-without-name']);
});

test("module-load: other modules are patched for boot_cpu_data as it stands; KVM's load KVM", async () => {
  const context = await contextOf({ profile: CASCADE_LAKE, blob: TSX_CTRL });
  const { machine } = playOn(context, null, [late, { type: 'module-load', module: 'dm_crypt' }]);
  assert.deepEqual(rowOf(machine, 'module dm_crypt')?.differences, rowOf(machine, 'alternatives')?.differences);
  assert.deepEqual(codes(playOn(context, machine, [{ type: 'module-load', module: 'dm_crypt' }]).findings), ['module-loaded-already']);
  assert.equal(playOn(context, machine, [{ type: 'module-load', module: 'kvm_intel' }]).machine.kvm?.module, 'kvm_intel');
});

test('host-msr-write: taints; what KVM manages it writes back, what it does not it leaves', async () => {
  const context = await contextOf({ profile: CASCADE_LAKE, blob: TSX_CTRL, line: '7.2' });
  const write: MachineEvent = { type: 'host-msr-write', msr: '0x122', value: '0x3' };
  const managed = playOn(context, null, [late, kvm, write]);
  assert.deepEqual(managed.findings.at(-1), { code: 'kvm-writes-old-value-back', args: { msr: '0x122', held: '0x0', written: '0x3' } });
  assert.ok(managed.machine.kernel.taints.has('CPU_OUT_OF_SPEC'));
  const { symptom, cures } = rowOf(managed.machine, 'user_return_msrs host values')!;
  assert.deepEqual([symptom, cures], ['host-value-restored', ['kvm-reload', 'kexec', 'reboot']]);
  assert.deepEqual(codes(playOn(context, null, [kvm, late, write]).findings), ['msr-written']);
  assert.deepEqual(codes(playOn(context, null, [write]).findings), ['msr-write-faults']);
  assert.deepEqual(codes(playOn(context, null, [{ type: 'host-msr-write', msr: '0x122' }]).findings), ['msr-write-incomplete']);
  assert.deepEqual(codes(playOn(context, null, [{ ...write, cpu: 1 }]).findings), ['msr-of-other-cpu']);
});

test('reevaluate: mainline cannot, a policy can', async () => {
  const context = await contextOf(SKYLAKE);
  assert.deepEqual(playOn(context, null, [{ type: 'reevaluate' }]).findings, [{ code: 'not-in-this-policy', args: { policy: 'mainline' } }]);
  const rfc = { ...context, otherwise: { ...AS_MAINLINE, policy: policyOf('rfc') } };
  assert.equal(playOn(rfc, null, [{ type: 'reevaluate' }]).refused, false);
});

test('kexec: a new kernel on the same microcode; guests end, those that are away do not', async () => {
  const context = await contextOf(SKYLAKE);
  const { machine, findings } = playOn(context, null, [
    kvm,
    guest('a'),
    guest('b'),
    { type: 'guest-migrate', guest: 'b', direction: 'away' },
    late,
    { type: 'kexec' },
  ]);
  assert.deepEqual(codes(findings), ['kernel-started', 'guests-ended']);
  assert.deepEqual([machine.threads[0]?.revision, machine.kvm, machine.guests.map(({ name }) => name)], [0xcc, null, ['b']]);
  assert.deepEqual(staleHolders(machine), []);
});

test('reboot: microcode is volatile: it comes from the early image, or goes', async () => {
  const context = await contextOf(SKYLAKE);
  const same = playOn(context, null, [late, { type: 'reboot' }]);
  assert.deepEqual(codes(same.findings), ['kernel-started', 'early-load', 'early-image-assumed']);
  assert.equal(same.machine.threads[0]?.revision, 0xcc);
  const none = playOn({ ...context, early: null }, null, [late, { type: 'reboot' }]);
  assert.deepEqual(codes(none.findings), ['kernel-started', 'microcode-went-back']);
  assert.equal(none.machine.threads[0]?.revision, 0xc6);
  assert.deepEqual(codes(playOn({ ...context, early: null }, null, [{ type: 'reboot', load: { blob: SKYLAKE.blob, cpuRejects: false } }]).findings), [
    'kernel-started',
    'early-load',
  ]);
});

test('what is no event is refused, with those there are', async () => {
  const context = await contextOf(SKYLAKE);
  const { findings, refused } = playOn(context, null, [{ type: 'explode' } as unknown as MachineEvent]);
  assert.deepEqual([refused, findings[0]?.code, findings[0]?.args.known], [true, 'unknown-event', EVENT_TYPES]);
});
