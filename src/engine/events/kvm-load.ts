import type { KvmModule } from '../kvm/kvm-state.ts';
import { MSR_IA32_TSX_CTRL } from '../kvm/user-return-msrs.ts';
import type { Finding, Machine } from '../model/machine.ts';
import { type EventRule, refused } from './event.ts';
import { kvmLoad } from './kvm.ts';

const MODULES: readonly string[] = ['kvm_intel', 'kvm_amd'];

/** @returns the vendor module that fits the CPU, for a scenario that just says `kvm-load`. */
function vendorModule(vendor: string): string {
  return vendor === 'INTEL' || vendor === 'CENTAUR' || vendor === 'ZHAOXIN' ? 'kvm_intel' : 'kvm_amd';
}

/** What the module is from now on: which copy it took, and whether it found the MSR that decides about TSX in guests. */
function loaded(machine: Machine, module: string): Finding {
  const tsx = module === 'kvm_intel' ? { tsxCtrl: machine.kvm?.userReturnMsrs.includes(MSR_IA32_TSX_CTRL) ?? false } : {};
  return { code: 'kvm-loaded', args: { module, revision: machine.threads[0]!.revision, ...tsx } };
}

export const kvmLoadEvent: EventRule = {
  type: 'kvm-load',
  happen(machine, event, context) {
    const module = event.module ?? vendorModule(machine.kernel.cpu.vendor);
    if (!MODULES.includes(module)) return refused(machine, 'unknown-module', { module, known: MODULES });
    if (context.kvmTables === null) return refused(machine, 'kvm-tables-missing');
    const happened = kvmLoad(machine, module as KvmModule, context.kvmTables, event.parameters ?? '');
    if (happened.refused) return happened;
    return { ...happened, findings: [...happened.findings, loaded(happened.machine, module)] };
  },
  // Everything KVM offers is masked with the copy that was taken at boot.
  reads: () => ['boot_cpu_data', 'mitigation choices'],
};
