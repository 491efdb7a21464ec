import { afterCopy, earlyIdentify, finishBoot, identifyBootCpu, identifySecondary, parseCpuParameters } from '../features/index.ts';
import { loaderAtBoot } from '../loader/boot-log.ts';
import { type Machine, nothingHeld, type Slot, type Taken, type Thread } from '../model/machine.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { readSpecCtrlBase } from '../vulnerabilities/_spec-ctrl.ts';
import { checkPti } from '../vulnerabilities/meltdown.ts';
import { Boot, type KernelSpec } from './boot.ts';
import type { Cpu } from './cpu.ts';
import { inOptionOrder } from './early-options.ts';
import { parseMitigationParameters, selectMitigations, setBugBits, updateForSmt } from './mitigations.ts';
import { onlineAfterBoot, startedAtBoot } from './topology.ts';

/**
 * One cold boot, in the kernel's own order: identify the boot CPU and its bugs, parse options, identify again, choose mitigations,
 * patch, and bring up the other threads (init/main.c start_kernel(), cpu/common.c arch_cpu_finalize_init()).
 * @param spec the kernel
 * @param slots the CPUs of the machine as the firmware leaves them, the boot CPU first
 * @param at the event that this is, for what is copied now
 */
export function bootKernel(spec: KernelSpec, slots: readonly Slot[], at: Taken = { event: 'boot', number: 0 }): Machine {
  const b = new Boot(spec, slots[0]!.silicon);
  if (spec.memoryBytes !== undefined) b.share('memory_bytes', spec.memoryBytes, 'memory/size');
  earlyIdentify(b, setBugBits);
  inOptionOrder(b, () => {
    parseMitigationParameters(b);
    parseCpuParameters(b);
  });
  checkPti(b);
  identifyBootCpu(b, slots);
  readSpecCtrlBase(b);
  selectMitigations(b);
  updateForSmt(b);
  const first = finishBoot(b);
  afterCopy(b);
  const threads = bringUp(b, slots, first);
  const loader = loaderAtBoot(b, threads);
  b.log.unshift(...loader.early);
  b.log.push(...loader.late);
  for (const taint of loader.taints) b.taint(taint);
  const shown = threads.map((thread) => showRevision(thread, loader.generated));
  b.cpu.revision = shown[0]?.cpu.revision ?? b.cpu.revision;
  return { slots, threads: shown, kernel: b, ...nothingHeld(b, slots[0]!.silicon, at) };
}

/** mc_cpu_online(): the loader shows what it takes a CPU's revision to be, also where the CPU reports none. */
function showRevision(thread: Thread, generated: number | null): Thread {
  if (generated === null || thread.revision !== 0 || !thread.online) return thread;
  return { ...thread, cpu: { ...thread.cpu, revision: generated } };
}

/** smp_init(): every CPU that options allow is started once; with SMT off the siblings go again. */
function bringUp(b: Boot, slots: readonly Slot[], first: Cpu): Thread[] {
  const started = startedAtBoot(b, slots);
  const offline = slots.filter((slot, at) => slot.offline || !started[at]).map((slot) => slot.number);
  // Cores of one kind come out alike, and the AND into boot_cpu_data says nothing new the second time.
  const kinds = new Map<Silicon, Cpu>();
  const cpus = slots.map((slot, at) => (at === 0 || !started[at] ? first : secondary(b, slot, kinds)));
  const online = onlineAfterBoot(b, slots, offline);
  updateForSmt(b);
  return slots.map((slot, at) => ({ ...slot, online: online[at]!, booted: started[at]!, cpu: { ...cpus[at]!, revision: readRevision(first, slot) } }));
}

/** Each CPU's own revision, where the vendor's code reads one: Centaur's, Zhaoxin's and the default code leave cpuinfo's `microcode` at 0. */
function readRevision(first: Cpu, slot: Slot): number {
  return first.revision === 0 && first.silicon.revision !== 0 ? 0 : slot.revision;
}

/** One CPU that is started: identified anew, and ANDed into boot_cpu_data. */
function secondary(b: Boot, slot: Slot, kinds: Map<Silicon, Cpu>): Cpu {
  const cpu = kinds.get(slot.silicon) ?? identifySecondary(b, slot.silicon, slot.number);
  kinds.set(slot.silicon, cpu);
  return cpu;
}
