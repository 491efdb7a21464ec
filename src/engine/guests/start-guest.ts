import type { Guest, GuestModel, Machine, Taken, Vcpu } from '../model/machine.ts';
import { viewFor } from './guest-view.ts';
import type { RegisterValues } from './register-bits.ts';
import { tsxCtrlView } from './tsx-ctrl-view.ts';

export interface NewGuest {
  readonly name: string;
  readonly model: GuestModel;
  readonly wanted: RegisterValues | null;
}

/** vcpu->arch.arch_capabilities of a vCPU that is created now (kvm/x86.c kvm_arch_vcpu_create(), under the default quirk). */
export function newVcpu(number: number, archCapabilities: bigint | null, at: Taken): Vcpu {
  return { number, archCapabilities, at };
}

/**
 * A guest as it is created now.
 * @returns null while KVM is not loaded
 */
export function newGuest(machine: Machine, { name, model, wanted }: NewGuest, at: Taken): Guest | null {
  const view = viewFor(machine, model, wanted);
  if (view === null || machine.kvm === null) return null;
  const revision = model === 'host-passthrough' ? machine.threads[0]!.cpu.revision : null;
  return {
    ...view,
    name,
    model,
    wanted,
    revision,
    tsxCtrl: tsxCtrlView(machine.kvm, view.archCapabilities),
    vcpus: [newVcpu(0, view.archCapabilities, at)],
    away: false,
    at,
  };
}
