import { withBit32, withBit64 } from '../../base/bits.ts';
import { parseHex32, parseHex64 } from '../../base/hex.ts';
import type { Blob, BlobEffect } from '../../data/contract/blob.ts';
import { parseRef } from './refs.ts';
import { cpuidKey, type Registers, type Silicon } from './silicon.ts';

interface Draft {
  cpuid: Map<number, Registers>;
  msrs: Map<number, bigint | null>;
  writable: Map<number, bigint>;
  behaviours: Record<string, boolean>;
}

function setBit(draft: Draft, ref: string, on: boolean): void {
  const at = parseRef(ref);
  if (at === null || at.kind === 'writable' || at.bit === null) return;
  if (at.kind === 'cpuid') {
    const key = cpuidKey(at.leaf, at.subleaf);
    const now = draft.cpuid.get(key) ?? { eax: 0, ebx: 0, ecx: 0, edx: 0 };
    draft.cpuid.set(key, { ...now, [at.register]: withBit32(now[at.register], at.bit, on) });
  } else draft.msrs.set(at.index, withBit64(draft.msrs.get(at.index) ?? 0n, at.bit, on));
}

function apply(draft: Draft, effect: BlobEffect): void {
  if ('bit' in effect) setBit(draft, effect.bit, effect.change === 'set');
  else if ('msr' in effect) {
    const index = Number(effect.msr);
    if (effect.exists === false) draft.msrs.set(index, null);
    else if (effect.value !== undefined) draft.msrs.set(index, parseHex64(effect.value));
    else if (effect.exists === true && draft.msrs.get(index) == null) draft.msrs.set(index, 0n);
    if (effect.writable !== undefined) draft.writable.set(index, parseHex64(effect.writable) ?? 0n);
  } else if ('register' in effect) {
    const at = parseRef(effect.register);
    if (at?.kind !== 'cpuid') return;
    const key = cpuidKey(at.leaf, at.subleaf);
    draft.cpuid.set(key, { ...(draft.cpuid.get(key) ?? { eax: 0, ebx: 0, ecx: 0, edx: 0 }), [at.register]: parseHex32(effect.value) ?? 0 });
  } else draft.behaviours[effect.behaviour] = true;
}

/**
 * The silicon after an update.
 * @param silicon before; stays as it is
 * @param blob descriptor whose effects count; its revision becomes the new one
 * @param when `late`: what the update does in a running machine; `reset`: also what only a reset latches
 */
export function updated(silicon: Silicon, blob: Blob, when: 'late' | 'reset'): Silicon {
  const draft: Draft = {
    cpuid: new Map(silicon.cpuid),
    msrs: new Map(silicon.msrs),
    writable: new Map(silicon.msrWritable),
    behaviours: { ...silicon.behaviours },
  };
  for (const effect of blob.effects) if (when === 'reset' || effect.when !== 'after-reset') apply(draft, effect);
  const revision = parseHex32(blob.revision ?? '') ?? silicon.revision;
  if (draft.msrs.has(0x8b)) draft.msrs.set(0x8b, revisionMsr(silicon, blob, revision));
  return { ...silicon, cpuid: draft.cpuid, msrs: draft.msrs, msrWritable: draft.writable, behaviours: draft.behaviours, revision };
}

/** MSR 0x8b holds the revision in its upper half on Intel, in its lower half on AMD. */
function revisionMsr(silicon: Silicon, blob: Blob, revision: number): bigint {
  const low = blob.vendor === 'AuthenticAMD';
  const now = silicon.msrs.get(0x8b) ?? 0n;
  return low ? (now & ~0xffff_ffffn) | BigInt(revision) : (now & 0xffff_ffffn) | (BigInt(revision) << 32n);
}
