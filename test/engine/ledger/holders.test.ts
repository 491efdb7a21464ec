import assert from 'node:assert/strict';
import test from 'node:test';
import type { BlobEffect } from '../../../src/data/contract/blob.ts';
import type { CpuidRow, MsrValues } from '../../../src/data/contract/profile.ts';
import type { MachineEvent } from '../../../src/engine/events/index.ts';
import { holdersOf } from '../../../src/engine/ledger/index.ts';
import { blobFor, contextOf, playOn, profileNamed, rowOf } from './world-of.ts';

const SKYLAKE = 'skylake-06-5e-03-c6';
const CASCADE_LAKE = 'cascadelake-06-55-07-5000021';
const MILAN = 'milan-19-01-01-a001119';

/** The digests of made-up AMD patches are in nobody's list. */
const UNSIGNED = 'microcode.amd_sha_check=off';

const kvm: MachineEvent = { type: 'kvm-load' };
const unload: MachineEvent = { type: 'kvm-unload' };
const late: MachineEvent = { type: 'microcode-late-load' };
const guest: MachineEvent = { type: 'guest-start', guest: 'web' };
const stop: MachineEvent = { type: 'guest-stop', guest: 'web' };
const reload: readonly MachineEvent[] = [unload, kvm];
const off: MachineEvent = { type: 'cpu-offline', cpu: 1 };
const on: MachineEvent = { type: 'cpu-online', cpu: 1 };
const kexec: MachineEvent = { type: 'kexec' };
const reboot: MachineEvent = { type: 'reboot' };

const mdClear: BlobEffect = { bit: 'cpuid:7.0.edx[10]', change: 'set' };
const tsxCtrl: readonly BlobEffect[] = [
  { bit: 'msr:10a[7]', change: 'set' },
  { msr: '0x122', exists: true, value: '0x0' },
];
const losesTsx: readonly BlobEffect[] = [
  { bit: 'cpuid:7.0.ebx[4]', change: 'clear' },
  { bit: 'cpuid:7.0.ebx[11]', change: 'clear' },
];

interface Case {
  readonly holder: string;
  readonly profile: string;
  readonly msrs?: MsrValues;
  readonly cpuid?: readonly CpuidRow[];
  readonly revision?: string;
  readonly effects: readonly BlobEffect[];
  readonly line?: string;
  readonly cmdline?: string;
  /** Up to the moment at which the holder is stale; the load is among them. */
  readonly until: readonly MachineEvent[];
  /** A reference that must be among the differences. */
  readonly differs: string;
  readonly takenAt: string;
  /** A cure that the row names, and the events that are that cure. */
  readonly cure: readonly [name: string, events: readonly MachineEvent[]];
  /** A cure that does not help, with the reason the row gives, and the events: they must leave the row stale. */
  readonly not?: readonly [name: string, why: string, events: readonly MachineEvent[]];
}

