import { moduleParameters } from '../kvm/module-parameters.ts';
import type { Machine, Taken, UserReturnValues } from '../model/machine.ts';
import { msrOf } from '../silicon/silicon.ts';

/** @returns what RDMSR gives on the boot CPU, the kernel's own writes included; null: it faults; undefined: nobody knows. */
export function msrNow(machine: Machine, index: number): bigint | null | undefined {
  return machine.kernel.written.get(index) ?? msrOf(machine.threads[0]!.silicon, index);
}

/** kvm_user_return_msr_cpu_online(): the host's values, put back whenever a thread that ran a guest returns to user space (kvm/x86.c). */
export function hostValues(machine: Machine, at: Taken): UserReturnValues {
  const values = new Map<number, bigint>();
  for (const index of machine.kvm?.userReturnMsrs ?? []) {
    const value = msrNow(machine, index);
    if (typeof value === 'bigint') values.set(index, value);
  }
  return { values, at };
}

/** Whether the loaded module switches virtualization on at once and keeps it on; else the first guest does and the last one takes it along. */
export function virtualizationAtLoad(machine: Machine): boolean {
  const { kernel, kvmLoaded } = machine;
  if (kvmLoaded === null) return false;
  return kernel.trait('kvm-virt-at-load') && moduleParameters(kernel, kvmLoaded.tables.parameters, kvmLoaded.parameters).bool('kvm.enable_virt_at_load', true);
}
