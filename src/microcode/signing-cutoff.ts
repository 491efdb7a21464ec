import { amdCutoffs as cutoffsOf612 } from '../data/kernels/6.12/amd-cutoffs.ts';
import { amdCutoffs as cutoffsOf72 } from '../data/kernels/7.2/amd-cutoffs.ts';
import { splitSignature } from './cpu-signature.ts';

/** Last revision of each Zen model that was signed with the weak algorithm (AMD-SB-7033), by the revision without its last byte. */
export type SigningCutoffs = ReadonlyMap<number, number>;

const asMap = (rows: readonly (readonly [patch: number, revision: number])[] | null): SigningCutoffs => new Map(rows ?? []);

/** The lists of the lines that have one; what the CPUs themselves do is best told by the newest. */
export const SIGNING_CUTOFFS = { '6.12': asMap(cutoffsOf612), '7.2': asMap(cutoffsOf72) } as const;

/**
 * @param cutoffs a kernel line's list
 * @param revision a Zen revision or patch id
 * @returns the model's signing cut-off, 0 where it has none
 * @source cpu/microcode/amd.c get_cutoff_revision()
 */
export function signingCutoff(cutoffs: SigningCutoffs, revision: number): number {
  return cutoffs.get(revision >>> 8) ?? 0;
}

/**
 * Whether the loader may go from one revision to another: both must stand on the same side of the cut-off.
 * @param cutoffs a kernel line's list
 * @param current the CPU's revision
 * @param next the patch's
 * @source cpu/microcode/amd.c verify_patch()
 */
export function sameSideOfCutoff(cutoffs: SigningCutoffs, current: number, next: number): boolean {
  const cutoff = signingCutoff(cutoffs, current);
  return cutoff === 0 || current <= cutoff === next <= cutoff;
}

/**
 * Whether the loader compares the patch with its list of digests.
 * @param cutoffs a kernel line's list
 * @param signature CPUID(1).EAX
 * @param current the CPU's revision
 * @source cpu/microcode/amd.c cpu_has_entrysign(), need_sha_check()
 */
export function needsDigest(cutoffs: SigningCutoffs, signature: number, current: number): boolean {
  const { family, model } = splitSignature(signature);
  const weak =
    family === 0x17 || family === 0x19 || (family === 0x1a && (model <= 0x2f || (model >= 0x40 && model <= 0x4f) || (model >= 0x60 && model <= 0x7f)));
  const cutoff = signingCutoff(cutoffs, current);
  return weak && (cutoff === 0 || current <= cutoff);
}