const cases: readonly Case[] = [
  {
    holder: 'boot_cpu_data',
    profile: SKYLAKE,
    effects: [mdClear],
    until: [late],
    differs: 'cpuid:7.0.edx[10]',
    takenAt: 'boot',
    cure: ['kexec', [kexec]],
    not: ['cpu-hotplug', 'other-cpus-only', [off, on]],
  },
  {
    holder: 'boot_cpu_data',
    profile: CASCADE_LAKE,
    effects: losesTsx,
    until: [late],
    differs: 'cpuid:7.0.ebx[11]',
    takenAt: 'boot',
    cure: ['reboot', [reboot]],
  },
  {
    holder: 'cpu_caps_cleared, cpu_caps_set',
    profile: MILAN,
    effects: [{ bit: 'cpuid:80000021.0.eax[5]', change: 'set' }],
    line: '7.2',
    cmdline: UNSIGNED,
    until: [late],
    differs: 'forced:feature:clear_cpu_buf',
    takenAt: 'boot',
    cure: ['kexec', [kexec]],
    not: ['cpu-hotplug', 'set-once', [off, on]],
  },
  {
    holder: 'cpu_data(0)',
    profile: SKYLAKE,
    effects: [mdClear],
    until: [late],
    differs: 'cpuid:7.0.edx[10]',
    takenAt: 'boot',
    cure: ['kexec', [kexec]],
    not: ['cpu-hotplug', 'other-cpus-only', [off, on]],
  },
  {
    holder: 'cpu_data(1)',
    profile: SKYLAKE,
    effects: [mdClear],
    until: [late],
    differs: 'cpuid:7.0.edx[10]',
    takenAt: 'boot',
    cure: ['cpu-hotplug', [off, on]],
  },
  {
    holder: '/proc/cpuinfo',
    profile: SKYLAKE,
    effects: [mdClear],
    until: [late],
    differs: 'feature:md_clear',
    takenAt: 'boot',
    cure: ['reboot', [reboot]],
    not: ['process-restart', 'set-once', [{ type: 'process-start', name: '*' }]],
  },
  {
    holder: 'alternatives',
    profile: CASCADE_LAKE,
    effects: tsxCtrl,
    until: [late],
    differs: 'feature:clear_cpu_buf',
    takenAt: 'boot',
    cure: ['kexec', [kexec]],
    not: ['cpu-hotplug', 'patched-once', [off, on]],
  },
  {
    holder: 'module dm_crypt',
    profile: CASCADE_LAKE,
    effects: tsxCtrl,
    until: [late, { type: 'module-load', module: 'dm_crypt' }],
    differs: 'feature:clear_cpu_buf',
    takenAt: 'module-load',
    cure: ['kexec', [kexec]],
  },
  {
    holder: 'static keys',
    profile: CASCADE_LAKE,
    effects: [{ bit: 'msr:10a[14]', change: 'set' }],
    until: [late],
    differs: 'kernel:cpu_buf_idle_clear',
    takenAt: 'boot',
    cure: ['reboot', [reboot]],
    not: ['cpu-hotplug', 'boot-decision', [off, on]],
  },
  {
    holder: 'x86_arch_cap_msr',
    profile: CASCADE_LAKE,
    effects: [{ bit: 'msr:10a[17]', change: 'set' }],
    until: [late],
    differs: 'msr:10a[17]',
    takenAt: 'boot',
    cure: ['kexec', [kexec]],
    not: ['cpu-hotplug', 'set-once', [off, on]],
  },
  {
    holder: 'x86_spec_ctrl_base',
    profile: 'icelake-sp-06-6a-06-d000363',
    effects: [{ bit: 'cpuid:7.2.edx[4]', change: 'set' }],
    until: [late],
    differs: 'kernel:x86_spec_ctrl_base',
    takenAt: 'boot',
    cure: ['kexec', [kexec]],
    not: ['cpu-hotplug', 'boot-decision', [off, on]],
  },
  {
    holder: 'x86_pred_cmd, x86_return_thunk',
    profile: MILAN,
    cmdline: UNSIGNED,
    effects: [{ bit: 'cpuid:80000021.0.eax[29]', change: 'set' }],
    until: [late],
    differs: 'kernel:x86_return_thunk',
    takenAt: 'boot',
    cure: ['kexec', [kexec]],
  },
  {
    holder: 'mitigation choices',
    profile: SKYLAKE,
    effects: [mdClear],
    until: [late],
    differs: 'choice:mds',
    takenAt: 'boot',
    cure: ['reboot', [reboot]],
    not: ['cpu-hotplug', 'boot-decision', [off, on]],
  },
  {
    holder: 'tsx_ctrl_state',
    profile: CASCADE_LAKE,
    effects: tsxCtrl,
    until: [late],
    differs: 'kernel:tsx_ctrl_state',
    takenAt: 'boot',
    cure: ['kexec', [kexec]],
    not: ['cpu-hotplug', 'boot-decision', [off, on]],
  },
  {
    holder: 'saved MSRs of the boot CPU',
    profile: CASCADE_LAKE,
    effects: tsxCtrl,
    until: [late],
    differs: 'msr:122',
    takenAt: 'boot',
    cure: ['reboot', [reboot]],
    not: ['cpu-hotplug', 'set-once', [off, on]],
  },
  {
    holder: 'old_microcode',
    profile: CASCADE_LAKE,
    effects: [],
    revision: '0x5ffffff',
    line: '7.2',
    until: [late],
    differs: 'bug:old_microcode',
    takenAt: 'boot',
    cure: ['reboot', [reboot]],
    not: ['cpu-hotplug', 'set-once', [off, on]],
  },
  {
    holder: 'fpu_kernel_cfg',
    profile: SKYLAKE,
    effects: [{ register: 'cpuid:d.3.eax', value: '0x80' }],
    until: [late],
    differs: 'cpuid:d.3.eax',
    takenAt: 'boot',
    cure: ['kexec', [kexec]],
    not: ['cpu-hotplug', 'set-once', [off, on]],
  },
  {
    holder: 'xstate_sizes',
    profile: SKYLAKE,
    effects: [{ register: 'cpuid:d.3.eax', value: '0x80' }],
    until: [kvm, late],
    differs: 'cpuid:d.3.eax',
    takenAt: 'kvm-load',
    cure: ['kvm-reload', reload],
  },
  {
    holder: 'kvm_cpu_caps',
    profile: SKYLAKE,
    effects: [mdClear],
    until: [kvm, late],
    differs: 'cpuid:7.0.edx[10]',
    takenAt: 'kvm-load',
    cure: ['reboot', [reboot]],
    not: ['kvm-reload', 'masked-with-boot-cpu-data', reload],
  },
  {
    holder: 'kvm_cpu_caps',
    profile: 'cascadelake-06-55-07-5003605',
    effects: [{ bit: 'cpuid:7.0.ebx[18]', change: 'clear' }],
    until: [kvm, late],
    differs: 'cpuid:7.0.ebx[18]',
    takenAt: 'kvm-load',
    cure: ['kvm-reload', reload],
  },
  {
    holder: 'kvm_cpu_caps (KVM-only)',
    profile: 'icelake-sp-06-6a-06-d000363',
    effects: [{ bit: 'cpuid:7.2.edx[5]', change: 'set' }],
    until: [kvm, late],
    differs: 'cpuid:7.2.edx[5]',
    takenAt: 'kvm-load',
    cure: ['kvm-reload', reload],
  },
  {
    holder: 'kvm_cpu_caps (synthesized)',
    profile: MILAN,
    effects: [{ bit: 'cpuid:80000021.0.eax[5]', change: 'set' }],
    line: '7.2',
    cmdline: UNSIGNED,
    until: [kvm, late],
    differs: 'cpuid:80000021.0.eax[5]',
    takenAt: 'kvm-load',
    cure: ['kexec', [kexec]],
    not: ['kvm-reload', 'from-boot-caps', reload],
  },
  {
    holder: 'kvm_host.arch_capabilities',
    profile: CASCADE_LAKE,
    effects: [{ bit: 'msr:10a[17]', change: 'set' }],
    until: [kvm, late],
    differs: 'msr:10a[17]',
    takenAt: 'kvm-load',
    cure: ['kvm-reload', reload],
  },
  {
    holder: 'kvm_get_arch_capabilities()',
    profile: CASCADE_LAKE,
    effects: [{ bit: 'msr:10a[25]', change: 'set' }],
    until: [kvm, late],
    differs: 'msr:10a[26]',
    takenAt: 'boot',
    cure: ['reboot', [reboot]],
    not: ['kvm-reload', 'from-boot-bugs', reload],
  },
  {
    holder: 'kvm_uret_msrs_list',
    profile: CASCADE_LAKE,
    msrs: { '0x122': null },
    effects: tsxCtrl,
    until: [kvm, late],
    differs: 'msr:122',
    takenAt: 'kvm-load',
    cure: ['kvm-reload', reload],
  },
  {
    holder: 'user_return_msrs host values',
    profile: CASCADE_LAKE,
    effects: tsxCtrl,
    until: [late, kvm, { type: 'host-msr-write', msr: '0x122', value: '0x3' }],
    differs: 'msr:122',
    takenAt: 'kvm-load',
    cure: ['kvm-reload', reload],
  },
  {
    holder: 'vmx_l1d_flush',
    profile: 'haswell-06-3c-03-25',
    effects: [
      { bit: 'cpuid:7.0.edx[29]', change: 'set' },
      { msr: '0x10a', value: '0x9' },
    ],
    until: [kvm, late],
    differs: 'kernel:l1tf_vmx_mitigation',
    takenAt: 'kvm-load',
    cure: ['reboot', [reboot]],
    not: ['kvm-reload', 'from-boot-caps', reload],
  },
  {
    holder: 'vmx FB_CLEAR control',
    profile: 'icelake-sp-06-6a-06-d000363',
    cmdline: 'mmio_stale_data=off',
    effects: [{ bit: 'msr:10a[18]', change: 'clear' }],
    until: [kvm, late],
    differs: 'msr:10a[18]',
    takenAt: 'kvm-load',
    cure: ['kvm-reload', reload],
  },
  {
    holder: 'vmcs_config',
    profile: SKYLAKE,
    effects: [{ bit: 'msr:48b[58]', change: 'set' }],
    until: [kvm, late],
    differs: 'msr:48b[58]',
    takenAt: 'kvm-load',
    cure: ['kvm-reload', reload],
  },
  {
    holder: 'vmcs_config.nested',
    profile: SKYLAKE,
    effects: [{ bit: 'msr:48b[58]', change: 'set' }],
    until: [kvm, late],
    differs: 'msr:48b[58]',
    takenAt: 'kvm-load',
    cure: ['kvm-reload', reload],
  },
  {
    holder: 'kvm_caps.supported_perf_cap',
    profile: SKYLAKE,
    cpuid: [{ leaf: '0xa', subleaf: '0x0', eax: '0x07300404', ebx: '0x0', ecx: '0x0', edx: '0x603' }],
    msrs: { '0x345': '0x2' },
    effects: [{ msr: '0x345', value: '0x3' }],
    until: [kvm, late],
    differs: 'msr:345[0]',
    takenAt: 'kvm-load',
    cure: ['kvm-reload', reload],
  },
  {
    holder: 'nx_huge_pages',
    profile: SKYLAKE,
    effects: [
      { bit: 'cpuid:7.0.edx[29]', change: 'set' },
      { msr: '0x10a', value: '0x40' },
    ],
    until: [kvm, late],
    differs: 'kernel:itlb_multihit_kvm_mitigation',
    takenAt: 'kvm-load',
    cure: ['reboot', [reboot]],
    not: ['kvm-reload', 'from-boot-bugs', reload],
  },
  {
    holder: 'libvirt host-model cache',
    profile: CASCADE_LAKE,
    effects: [{ bit: 'msr:10a[17]', change: 'set' }],
    until: [kvm, late, ...reload],
    differs: 'msr:10a[17]',
    takenAt: 'kvm-load',
    cure: ['libvirt-refresh', [{ type: 'process-start', name: 'virtqemud' }]],
    not: ['kvm-reload', 'cached-by-the-daemon', reload],
  },
  {
    holder: 'vcpu web/0',
    profile: CASCADE_LAKE,
    effects: [{ bit: 'msr:10a[17]', change: 'set' }],
    line: '6.1',
    until: [kvm, guest, late],
    differs: 'msr:10a[17]',
    takenAt: 'guest-start',
    cure: ['guest-recreate', [stop, guest]],
  },
  {
    holder: 'AT_HWCAP, AT_HWCAP2',
    profile: SKYLAKE,
    effects: [{ bit: 'cpuid:7.0.ebx[0]', change: 'clear' }],
    until: [late],
    differs: 'feature:fsgsbase',
    takenAt: 'boot',
    cure: ['reboot', [reboot]],
    not: ['process-restart', 'set-once', [{ type: 'process-start', name: '*' }]],
  },
  {
    holder: 'running processes',
    profile: CASCADE_LAKE,
    effects: losesTsx,
    until: [late],
    differs: 'cpuid:7.0.ebx[11]',
    takenAt: 'boot',
    cure: ['process-restart', [{ type: 'process-start', name: '*' }]],
  },
  {
    holder: 'process mysqld',
    profile: CASCADE_LAKE,
    effects: losesTsx,
    until: [{ type: 'process-start', name: 'mysqld' }, late],
    differs: 'cpuid:7.0.ebx[11]',
    takenAt: 'process-start',
    cure: ['process-restart', [{ type: 'process-start', name: 'mysqld' }]],
  },
];

