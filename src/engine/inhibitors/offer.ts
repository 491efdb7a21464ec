import type { Blob } from '../../data/contract/blob.ts';
import type { LateLoad } from '../events/microcode-late-load.ts';
import { capsNow } from '../features/index.ts';
import type { Machine } from '../model/machine.ts';
import { updated } from '../silicon/effects.ts';
import type { Silicon } from '../silicon/silicon.ts';
import type { Offer } from './inhibitor.ts';

/** Whether the descriptor names anything by which a CPUID bit can go: most updates only bring bits, and need no second look. */
function mayLoseBits({ effects }: Blob): boolean {
  return effects.some((effect) => 'register' in effect || ('bit' in effect && effect.change === 'clear'));
}

/** Flags that the kernel prints and CPUID would no longer have, the kernel's own masks laid over both sides. */
function lostFlags({ kernel, threads }: Machine, after: Silicon): string[] {
  const [was, is] = [capsNow(kernel, threads[0]!.silicon), capsNow(kernel, after)];
  const lost = (bit: number): boolean => (((was[bit >>> 5]! & ~is[bit >>> 5]! & kernel.cpu.words[bit >>> 5]!) >>> (bit & 31)) & 1) === 1;
  return kernel.tables.features.flatMap(([, bit, flag]) => (flag !== null && lost(bit) ? [flag] : []));
}

/**
 * What the inhibitors are asked about.
 * @param machine before the load
 * @param load the loader's answer, taken or not
 * @param earlyRevision in the early-load image, where somebody has said so
 */
export function offerOf(machine: Machine, blob: Blob, load: LateLoad, earlyRevision: number | null): Offer {
  const first = machine.threads[0]!.silicon;
  const taken = load.machine.threads[0]!.silicon;
  const after = taken !== first || blob.revision === undefined ? taken : updated(first, blob, 'late');
  return { machine, blob, decision: load.decision, after, lostFlags: mayLoseBits(blob) ? lostFlags(machine, after) : [], earlyRevision };
}
