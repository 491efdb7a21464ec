import { withBit32, withBit64 } from '../../base/bits.ts';
import { parseHex32, parseHex64 } from '../../base/hex.ts';
import type { Blob, BlobEffect } from '../../data/contract/blob.ts';
import type { Register } from '../../data/kernels/types.ts';
import { knowsCpuid, knowsMsr } from './knowledge.ts';
import { parseRef } from './refs.ts';
import { cpuidKey, type Registers, type Silicon, ZERO_REGISTERS } from './silicon.ts';

interface Draft {
  readonly before: Silicon;
  cpuid: Map<number, Registers>;
  cpuidKnown: Map<number, Registers>;
  msrKnown: Map<number, bigint>;
  msrs: Map<number, bigint | null>;
  writable: Map<number, bigint>;
  behaviours: Record<string, boolean>;
}

/** What an update does to one bit tells nothing of the others: those that nobody knew stay unknown. */
function learnCpuid(draft: Draft, leaf: number, subleaf: number, register: Register, bits: number): void {
  const key = cpuidKey(leaf, subleaf);
  const known = draft.cpuidKnown.get(key);
  if (known === undefined && (draft.cpuid.has(key) || knowsCpuid(draft.before, leaf, subleaf, register, null))) return;
  const mask = known ?? ZERO_REGISTERS;
  draft.cpuidKnown.set(key, { ...mask, [register]: (mask[register] | bits) >>> 0 });
}

function learnMsr(draft: Draft, index: number, bit: number): void {
  const known = draft.msrKnown.get(index);
  if (known !== undefined || (!draft.msrs.has(index) && !knowsMsr(draft.before, index, null))) draft.msrKnown.set(index, withBit64(known ?? 0n, bit, true));
}

function setBit(draft: Draft, ref: string, on: boolean): void {
  const at = parseRef(ref);
  if (at === null || at.kind === 'writable' || at.bit === null) return;
  if (at.kind === 'cpuid') {
    const key = cpuidKey(at.leaf, at.subleaf);
    learnCpuid(draft, at.leaf, at.subleaf, at.register, withBit32(0, at.bit, true));
    const now = draft.cpuid.get(key) ?? ZERO_REGISTERS;
    draft.cpuid.set(key, { ...now, [at.register]: withBit32(now[at.register], at.bit, on) });
  } else {
    learnMsr(draft, at.index, at.bit);
    draft.msrs.set(at.index, withBit64(draft.msrs.get(at.index) ?? 0n, at.bit, on));
  }
}

function setMsr(draft: Draft, index: number, value: bigint | null): void {
  draft.msrs.set(index, value);
  draft.msrKnown.delete(index);
}

/** The update brings the MSR without saying what it holds: zero, unless it was there before and nobody knew. */
function bringMsr(draft: Draft, index: number): void {
  if (draft.msrs.get(index) != null) return;
  if (!draft.msrs.has(index) && !knowsMsr(draft.before, index, null)) draft.msrKnown.set(index, 0n);
  draft.msrs.set(index, 0n);
}

function apply(draft: Draft, effect: BlobEffect): void {
  if ('bit' in effect) setBit(draft, effect.bit, effect.change === 'set');
  else if ('msr' in effect) {
    const index = Number(effect.msr);
    if (effect.exists === false) setMsr(draft, index, null);
    else if (effect.value !== undefined) setMsr(draft, index, parseHex64(effect.value));
    else if (effect.exists === true) bringMsr(draft, index);
    if (effect.writable !== undefined) draft.writable.set(index, parseHex64(effect.writable) ?? 0n);
  } else if ('register' in effect) {
    const at = parseRef(effect.register);
    if (at?.kind !== 'cpuid') return;
    const key = cpuidKey(at.leaf, at.subleaf);
    learnCpuid(draft, at.leaf, at.subleaf, at.register, 0xffff_ffff);
    draft.cpuid.set(key, { ...(draft.cpuid.get(key) ?? ZERO_REGISTERS), [at.register]: parseHex32(effect.value) ?? 0 });
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
    before: silicon,
    cpuid: new Map(silicon.cpuid),
    cpuidKnown: new Map(silicon.cpuidKnown),
    msrKnown: new Map(silicon.msrKnown),
    msrs: new Map(silicon.msrs),
    writable: new Map(silicon.msrWritable),
    behaviours: { ...silicon.behaviours },
  };
  for (const effect of blob.effects) if (when === 'reset' || effect.when !== 'after-reset') apply(draft, effect);
  const revision = parseHex32(blob.revision ?? '') ?? silicon.revision;
  if (draft.msrs.has(0x8b)) draft.msrs.set(0x8b, revisionMsr(silicon, blob, revision));
  const { cpuid, cpuidKnown, msrs, msrKnown, writable: msrWritable, behaviours } = draft;
  return {
    ...silicon,
    cpuid,
    cpuidKnown,
    msrs,
    msrKnown,
    msrWritable,
    behaviours,
    revision,
    revisionKnown: silicon.revisionKnown || blob.revision !== undefined,
  };
}

/** MSR 0x8b holds the revision in its upper half on Intel, in its lower half on AMD. */
function revisionMsr(silicon: Silicon, blob: Blob, revision: number): bigint {
  const low = blob.vendor === 'AuthenticAMD';
  const now = silicon.msrs.get(0x8b) ?? 0n;
  return low ? (now & ~0xffff_ffffn) | BigInt(revision) : (now & 0xffff_ffffn) | (BigInt(revision) << 32n);
}