for (const one of cases) {
  test(`${one.holder} goes stale (${one.differs}), ${one.cure[0]} takes it back${one.not ? `, ${one.not[0]} does not` : ''}`, async () => {
    const profile = profileNamed(one.profile, one.msrs, one.cpuid);
    const context = await contextOf({
      profile,
      blob: blobFor(profile, one.effects, one.revision),
      ...(one.line ? { line: one.line } : {}),
      ...(one.cmdline ? { cmdline: one.cmdline } : {}),
    });
    const first = one.until.indexOf(late);
    const before = playOn(context, null, one.until.slice(0, first)).machine;
    assert.notEqual(rowOf(before, one.holder)?.stale, true, 'fresh before the load');
    const stale = playOn(context, before, one.until.slice(first));
    assert.equal(stale.refused, false, JSON.stringify(stale.findings));
    const row = rowOf(stale.machine, one.holder);
    assert.equal(row?.stale, true, 'stale');
    assert.equal(row.takenAt, one.takenAt);
    assert.ok(
      row.differences.some(({ ref }) => ref === one.differs),
      JSON.stringify(row.differences),
    );
    assert.ok(row.cures.includes(one.cure[0]), row.cures.join());
    const cured = playOn(context, stale.machine, one.cure[1]);
    assert.equal(cured.refused, false, JSON.stringify(cured.findings));
    assert.notEqual(rowOf(cured.machine, one.holder)?.stale, true, `after ${one.cure[0]}`);
    if (!one.not) return;
    const [name, why, events] = one.not;
    assert.deepEqual(
      row.notCuredBy.filter(({ cure }) => cure === name),
      [{ cure: name, why }],
    );
    assert.equal(rowOf(playOn(context, stale.machine, events).machine, one.holder)?.stale, true, `after ${name}`);
  });
}

