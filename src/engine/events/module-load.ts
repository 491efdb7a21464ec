import { done, type EventRule, moment, refused } from './event.ts';
import { kvmLoadEvent } from './kvm-load.ts';

/**
 * modprobe of any module: its text is patched for boot_cpu_data as it stands now, while that of the kernel stays as the boot left it
 * (arch/x86/kernel/module.c module_finalize()). The KVM modules have an event of their own.
 */
export const moduleLoadEvent: EventRule = {
  type: 'module-load',
  happen(machine, event, context) {
    const name = event.module ?? event.name ?? '';
    if (name === 'kvm_intel' || name === 'kvm_amd') return kvmLoadEvent.happen(machine, event, context);
    if (name === '') return refused(machine, 'unknown-module', { module: name });
    if (machine.modules.some((module) => module.name === name)) return refused(machine, 'module-loaded-already', { module: name });
    const loaded = { name, kernel: machine.kernel, silicon: machine.threads[0]!.silicon, at: moment(machine, 'module-load') };
    return done({ ...machine, modules: [...machine.modules, loaded] }, [{ code: 'module-loaded', args: { module: name } }]);
  },
  reads: () => ['boot_cpu_data'],
};
