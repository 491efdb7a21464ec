import { hostModelNow } from '../guests/host-model-cache.ts';
import type { Machine, Process } from '../model/machine.ts';
import { done, type EventRule, moment, refused } from './event.ts';

/** Daemons that ask KVM once and remember the answer. */
const LIBVIRT: readonly string[] = ['libvirtd', 'virtqemud'];

function started(machine: Machine, name: string): Process {
  return { name, silicon: machine.threads[0]!.silicon, kernel: machine.kernel, at: moment(machine, 'process-start') };
}

/**
 * A program starts, or starts again: its libraries look at CPUID, at AT_HWCAP2 and perhaps at /proc/cpuinfo, and choose their code.
 * `*` stands for everything that runs, init included.
 */
export const processStartEvent: EventRule = {
  type: 'process-start',
  happen(machine, event) {
    const name = event.name ?? '';
    if (name === '') return refused(machine, 'process-without-name');
    const all = name === '*';
    const kept = machine.processes.filter((one) => one.name !== name);
    const processes = all ? [...kept.map((one) => started(machine, one.name)), started(machine, '*')] : [...kept, started(machine, name)];
    const asksKvm = all || LIBVIRT.includes(name);
    const hostModelCache = asksKvm ? (hostModelNow(machine, moment(machine, 'process-start')) ?? machine.hostModelCache) : machine.hostModelCache;
    return done({ ...machine, processes, hostModelCache }, [{ code: all ? 'all-processes-started' : 'process-started', args: { name } }]);
  },
  reads: (_machine, event) => [
    'AT_HWCAP, AT_HWCAP2',
    '/proc/cpuinfo',
    ...(LIBVIRT.includes(event.name ?? '') ? ['kvm_cpu_caps', 'kvm_host.arch_capabilities'] : []),
  ],
};