test('what is gone from the CPU is told from what only a boot would switch off', async () => {
  const profile = profileNamed(CASCADE_LAKE, { '0x122': null });
  const symptoms = async (effects: readonly BlobEffect[], events: readonly MachineEvent[] = []): Promise<unknown> => {
    const context = await contextOf({ profile, blob: blobFor(profile, effects), line: '7.2' });
    const { machine } = playOn(context, null, [kvm, late, ...events]);
    return ['boot_cpu_data', 'kvm_cpu_caps', 'libvirt host-model cache', 'running processes'].map((holder) => rowOf(machine, holder)?.symptom);
  };
  // TSX that a new kernel would disable works as before: no instruction faults.
  assert.deepEqual(await symptoms(tsxCtrl), ['kept-though-a-boot-drops-it', 'guests-keep-what-a-boot-drops', 'guests-keep-what-a-boot-drops', 'none']);
  assert.deepEqual(await symptoms(losesTsx), ['illegal-instruction', 'guests-keep-feature', 'guests-keep-feature', 'illegal-instruction']);
  const hidden = await symptoms(tsxCtrl, [{ type: 'host-msr-write', msr: '0x122', value: '0x3' }]);
  assert.deepEqual(hidden, ['illegal-instruction', 'guests-keep-feature', 'guests-keep-feature', 'illegal-instruction']);
  assert.deepEqual(await symptoms([mdClear]), ['none', 'none', 'none', 'none'], 'this CPU has it from the start');
});

test('every holder has a case above', async () => {
  const profile = profileNamed(CASCADE_LAKE);
  const context = await contextOf({ profile, blob: blobFor(profile, []), line: '7.2' });
  const { machine } = playOn(context, null, [kvm, guest, { type: 'process-start', name: 'mysqld' }, { type: 'module-load', module: 'dm_crypt' }]);
  const tried = new Set(cases.map(({ holder }) => holder));
  const all = holdersOf(machine).map(({ id }) => id);
  assert.ok(all.length >= 30, `${all.length} holders`);
  assert.deepEqual(
    all.filter((id) => !tried.has(id)),
    [],
  );
});
