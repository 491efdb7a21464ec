import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { updateForSmt } from '../boot/mitigations.ts';
import { setSmtActive } from '../boot/topology.ts';
import { identifySecondary } from '../features/index.ts';
import { type Unfit, unfitOnline } from '../kvm/cpu-compat.ts';
import { wordDifferences } from '../ledger/differ.ts';
import { decideOnlineLoad } from '../loader/decide-online-load.ts';
import type { Finding, Machine, Taken, Thread } from '../model/machine.ts';
import { updated } from '../silicon/effects.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { done, type Happened, moment, refused } from './event.ts';

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
  if (!thread) return refused(machine, 'no-such-cpu', { cpu });
  if (!thread.online) return refused(machine, 'cpu-offline-already', { cpu });
  if (cpu === 0) return refused(machine, 'boot-cpu-stays-online', { cpu });
  const threads = machine.threads.map((one) => (one.number === cpu ? { ...one, online: false } : one));
  return done(withOnline({ ...machine, kernel: machine.kernel.copy() }, threads));
}

/** The silicon of a core that took a patch from the kernel's cache when its thread came back. */
function siliconAfter(machine: Machine, thread: Thread, revision: number): Silicon {
  if (revision === thread.revision || machine.cachedBlob === null) return thread.silicon;
  return updated(thread.silicon, machine.cachedBlob, 'late');
}

/** Cores of one kind come out alike: each kind is identified once, however many CPUs come. */
function identifyKind(kernel: Boot, kinds: Map<Silicon, Cpu>, silicon: Silicon, cpu: number): Cpu {
  const known = kinds.get(silicon) ?? identifySecondary(kernel, silicon, cpu);
  kinds.set(silicon, known);
  return known;
}

/** What the CPUs that come online share: the threads so far, what was identified already, and kinds of core for which the cache holds nothing. */
interface Arrival {
  readonly machine: Machine;
  readonly threads: Thread[];
  readonly kinds: Map<Silicon, Cpu>;
  readonly settled: Set<Silicon>;
  readonly findings: Finding[];
}

/** The CPU applies what an earlier load left in the cache; its core's other threads get it, too. @returns the revision it then shows */
function takeCached({ machine, threads, settled }: Arrival, cpu: number): number {
  const own = threads.find((thread) => thread.number === cpu)!;
  if (settled.has(own.silicon)) return own.revision;
  const load = decideOnlineLoad({ kernel: machine.kernel, threads, cache: machine.patchCache, cpuRejects: false }, cpu);
  machine.kernel.log.push(...load.log);
  const changed = load.revisions.filter((row) => row.before !== row.after);
  for (const row of changed) {
    const at = threads.findIndex((thread) => thread.number === row.cpu);
    const thread = threads[at]!;
    threads[at] = { ...thread, silicon: siliconAfter(machine, thread, row.after), revision: row.after };
  }
  if (changed.length === 0 && load.log.length === 0) settled.add(own.silicon);
  return load.revisions.find((row) => row.cpu === cpu)?.shown ?? own.revision;
}

function arrive(arrival: Arrival, cpu: number): void {
  const { machine, threads, kinds, findings } = arrival;
  const { kernel, kvm } = machine;
  const revision = takeCached(arrival, cpu);
  const at = threads.findIndex((thread) => thread.number === cpu);
  const thread = threads[at]!;
  const fresh = { ...identifyKind(kernel, kinds, thread.silicon, cpu), revision };
  // KVM looks at CPUs that come only while it has virtualization switched on.
  const reason = kvm === null || machine.userReturn === null ? null : unfitOnline(kernel, kvm, thread.silicon, fresh);
  threads[at] = { ...thread, online: reason === null, booted: true, cpu: fresh };
  if (reason === null) return;
  kernel.log.push(...refusal(kernel, cpu, reason));
  findings.push({ code: 'cpu-refused-by-kvm', args: { cpu, reason, errno: 'EIO' } });
}

/** What KVM prints of a CPU that it does not take; of features behind CR4 it says nothing of its own. */
function refusal(kernel: Boot, cpu: number, reason: Unfit): string[] {
  const named = kernel.trait('kvm-names-vmcs-fields')
    ? `kvm_intel: VMCS config on CPU ${cpu} doesn't match reference config:`
    : `kvm_intel: Inconsistent VMCS config on CPU ${cpu}`;
  return [...(reason === 'vmcs-config' ? [named] : []), `kvm: enabling virtualization on CPU${cpu} failed`];
}

/**
 * CPUs come online, one after the other: each takes a cached patch, is identified anew, and boot_cpu_data loses what it lacks; what it
 * gained shows on that CPU alone (cpu/common.c identify_secondary_cpu()). Where KVM finds other VMX capabilities than it holds, the CPU
 * stays offline; what it took from boot_cpu_data stays gone (kvm_main.c kvm_online_cpu()).
 * @param machine with a kernel that may be written to
 */
export function bringOnline(machine: Machine, cpus: readonly number[], at: Taken): Happened {
  const arrival: Arrival = { machine, threads: [...machine.threads], kinds: new Map(), settled: new Set(), findings: [] };
  const identified = new Map(machine.identified);
  for (const cpu of cpus) {
    arrive(arrival, cpu);
    identified.set(cpu, at);
  }
  return { machine: withOnline({ ...machine, identified }, arrival.threads), findings: arrival.findings, refused: arrival.findings.length > 0 };
}

/** echo 1 > cpuN/online. */
export function cpuOnline(machine: Machine, cpu: number): Happened {
  const thread = machine.threads.find((one) => one.number === cpu);
  if (!thread) return refused(machine, 'no-such-cpu', { cpu });
  if (thread.online) return refused(machine, 'cpu-online-already', { cpu });
  const control = machine.kernel.shared('cpu_smt_control');
  if (thread.thread !== 0 && (control === 'off' || control === 'forceoff')) return refused(machine, 'smt-switched-off', { cpu });
  return bringOnline({ ...machine, kernel: machine.kernel.copy() }, [cpu], moment(machine, 'cpu-online'));
}

/**
 * Every CPU but the first goes off and on again, which is what a suspend does too.
 * @returns the machine with all CPUs that were online identified anew
 */
export function cycleCpus(machine: Machine, at: Taken): Happened {
  const cpus = machine.threads.filter((thread) => thread.online && thread.number !== 0).map((thread) => thread.number);
  const threads = machine.threads.map((thread) => (cpus.includes(thread.number) ? { ...thread, online: false } : thread));
  return bringOnline({ ...machine, kernel: machine.kernel.copy(), threads }, cpus, at);
}

/** What boot_cpu_data has lost or, on AMD, gained because CPUs were identified again: it counts for every CPU and for whatever KVM copies next. */
export function bootCpuDataChange(before: Machine, after: Machine): Finding[] {
  const changes = wordDifferences(before.kernel.tables, before.kernel.cpu.words, after.kernel.cpu.words);
  const lost = changes.filter(({ held }) => held === true).map(({ ref }) => ref);
  const gained = changes.filter(({ held }) => held === false).map(({ ref }) => ref);
  return changes.length === 0 ? [] : [{ code: 'boot-cpu-data-changed', args: { lost, gained } }];
}
