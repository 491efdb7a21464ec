import type { KvmTables } from '../../data/kernels/types.ts';
import type { KvmModule } from '../kvm/kvm-state.ts';
import { loadKvm, unloadKvm } from '../kvm/load-kvm.ts';
import type { Finding, Machine } from '../model/machine.ts';

/** A machine after an event, and what the event found; a refusal leaves the machine as it was. */
export interface Happened {
  readonly machine: Machine;
  readonly findings: readonly Finding[];
  readonly refused: boolean;
}

/**
 * modprobe kvm_intel or kvm_amd: every copy that KVM lives on is taken now, from boot_cpu_data and from the silicon as it is.
 * @param parameters options behind modprobe: `kvm.nx_huge_pages=off`
 */
export function kvmLoad(machine: Machine, module: KvmModule, tables: KvmTables, parameters = ''): Happened {
  if (machine.kvm) return { machine, findings: [{ code: 'kvm-loaded-already', args: { module: machine.kvm.module } }], refused: true };
  const kernel = machine.kernel.copy();
  const load = loadKvm(kernel, { module, tables, silicon: machine.threads[0]!.silicon, parameters });
  if (load.kvm === null) return { machine, findings: load.findings, refused: true };
  return { machine: { ...machine, kernel, kvm: load.kvm }, findings: load.findings, refused: false };
}

/** rmmod: refused while a guest runs; afterwards nothing of what the module held is left. */
export function kvmUnload(machine: Machine): Happened {
  if (!machine.kvm) return { machine, findings: [{ code: 'kvm-not-loaded', args: {} }], refused: true };
  const kernel = machine.kernel.copy();
  unloadKvm(kernel, machine.kvm.module);
  return { machine: { ...machine, kernel, kvm: null }, findings: [], refused: false };
}
