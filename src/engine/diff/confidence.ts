import type { Blob, BlobEffect } from '../../data/contract/blob.ts';
import type { Confidence } from '../model/report.ts';

/** What makes the rows of a diff less than sure. */
export interface Doubts {
  /** How sure it is that a cause (`cpuid:7.0.edx[10]`, `behaviour:its-ibpb-fixed`) comes, and comes when it is said to. */
  readonly ofCause: (ref: string) => Confidence;
  /** The update may do more than is known. */
  readonly unknownEffects: boolean;
}

const LEVELS: readonly Confidence[] = ['low', 'medium', 'high'];

/** @returns the least sure of several, high where there is none. */
export function leastSure(levels: readonly Confidence[]): Confidence {
  return LEVELS.find((level) => levels.includes(level)) ?? 'high';
}

/** Which reference an effect names, and whether it names a whole register. */
function refOf(effect: BlobEffect): { readonly ref: string; readonly whole: boolean } {
  if ('bit' in effect) return { ref: effect.bit.toLowerCase(), whole: false };
  if ('behaviour' in effect) return { ref: `behaviour:${effect.behaviour}`, whole: false };
  if ('register' in effect) return { ref: effect.register.toLowerCase(), whole: true };
  return { ref: `${effect.writable === undefined ? 'msr' : 'writable'}:${Number(effect.msr).toString(16)}`, whole: true };
}

/** What a reset latches is the vendor's word alone: nobody sees it in a running machine. */
function sureOf(effect: BlobEffect): Confidence {
  return leastSure([effect.confidence ?? 'high', effect.when === 'after-reset' ? 'medium' : 'high']);
}

/** @param blob the update, whose effects say how sure they are */
export function doubtsOf(blob: Blob): Doubts {
  const bits = new Map<string, Confidence>();
  const registers = new Map<string, Confidence>();
  for (const effect of blob.effects) {
    const { ref, whole } = refOf(effect);
    const known = whole ? registers : bits;
    known.set(ref, leastSure([known.get(ref) ?? 'high', sureOf(effect)]));
  }
  return {
    // A statement about the bit itself outweighs one about its register, which may only say that the MSR is there.
    ofCause: (ref) => bits.get(ref) ?? registers.get(ref.replace(/\[\d+\]$/, '')) ?? 'high',
    unknownEffects: blob.unknownEffects ?? false,
  };
}

/** What a row rests on, as far as it bears on how sure it is. */
export interface Grounds {
  /** What the rules themselves say of their parts. */
  readonly stated: readonly Confidence[];
  readonly causes: readonly { readonly ref: string }[];
  readonly unknownInputs: boolean;
  /** Microcode plays a part, so what is not known of the update may bear on the row. */
  readonly concerned: boolean;
  /** Nothing more could be gained. */
  readonly settled: boolean;
}

/** @returns how sure a row is: as sure as the least sure thing that it rests on. */
export function confidenceOf(doubts: Doubts | null, grounds: Grounds): Confidence {
  const levels: Confidence[] = [...grounds.stated];
  if (grounds.unknownInputs) levels.push('low');
  if (doubts === null) return leastSure(levels);
  for (const { ref } of grounds.causes) levels.push(doubts.ofCause(ref));
  if (!grounds.concerned) return leastSure(levels);
  // A row that nothing known touches may be touched by what is not known.
  if (doubts.unknownEffects) levels.push(grounds.causes.length > 0 || grounds.settled ? 'medium' : 'low');
  return leastSure(levels);
}
