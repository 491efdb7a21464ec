import { updateForSmt } from '../boot/mitigations.ts';
import { setSmtActive } from '../boot/topology.ts';
import { identifySecondary } from '../features/index.ts';
import { decideOnlineLoad } from '../loader/decide-online-load.ts';
import type { Machine, Thread } from '../model/machine.ts';
import { updated } from '../silicon/effects.ts';
import type { Silicon } from '../silicon/silicon.ts';
import type { Happened } from './kvm.ts';

function refused(machine: Machine, code: string, cpu: number): Happened {
  return { machine, findings: [{ code, args: { cpu } }], refused: true };
}

/** Tells SMT-dependent mitigations and the scheduler which threads are there now. */
function withOnline(machine: Machine, threads: readonly Thread[]): Machine {
  const { kernel } = machine;
  setSmtActive(
    kernel,
    threads,
    threads.map((thread) => thread.online),
  );
  updateForSmt(kernel);
  return { ...machine, threads };
}

/** echo 0 > cpuN/online: no state of the CPU is looked at again, only the SMT part of the mitigations runs (kernel/cpu.c _cpu_down()). */
export function cpuOffline(machine: Machine, cpu: number): Happened {
  const thread = machine.threads.find((one) => one.number === cpu);
  if (!thread) return refused(machine, 'no-such-cpu', cpu);
  if (!thread.online) return refused(machine, 'cpu-offline-already', cpu);
  if (cpu === 0) return refused(machine, 'boot-cpu-stays-online', cpu);
  const threads = machine.threads.map((one) => (one.number === cpu ? { ...one, online: false } : one));
  return { machine: withOnline({ ...machine, kernel: machine.kernel.copy() }, threads), findings: [], refused: false };
}

/** The silicon of a core that took a patch from the kernel's cache when its thread came back. */
function siliconAfter(machine: Machine, thread: Thread, revision: number): Silicon {
  if (revision === thread.revision || machine.cachedBlob === null) return thread.silicon;
  return updated(thread.silicon, machine.cachedBlob, 'late');
}

/**
 * echo 1 > cpuN/online: the lopsided re-evaluation. The CPU takes a cached patch, is identified anew, and boot_cpu_data loses what it
 * lacks; what it gained shows on this CPU alone (cpu/common.c identify_secondary_cpu()).
 */
export function cpuOnline(machine: Machine, cpu: number): Happened {
  const thread = machine.threads.find((one) => one.number === cpu);
  if (!thread) return refused(machine, 'no-such-cpu', cpu);
  if (thread.online) return refused(machine, 'cpu-online-already', cpu);
  const control = machine.kernel.shared('cpu_smt_control');
  if (thread.thread !== 0 && (control === 'off' || control === 'forceoff')) return refused(machine, 'smt-switched-off', cpu);
  const kernel = machine.kernel.copy();
  const load = decideOnlineLoad({ kernel, threads: machine.threads, cache: machine.patchCache, cpuRejects: false }, cpu);
  const rows = new Map(load.revisions.map((row) => [row.cpu, row]));
  kernel.log.push(...load.log);
  const threads = machine.threads.map((one) => {
    const row = rows.get(one.number);
    const silicon = row ? siliconAfter(machine, one, row.after) : one.silicon;
    const revision = row?.after ?? one.revision;
    if (one.number !== cpu) return { ...one, silicon, revision };
    const identified = identifySecondary(kernel, silicon, cpu);
    identified.revision = row?.shown ?? revision;
    return { ...one, silicon, revision, online: true, booted: true, cpu: identified };
  });
  return { machine: withOnline({ ...machine, kernel }, threads), findings: [], refused: false };
}
