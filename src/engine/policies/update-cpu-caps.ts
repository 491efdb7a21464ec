import type { Boot } from '../boot/boot.ts';
import { type Cpu, copyCpu } from '../boot/cpu.ts';
import { setBugBits } from '../boot/mitigations.ts';
import { getCpuCap } from '../features/get-cpu-cap.ts';
import { parseTsx } from '../features/parameters.ts';
import { tsxInit } from '../features/tsx.ts';
import type { Thread } from '../model/machine.ts';
import { TSX_CTRL_ELSEWHERE } from '../vulnerabilities/taa.ts';

/*
 * Patch 5 of the 2020 series: update_cpu_caps() in __reload_late(), in its own order. What it leaves out is part of it: ITLB_MULTIHIT and every
 * bug that is younger than the series are never cleared, c_early_init and c_init do not run again (so what an erratum had taken away comes back
 * from CPUID), and boot_cpu_data becomes a copy of CPU 0 instead of what all CPUs share.
 */

/** cpu_clear_bug_bits(): ten bugs and one feature. */
const CLEARED_BUGS = ['SPECTRE_V1', 'SPECTRE_V2', 'SPEC_STORE_BYPASS', 'MDS', 'MSBDS_ONLY', 'SWAPGS', 'TAA', 'SRBDS', 'CPU_MELTDOWN', 'L1TF'] as const;
const CLEARED_FEATURES = ['IBRS_ENHANCED'] as const;
const CLEAR_RULE = 'rfc/update-cpu-caps/clear-bug-bits';

/**
 * The bits go from the CPU and from what is forced on all. The series forgets the latter: read to the letter, apply_forced_caps() would bring
 * back from cpu_caps_set every bug of the boot. What it means to do is modelled.
 */
function clearBugBits(b: Boot, cpu: Cpu): void {
  b.begin();
  for (const bug of CLEARED_BUGS) b.unforce(b.bugBit(bug), CLEAR_RULE, cpu);
  for (const feature of CLEARED_FEATURES) b.unforce(b.featureBit(feature), CLEAR_RULE, cpu);
}

/** cpu_clear_bug_bits() on another CPU: its own words only, for what is forced by now is the boot CPU's fresh answer. */
function clearOwnBugBits(b: Boot, cpu: Cpu): void {
  b.begin();
  const step = b.trace.step(CLEAR_RULE);
  for (const bit of [...CLEARED_BUGS.map((bug) => b.bugBit(bug)), ...CLEARED_FEATURES.map((feature) => b.featureBit(feature))]) {
    if (bit < 0) continue;
    cpu.words[bit >>> 5]! &= ~(1 << (bit & 31));
    cpu.origins[bit] = step;
  }
}

/** memcpy(&boot_cpu_data, c): from here on the kernel's words are those of CPU 0. */
function copyToBoot(b: Boot, cpu: Cpu): void {
  b.cpu.words.set(cpu.words);
  b.cpu.origins.set(cpu.origins);
  b.cpu.extendedLevel = cpu.extendedLevel;
  b.cpu.power = cpu.power;
}

/** tsx_init() with the user's option: where that is an early parameter, what the boot made of it is forgotten and it is parsed again. */
function tsxInitAgain(b: Boot): void {
  const lines = b.log.length;
  if (b.trait('tsx-early-param')) parseTsx(b);
  b.log.length = lines;
  tsxInit(b);
}

const TSX_MSRS = [0x122, 0x10f, 0x123] as const;

/** tsx_init() on all other CPUs: it runs after boot_cpu_data was refreshed and may decide otherwise than on the boot CPU. */
function tsxInitElsewhere(b: Boot): void {
  const mine = TSX_MSRS.map((index) => b.written.get(index));
  tsxInitAgain(b);
  const theirs = TSX_MSRS.map((index) => b.written.get(index));
  TSX_MSRS.forEach((index, at) => {
    const value = mine[at];
    if (value === undefined) b.written.delete(index);
    else b.written.set(index, value);
  });
  b.begin();
  if (mine.some((value, at) => value !== theirs[at])) b.share(TSX_CTRL_ELSEWHERE, true, 'rfc/update-cpu-caps/tsx-init-differs');
}

/**
 * @param b the kernel's memory, which is edited
 * @param threads after the load; stay as they are
 * @returns the threads with their words read again
 */
export function updateCpuCaps(b: Boot, threads: readonly Thread[]): Thread[] {
  const first = threads[0]!;
  const boot = copyCpu(first.cpu);
  clearBugBits(b, b.cpu);
  clearBugBits(b, boot);
  tsxInitAgain(b);
  getCpuCap(b, boot);
  copyToBoot(b, boot);
  setBugBits(b);
  b.applyForced(boot);
  const others = threads.slice(1).filter((thread) => thread.online);
  if (others.length > 0) tsxInitElsewhere(b);
  // CPUs of a kind hold the same words and get the same again.
  const made = new Map<Uint32Array, Cpu>();
  const again = (thread: Thread): Cpu => {
    const cpu = copyCpu(thread.cpu);
    clearOwnBugBits(b, cpu);
    getCpuCap(b, cpu);
    made.set(thread.cpu.words, cpu);
    return cpu;
  };
  return threads.map((thread, at) => {
    if (at === 0) return { ...thread, cpu: boot };
    if (!thread.online) return thread;
    const cpu = made.get(thread.cpu.words) ?? again(thread);
    return { ...thread, cpu: { ...cpu, silicon: thread.silicon, revision: thread.cpu.revision } };
  });
}
