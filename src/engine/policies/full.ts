import { hostValues } from '../guests/user-return.ts';
import { loadKvm } from '../kvm/load-kvm.ts';
import type { Machine, Taken } from '../model/machine.ts';
import type { LoadProgress, Reevaluated } from './reevaluated.ts';
import { reevaluateRfc } from './rfc.ts';

/*
 * An invention: the series of 2020 with the two things that Sean Christopherson found missing on the KVM side. kvm_cpu_caps and what else the
 * module computed at its load is computed again from the refreshed boot_cpu_data, and so is the host's TSX_CTRL. Guests keep their CPUID, and
 * no text is patched again, KVM's neither.
 */

/** The module's state as a load would compute it now, put in place under the guests that run. */
function refreshKvm(machine: Machine, at: Taken): Reevaluated {
  const { kvm, kvmLoaded } = machine;
  if (kvm === null || kvmLoaded === null) return { machine, findings: [] };
  const kernel = machine.kernel.copy();
  const { silicon } = machine.threads[0]!;
  const load = loadKvm(kernel, { module: kvm.module, tables: kvmLoaded.tables, silicon, parameters: kvmLoaded.parameters });
  kernel.patchedModule = machine.kernel.patchedModule;
  if (load.kvm === null) return { machine, findings: [{ code: 'full-kvm-not-refreshed', args: { module: kvm.module } }, ...load.findings] };
  const refreshed: Machine = { ...machine, kernel, kvm: load.kvm, kvmLoaded: { ...kvmLoaded, kernel, silicon, at } };
  const userReturn = machine.userReturn === null ? null : hostValues(refreshed, at);
  return { machine: { ...refreshed, userReturn }, findings: [{ code: 'full-kvm-refreshed', args: { module: kvm.module } }] };
}

/**
 * @param machine after the load; stays as it was
 * @param patches of the series that are in
 * @param progress how far the load got; KVM is refreshed only after one that was taken
 */
export function reevaluateFull(machine: Machine, patches: ReadonlySet<number>, progress: LoadProgress): Reevaluated {
  // KVM learns the host's TSX_CTRL anew, so it puts no old value back.
  const rfc = reevaluateRfc({ ...machine, userReturn: null }, patches, progress);
  const again = { ...rfc.machine, userReturn: machine.userReturn };
  if (!progress.taken) return { machine: again, findings: rfc.findings };
  const refreshed = refreshKvm(again, { event: 'reevaluate', number: machine.events });
  return { machine: refreshed.machine, findings: [...rfc.findings, ...refreshed.findings] };
}
