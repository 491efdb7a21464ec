import { msrNow } from '../guests/user-return.ts';
import type { Machine } from '../model/machine.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { valueDifference } from './differ.ts';
import { because, type Holder, NEW_KERNEL, type World } from './holder.ts';

/** MSRs that the load has found and those it would find now: an MSR that came later is never switched for guests. */
function listDifferences({ kvm }: Machine, { freshKvm }: World): SnapshotDifference[] {
  const [held, now] = [kvm?.userReturnMsrs ?? [], freshKvm?.kvm?.userReturnMsrs ?? kvm?.userReturnMsrs ?? []];
  const all = [...new Set([...held, ...now])].filter((msr) => held.includes(msr) !== now.includes(msr));
  return all.map((msr) => ({ ref: `msr:${msr.toString(16)}`, held: held.includes(msr), now: now.includes(msr) }));
}

const list: Holder = {
  id: 'kvm_uret_msrs_list',
  title: 'MSRs that KVM switches for guests, MSR_IA32_TSX_CTRL among them',
  source: 'kvm/x86.c kvm_add_user_return_msr(), vmx/vmx.c vmx_setup_user_return_msrs()',
  takenAt: (machine) => (machine.kvm?.module === 'kvm_intel' ? (machine.kvmLoaded?.at.event ?? null) : null),
  differences: listDifferences,
  symptom: () => 'msr-not-switched-for-guests',
  cures: NEW_KERNEL,
  tries: { 'kvm-reload': because('from-boot-caps') },
};

/** The host's values now, against those that KVM puts back whenever a thread that ran a guest returns to user space. */
function valueDifferences(machine: Machine): SnapshotDifference[] {
  return [...(machine.userReturn?.values ?? [])].flatMap(([msr, held]) => valueDifference(`msr:${msr.toString(16)}`, held, msrNow(machine, msr)));
}

const values: Holder = {
  id: 'user_return_msrs host values',
  title: 'values of the host that KVM writes back on return to user space',
  source: 'kvm/x86.c kvm_user_return_msr_cpu_online(), kvm_on_user_return()',
  takenAt: (machine) => machine.userReturn?.at.event ?? null,
  differences: valueDifferences,
  symptom: () => 'host-value-restored',
  cures: NEW_KERNEL,
  tries: { 'kvm-reload': because('set-once') },
};

/** KVM's user-return MSRs: which, and with what values. */
export function kvmUserReturnHolders(): readonly Holder[] {
  return [list, values];
}
