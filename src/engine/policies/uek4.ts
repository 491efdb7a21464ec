import type { Boot } from '../boot/boot.ts';
import { type Cpu, copyCpu } from '../boot/cpu.ts';
import { setBugBits } from '../boot/mitigations.ts';
import { getCpuCap } from '../features/get-cpu-cap.ts';
import type { Finding, Machine, Thread } from '../model/machine.ts';
import type { LoadProgress, Reevaluated } from './reevaluated.ts';
import { ruleOfMds, ruleOfSpectreV2, ruleOfSsb } from './uek4-rules.ts';

/*
 * What Oracle shipped in UEK4: microcode_late_eval_cpuid_all(), then microcode_late_select_mitigation(), after a load that worked. The command
 * line is not parsed again; rules keep the user's choices instead. TAA, SRBDS and KVM are not looked at. Its branches hang on static keys and on
 * MSRs that are written on every CPU, so what it selects runs at once.
 */

const CLEARED_BUGS = ['SPEC_STORE_BYPASS', 'CPU_MELTDOWN', 'L1TF', 'MDS', 'MSBDS_ONLY'] as const;
const RULE = 'uek4/late-eval';

/** CPUID bits that are scattered features there, and what init_speculation_control() makes of them: all that boot_cpu_data learns. */
const SCATTERED = [
  'SPEC_CTRL',
  'INTEL_STIBP',
  'SPEC_CTRL_SSBD',
  'ARCH_CAPABILITIES',
  'FLUSH_L1D',
  'AMD_IBPB',
  'AMD_IBRS',
  'AMD_STIBP',
  'AMD_SSBD',
  'VIRT_SSBD',
  'AMD_SSB_NO',
  'IBRS',
  'IBPB',
  'STIBP',
  'SSBD',
  'MSR_SPEC_CTRL',
] as const;

/** `noibrs` and `noibpb` are options of that kernel alone, and respected in every rescan. */
const REFUSED_BY: Readonly<Record<string, string>> = { IBRS: 'noibrs', IBPB: 'noibpb' };

/** Static keys and flags of UEK4 in place of patched code. */
const SWITCHABLE: ReadonlySet<string> = new Set([
  'CLEAR_CPU_BUF',
  'RETPOLINE',
  'RETPOLINE_LFENCE',
  'KERNEL_IBRS',
  'USE_IBPB',
  'USE_IBRS_FW',
  'SPEC_CTRL_SSBD',
  'AMD_SSBD',
  'LS_CFG_SSBD',
  'VIRT_SSBD',
]);
/** Where the barrier itself is patched in by this bit. */
const BARRIER = 'IBPB';

function clearBugBits(b: Boot, cpu: Cpu): void {
  b.begin();
  for (const bug of CLEARED_BUGS) b.unforce(b.bugBit(bug), `${RULE}/clear-bug-bits`, cpu);
}

/** The scattered features of CPU 0 become the kernel's. */
function learn(b: Boot, cpu: Cpu): void {
  for (const feature of SCATTERED) {
    b.begin();
    const has = b.has(feature, cpu);
    const option = REFUSED_BY[feature];
    if (option !== undefined && b.params(option).length > 0) continue;
    if (has !== b.has(feature)) has ? b.set(feature, `${RULE}/scattered`) : b.clear(feature, `${RULE}/scattered`);
  }
}

/** Every CPU reads its scattered features again. */
function reread(b: Boot, threads: readonly Thread[]): Thread[] {
  const made = new Map<Uint32Array, Cpu>();
  return threads.map((thread) => {
    if (!thread.online) return thread;
    const known = made.get(thread.cpu.words);
    const cpu = known ?? copyCpu(thread.cpu);
    if (known === undefined) getCpuCap(b, cpu);
    made.set(thread.cpu.words, cpu);
    return { ...thread, cpu: { ...cpu, silicon: thread.silicon, revision: thread.cpu.revision } };
  });
}

/** cpu_data(n) follows the bug bits of the boot CPU. */
function copyBugs(b: Boot, threads: readonly Thread[]): Thread[] {
  const bits = CLEARED_BUGS.map((bug) => b.bugBit(bug)).filter((bit) => bit >= 0);
  return threads.map((thread) => {
    const cpu = copyCpu(thread.cpu);
    for (const bit of bits) {
      const [word, mask] = [bit >>> 5, 1 << (bit & 31)];
      cpu.words[word] = (cpu.words[word]! & ~mask) | (b.cpu.words[word]! & mask);
      cpu.origins[bit] = b.cpu.origins[bit]!;
    }
    return { ...thread, cpu };
  });
}

function evaluate(b: Boot, threads: readonly Thread[]): Thread[] {
  const again = reread(b, threads);
  clearBugBits(b, b.cpu);
  learn(b, again[0]!.cpu);
  setBugBits(b);
  b.begin();
  if (!b.bug('L1TF')) b.unforce(b.featureBit('L1TF_PTEINV'), `${RULE}/l1tf-gone`);
  return copyBugs(b, again);
}

/**
 * @param machine after the load; stays as it was
 * @param progress how far the load got; nothing follows one that no CPU took
 */
export function reevaluateUek4(machine: Machine, progress: LoadProgress): Reevaluated {
  if (!progress.taken) return { machine, findings: [] };
  const kernel = machine.kernel.copy();
  kernel.asksAgain = new Set(kernel.featureBit('USE_IBPB') >= 0 ? SWITCHABLE : [...SWITCHABLE, BARRIER]);
  kernel.lookedAgain = true;
  const threads = evaluate(kernel, machine.threads);
  const findings: Finding[] = [];
  for (const rule of [ruleOfSsb, ruleOfSpectreV2, ruleOfMds]) findings.push(...rule(kernel));
  return { machine: { ...machine, kernel, threads }, findings };
}
