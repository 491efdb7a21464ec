import { userSpaceFeatures } from '../../data/holders/user-space-features.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { cpuidRef } from '../silicon/refs.ts';

const refs: Set<string> = new Set();

/** @returns whether programs choose their code by a bit. */
export function isUserSpaceBit(ref: string): boolean {
  if (refs.size === 0)
    for (const [leaf, subleaf, register, bits] of userSpaceFeatures) for (const bit of bits) refs.add(cpuidRef(leaf, subleaf, register, bit));
  return refs.has(ref);
}

/** @returns the code of what follows from a copy that has what is gone: an instruction that faults is worse than a feature that does nothing. */
export function lossSymptom(differences: readonly SnapshotDifference[]): string {
  const lost = differences.filter(({ held, now }) => held === true && now === false);
  if (lost.some(({ ref }) => isUserSpaceBit(ref))) return 'illegal-instruction';
  return lost.length > 0 ? 'feature-gone-and-still-used' : 'feature-unused';
}
