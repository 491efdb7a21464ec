import type { Boot } from '../boot/boot.ts';
import { savedMsrs } from '../events/saved-msrs.ts';
import { msrDifferences } from '../guests/register-bits.ts';
import type { Value } from '../look/trace.ts';
import type { Machine } from '../model/machine.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { msrOf, type Silicon } from '../silicon/silicon.ts';
import { valueDifference } from './differ.ts';
import { because, type Holder, NEW_KERNEL } from './holder.ts';

const MSR_IA32_ARCH_CAPABILITIES = 0x10a;

/** Static keys that the boot, or an SMT change by the boot's decisions, switches. KVM's own are held with KVM. */
const STATIC_KEYS: readonly string[] = [
  'cpu_buf_idle_clear',
  'mmio_stale_data_clear',
  'switch_mm_cond_ibpb',
  'switch_mm_always_ibpb',
  'switch_to_cond_stibp',
  'switch_vcpu_ibpb',
  'switch_mm_cond_l1d_flush',
  'bpf_pred_flush_enabled',
];

/** Variables that are read-only once the kernel runs. */
const BARRIERS: readonly string[] = ['x86_pred_cmd', 'x86_return_thunk'];

function share(kernel: Boot, name: string): Value {
  return kernel.memory().shares.get(name)?.value ?? null;
}

function shares(names: readonly string[], held: Boot, now: Boot): SnapshotDifference[] {
  return names.flatMap((name) => valueDifference(`kernel:${name}`, share(held, name), share(now, name)));
}

/** x86_arch_cap_msr: 0 where boot_cpu_data did not know that the MSR exists. */
function archCapMsr(kernel: Boot, silicon: Silicon): bigint {
  const bit = kernel.featureBit('ARCH_CAPABILITIES');
  const known = bit >= 0 && ((kernel.cpu.words[bit >>> 5]! >>> (bit & 31)) & 1) === 1;
  return known ? (msrOf(silicon, MSR_IA32_ARCH_CAPABILITIES) ?? 0n) : 0n;
}

function choiceDifferences(held: Boot, now: Boot): SnapshotDifference[] {
  const [one, other] = [held.memory().choices, now.memory().choices];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((id) => valueDifference(`choice:${id}`, one.get(id)?.value, other.get(id)?.value));
}

const REEVALUATED_NOWHERE = { 'cpu-hotplug': because('boot-decision') } as const;
const atBoot = (machine: Machine): string => machine.booted.at.event;

const holders: readonly Holder[] = [
  {
    id: 'static keys',
    title: 'branches that the mitigations have switched',
    source: 'cpu/bugs.c, kernel/jump_label.c',
    takenAt: atBoot,
    differences: ({ kernel }, { fresh }) =>
      shares(STATIC_KEYS, kernel, fresh.kernel)
        .map(({ ref, held, now }) => ({ ref, held: held === true, now: now === true }))
        .filter(({ held, now }) => held !== now),
    symptom: () => 'old-code-runs',
    cures: NEW_KERNEL,
    tries: REEVALUATED_NOWHERE,
  },
  {
    id: 'x86_arch_cap_msr',
    title: 'MSR_IA32_ARCH_CAPABILITIES as the mitigations see it',
    source: 'cpu/bugs.c cpu_select_mitigations(), cpu/common.c x86_read_arch_cap_msr()',
    takenAt: atBoot,
    differences: ({ booted }, { fresh }) =>
      msrDifferences('10a', archCapMsr(booted.kernel, booted.silicon), archCapMsr(fresh.booted.kernel, fresh.booted.silicon)),
    symptom: () => 'text-old',
    cures: NEW_KERNEL,
    tries: { 'cpu-hotplug': because('set-once') },
  },
  {
    id: 'x86_spec_ctrl_base',
    title: 'what every CPU gets written into MSR_IA32_SPEC_CTRL',
    source: 'cpu/bugs.c update_spec_ctrl()',
    takenAt: atBoot,
    differences: ({ kernel }, { fresh }) => shares(['x86_spec_ctrl_base'], kernel, fresh.kernel),
    symptom: () => 'feature-unused',
    cures: NEW_KERNEL,
    tries: REEVALUATED_NOWHERE,
  },
  {
    id: 'x86_pred_cmd, x86_return_thunk',
    title: 'which barrier and which return the kernel executes',
    source: 'cpu/bugs.c srso_apply_mitigation(), retbleed_apply_mitigation()',
    takenAt: atBoot,
    differences: ({ kernel }, { fresh }) => shares(BARRIERS, kernel, fresh.kernel),
    symptom: () => 'old-code-runs',
    cures: NEW_KERNEL,
    tries: REEVALUATED_NOWHERE,
  },
  {
    id: 'mitigation choices',
    title: 'the choice of every mitigation, which sysfs prints',
    source: 'cpu/bugs.c cpu_select_mitigations()',
    takenAt: atBoot,
    differences: ({ kernel }, { fresh }) => choiceDifferences(kernel, fresh.kernel),
    symptom: () => 'text-old',
    cures: NEW_KERNEL,
    tries: REEVALUATED_NOWHERE,
  },
  {
    id: 'tsx_ctrl_state',
    title: 'whether the kernel controls TSX, and how',
    source: 'cpu/tsx.c tsx_init(), tsx_ap_init()',
    takenAt: atBoot,
    differences: ({ kernel }, { fresh }) => shares(['tsx_ctrl_state'], kernel, fresh.kernel),
    symptom: () => 'tsx-left-as-it-is',
    cures: NEW_KERNEL,
    tries: REEVALUATED_NOWHERE,
  },
  {
    id: 'saved MSRs of the boot CPU',
    title: 'MSRs that a suspend saves and a resume restores',
    source: 'arch/x86/power/cpu.c pm_save_spec_msr()',
    takenAt: atBoot,
    differences: ({ booted }, { fresh }) => savedDifferences(savedMsrs(booted.kernel), savedMsrs(fresh.booted.kernel)),
    symptom: () => 'lost-over-suspend',
    cures: NEW_KERNEL,
    tries: { 'cpu-hotplug': because('set-once') },
  },
  {
    id: 'old_microcode',
    title: 'the verdict on the revision of the boot, and its taint',
    source: 'cpu/common.c cpu_has_old_microcode()',
    takenAt: (machine) => (machine.kernel.trait('old-microcode') ? atBoot(machine) : null),
    differences: ({ kernel }, { fresh }) => valueDifference('bug:old_microcode', kernel.bug('OLD_MICROCODE'), fresh.kernel.bug('OLD_MICROCODE')),
    symptom: () => 'text-old',
    cures: NEW_KERNEL,
    tries: { 'cpu-hotplug': because('set-once') },
  },
];

function savedDifferences(held: ReadonlySet<number>, now: ReadonlySet<number>): SnapshotDifference[] {
  const all = [...new Set([...held, ...now])];
  return all.filter((msr) => held.has(msr) !== now.has(msr)).map((msr) => ({ ref: `msr:${msr.toString(16)}`, held: held.has(msr), now: now.has(msr) }));
}

/** What the mitigations decided and keep in variables and static keys. */
export function kernelMemoryHolders(): readonly Holder[] {
  return holders;
}
