import { afterCopy, earlyIdentify, finishBoot, identifyBootCpu, identifySecondary, parseCpuParameters } from '../features/index.ts';
import { loaderAtBoot } from '../loader/boot-log.ts';
import type { Machine, Slot, Thread } from '../model/machine.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { readSpecCtrlBase } from '../vulnerabilities/_spec-ctrl.ts';
import { checkPti } from '../vulnerabilities/meltdown.ts';
import { Boot, type KernelSpec } from './boot.ts';
import type { Cpu } from './cpu.ts';
import { parseMitigationParameters, selectMitigations, setBugBits, updateForSmt } from './mitigations.ts';
import { onlineAfterBoot } from './topology.ts';

/**
 * One cold boot, in the kernel's own order: identify the boot CPU and its bugs, parse options, identify again, choose mitigations,
 * patch, and bring up the other threads (init/main.c start_kernel(), cpu/common.c arch_cpu_finalize_init()).
 * @param spec the kernel
 * @param slots the CPUs of the machine as the firmware leaves them, the boot CPU first
 */
export function bootKernel(spec: KernelSpec, slots: readonly Slot[]): Machine {
  const b = new Boot(spec, slots[0]!.silicon);
  earlyIdentify(b, setBugBits);
  parseMitigationParameters(b);
  parseCpuParameters(b);
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
  return { slots, threads, kernel: b, kvm: null, patchCache: [], cachedBlob: null, early: null };
}

/** smp_init(): every CPU is started once; with SMT off the siblings go again. */
function bringUp(b: Boot, slots: readonly Slot[], first: Cpu): Thread[] {
  const offline = slots.filter((slot) => slot.offline).map((slot) => slot.number);
  // Cores of one kind come out alike, and the AND into boot_cpu_data says nothing new the second time.
  const kinds = new Map<Silicon, Cpu>();
  const cpus = slots.map((slot, at) => (at === 0 ? first : secondary(b, slot, kinds)));
  const online = onlineAfterBoot(b, slots, offline);
  updateForSmt(b);
  return slots.map((slot, at) => ({ ...slot, online: online[at]!, booted: true, cpu: cpus[at]! }));
}

/** One CPU that is started: identified anew, and ANDed into boot_cpu_data. */
function secondary(b: Boot, slot: Slot, kinds: Map<Silicon, Cpu>): Cpu {
  const cpu = kinds.get(slot.silicon) ?? identifySecondary(b, slot.silicon, slot.number);
  kinds.set(slot.silicon, cpu);
  cpu.revision = slot.revision;
  return cpu;
}
