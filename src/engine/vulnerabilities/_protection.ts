import type { Boot } from '../boot/boot.ts';
import { isSet, parseRef } from '../silicon/refs.ts';
import { msrOf, type Silicon } from '../silicon/silicon.ts';
import type { Confidence, ProtectionState } from '../model/report.ts';

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
}

/** The kernel that runs and the silicon it runs on; every look at the silicon is recorded with the kernel's own reads. */
export interface Standing {
  readonly k: Boot;
  readonly now: Silicon;
}

/** @returns whether the silicon has a bit now (`cpuid:7.0.edx[10]`). */
export function siliconHas({ k, now }: Standing, ref: string): boolean {
  const value = isSet(now, ref);
  const at = parseRef(ref);
  if (at?.kind === 'msr' && msrOf(now, at.index) === undefined) k.trace.unknown.add(`msr:${at.index.toString(16)}`);
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
  return k.shared('switch_mm_always_ibpb') === true || k.shared('switch_mm_cond_ibpb') === true || k.has('ENTRY_IBPB');
}
