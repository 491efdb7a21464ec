import { parseRegister } from '../kvm/cap-words.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { cpuidRef } from '../silicon/refs.ts';

/** Feature registers as KVM names them: `7.0.edx`. */
export type RegisterValues = Readonly<Record<string, number>>;

/** @returns `cpuid:7.0.edx[10]` for bit 10 of `7.0.edx`. */
export function registerRef(name: string, bit: number): string {
  const { leaf, subleaf, register } = parseRegister(name);
  return cpuidRef(leaf, subleaf, register, bit);
}

/** @returns the references of the bits that are set, lowest first. */
export function bitRefs(name: string, value: number): string[] {
  const refs: string[] = [];
  for (let bit = 0; bit < 32; bit++) if ((value >>> bit) & 1) refs.push(registerRef(name, bit));
  return refs;
}

/** @returns one difference for each bit in which two sets of registers differ; a register that is missing counts as zero. */
export function registerDifferences(held: RegisterValues, now: RegisterValues): SnapshotDifference[] {
  const found: SnapshotDifference[] = [];
  for (const name of new Set([...Object.keys(held), ...Object.keys(now)])) {
    const [was, is] = [held[name] ?? 0, now[name] ?? 0];
    for (let bit = 0, differ = (was ^ is) >>> 0; differ !== 0; bit++, differ >>>= 1)
      if (differ & 1) found.push({ ref: registerRef(name, bit), held: ((was >>> bit) & 1) === 1, now: ((is >>> bit) & 1) === 1 });
  }
  return found;
}

/** @returns one difference for each bit in which two values of an MSR differ. */
export function msrDifferences(msr: string, held: bigint, now: bigint): SnapshotDifference[] {
  const found: SnapshotDifference[] = [];
  for (let bit = 0n, differ = held ^ now; differ !== 0n; bit++, differ >>= 1n)
    if (differ & 1n) found.push({ ref: `msr:${msr}[${bit}]`, held: ((held >> bit) & 1n) === 1n, now: ((now >> bit) & 1n) === 1n });
  return found;
}
