import { ARCH_CAP_BITS, type ArchCap } from '../../data/bits/arch-capabilities.ts';
import type { Boot } from '../boot/boot.ts';
import type { Confidence, ProtectionState } from '../model/report.ts';
import { knowsCpuid, knowsMsr } from '../silicon/knowledge.ts';
import { isSet, parseRef } from '../silicon/refs.ts';
import { msrOf, type Silicon } from '../silicon/silicon.ts';

/*
 * What protects in fact: the code that the running kernel executes, on the silicon as it is now. The same question is put three times, to the
 * running kernel on the old silicon, to it on the new, and to a kernel booted on the new; the verdict is the comparison (diff/verdict.ts).
 * Texts of sysfs play no part here: kernel-facts 4.3a shows that the same words mean different things.
 */

/** One means of a vulnerability's protection, e.g. VERW and TSX_CTRL of taa. */
export interface Part {
  readonly part: string;
  readonly state: ProtectionState;
  /** Code of the reason; its words are the views'. */
  readonly why: string;
  readonly confidence?: Confidence;
  /** The user switched this off, so being exposed is what was asked for. */
  readonly optedOut?: boolean;
  /** The file in sysfs says that this is executed, and it is not. */
  readonly onlyReported?: boolean;
  /** Somebody who does not know of it writes over what the kernel has decided. */
  readonly undone?: boolean;
  /** The kernel looks at this again after a late load. */
  readonly reEvaluated?: boolean;
}

/** The kernel that runs and the silicon it runs on; every look at the silicon is recorded with the kernel's own reads. */
export interface Standing {
  readonly k: Boot;
  readonly now: Silicon;
  /** The silicon as it was when this kernel booted, or before the load. */
  readonly atBoot: Silicon;
}

/** @returns whether the silicon has a bit now (`cpuid:7.0.edx[10]`). */
export function siliconHas({ k, now }: Standing, ref: string): boolean {
  const value = isSet(now, ref);
  const at = parseRef(ref);
  if (at?.kind === 'msr') {
    if (msrOf(now, at.index) === undefined) k.trace.unknown.add(`msr:${at.index.toString(16)}`);
    else if (!knowsMsr(now, at.index, at.bit)) k.trace.unknown.add(ref);
  } else if (at?.kind === 'cpuid' && !knowsCpuid(now, at.leaf, at.subleaf, at.register, at.bit)) k.trace.unknown.add(ref);
  k.trace.read(ref, value, -1);
  return value;
}

/** @returns whether the update, or the part itself, is known to behave so (`its-ibpb-fixed`). */
export function siliconBehaves({ k, now }: Standing, behaviour: string): boolean {
  const value = now.behaviours[behaviour] === true;
  k.trace.read(`behaviour:${behaviour}`, value, -1);
  return value;
}

/** @returns whether the silicon takes a write of these bits to an MSR. */
export function siliconTakes({ k, now }: Standing, index: number, bits: bigint): boolean {
  const writable = now.msrWritable.get(index);
  const value = writable === undefined ? msrOf(now, index) != null : (bits & ~writable) === 0n;
  k.trace.read(`writable:${index.toString(16)}`, value, -1);
  return value;
}

/** @returns protected or exposed. */
export function either(yes: boolean): ProtectionState {
  return yes ? 'protected' : 'exposed';
}

/** The kernel switches between processes with IBPB, for all or for those that asked. */
export function ibpbIssued(k: Boot): boolean {
  const keys = k.shared('switch_mm_always_ibpb') === true || k.shared('switch_mm_cond_ibpb') === true;
  return (keys && ibpbPatchedIn(k)) || k.runs('ENTRY_IBPB');
}

/** The barrier itself is an alternative (nospec-branch.h indirect_branch_prediction_barrier()): static keys alone run nothing. */
export function ibpbPatchedIn(k: Boot): boolean {
  return k.runs(k.featureBit('USE_IBPB') >= 0 ? 'USE_IBPB' : 'IBPB');
}

/** Why a means that the kernel has chosen protects nobody: the code was patched at boot without it. */
export const NOT_PATCHED_IN = 'not-patched-in';
/** Why it protects one CPU: an MSR was written by the CPU that chose again, and by no other. */
export const ONE_CPU_ONLY = 'one-cpu-only';

/** Key of the kernel's memory: bits of an MSR that only the CPU has which chose mitigations again; absent in every released kernel. */
export function hereOnlyKey(msr: number): string {
  return `msr_here_only:${msr.toString(16)}`;
}

/** @returns whether the other CPUs have not been told of these bits of an MSR. */
export function hereOnly(k: Boot, msr: number, bits: bigint): boolean {
  const value = k.shared(hereOnlyKey(msr));
  return typeof value === 'bigint' && (value & bits) !== 0n;
}

/**
 * `mitigations=off` reaches this vulnerability. With attack vectors it speaks to those only that were left to decide by themselves: a word of
 * their own outweighs it (bugs.c, the `_AUTO` cases of the select functions).
 */
export function allOff(k: Boot, option: string): boolean {
  if (k.shared('cpu_mitigations') !== 'off') return false;
  return !(k.trait('attack-vectors') && k.params(option).some((value) => value !== null && value !== 'auto'));
}

/** The user asked for nothing: `mitigations=off`, or the option of this vulnerability. */
export function askedOff(k: Boot, option: string): boolean {
  return k.params(option).some((value) => value?.split(',')[0] === 'off') || allOff(k, option);
}

/** A means that was switched on, or was not, when the kernel booted. */
export function bootPart(part: string, works: boolean, off: boolean, why: { readonly on: string; readonly not: string }): Part {
  return { part, state: either(works), why: works ? why.on : off ? 'opted-out' : why.not, optedOut: !works && off };
}

/** VERW protects where the kernel executes it and the silicon gives it a meaning; the two are found out apart. */
export function verwPart(part: string, runs: boolean, clears: boolean, off: boolean): Part {
  const works = runs && clears;
  const why = runs ? (clears ? 'verw-runs-and-clears' : 'verw-does-not-clear') : off ? 'opted-out' : clears ? 'verw-not-patched-in' : 'no-microcode';
  return { part, state: either(works), why, optedOut: !runs && off };
}

/** The silicon says that it is not affected, whatever the kernel found at boot. */
export const IMMUNE: Omit<Part, 'part'> = { state: 'protected', why: 'silicon-immune' };

/** CPUID bits that give VERW or a control a meaning. */
export const SILICON = {
  MD_CLEAR: 'cpuid:7.0.edx[10]',
  SRBDS_CTRL: 'cpuid:7.0.edx[9]',
  RTM_ALWAYS_ABORT: 'cpuid:7.0.edx[11]',
  FLUSH_L1D: 'cpuid:7.0.edx[28]',
  VERW_CLEAR: 'cpuid:80000021.0.eax[5]',
  TSA_SQ_NO: 'cpuid:80000021.0.ecx[1]',
  TSA_L1_NO: 'cpuid:80000021.0.ecx[2]',
} as const;

/** @returns whether MSR_IA32_ARCH_CAPABILITIES has a bit now, asked of the silicon and not of what the kernel read at boot. */
export function archCapNow(standing: Standing, name: ArchCap): boolean {
  return siliconHas(standing, `msr:10a[${ARCH_CAP_BITS[name]}]`);
}
