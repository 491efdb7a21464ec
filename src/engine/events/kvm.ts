import type { KvmTables } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import { hostModelNow } from '../guests/host-model-cache.ts';
import { hostValues, virtualizationAtLoad } from '../guests/user-return.ts';
import { unfitForKvm } from '../kvm/cpu-compat.ts';
import type { KvmModule, KvmState } from '../kvm/kvm-state.ts';
import { loadKvm, unloadKvm } from '../kvm/load-kvm.ts';
import type { Finding, Machine, Thread } from '../model/machine.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { done, type Happened, moment, refused } from './event.ts';

export type { Happened } from './event.ts';

/** A CPU that may not run guests together with the others keeps the module out, every CPU that is online is asked (kvm_x86_vendor_init()). */
function unfitCpu({ threads }: Machine, kernel: Boot, kvm: KvmState): Finding[] {
  const fits = new Map<Thread['cpu'], Silicon>();
  for (const { number, online, silicon, cpu } of threads) {
    if (!online || fits.get(cpu) === silicon) continue;
    const reason = unfitForKvm(kernel, kvm, silicon, cpu);
    if (reason !== null) return [{ code: 'kvm-cpu-unfit', args: { cpu: number, reason, errno: 'EIO' } }];
    fits.set(cpu, silicon);
  }
  return [];
}

/**
 * modprobe kvm_intel or kvm_amd: every copy that KVM lives on is taken now, from boot_cpu_data and from the silicon as it is.
 * @param parameters options behind modprobe: `kvm.nx_huge_pages=off`
 */
export function kvmLoad(machine: Machine, module: KvmModule, tables: KvmTables, parameters = ''): Happened {
  if (machine.kvm) return refused(machine, 'kvm-loaded-already', { module: machine.kvm.module });
  const kernel = machine.kernel.copy();
  const { silicon } = machine.threads[0]!;
  const load = loadKvm(kernel, { module, tables, silicon, parameters });
  if (load.kvm === null) return { machine, findings: load.findings, refused: true };
  const unfit = unfitCpu(machine, kernel, load.kvm);
  if (unfit.length > 0) return { machine, findings: unfit, refused: true };
  const at = moment(machine, 'kvm-load');
  const kvmRecipe = { module, tables, parameters };
  const loaded = { ...machine, kernel, kvm: load.kvm, kvmLoaded: { ...kvmRecipe, kernel, silicon, at }, kvmRecipe };
  return done(
    {
      ...loaded,
      userReturn: virtualizationAtLoad(loaded) ? hostValues(loaded, at) : null,
      // The daemon asks KVM once, when it first finds it.
      hostModelCache: machine.hostModelCache ?? hostModelNow(loaded, at),
    },
    load.findings,
  );
}

/** rmmod: refused while a guest runs; afterwards nothing of what the module held is left. */
export function kvmUnload(machine: Machine): Happened {
  if (!machine.kvm) return refused(machine, 'kvm-not-loaded');
  const running = machine.guests.filter((guest) => !guest.away).map((guest) => guest.name);
  if (running.length > 0) return refused(machine, 'kvm-in-use', { guests: running });
  const kernel = machine.kernel.copy();
  unloadKvm(kernel, machine.kvm.module);
  return done({ ...machine, kernel, kvm: null, kvmLoaded: null, userReturn: null });
}
