import { hex } from '../base/hex.ts';
import type { BlobEffect } from '../data/contract/blob.ts';
import { count } from './blob-list.ts';

/** What a person must know of how a real file became an update: each note a sentence for standard error. */
export const blobNotes = {
  picked: (file: string, revision: number, of: number): string => `${file} holds ${of} updates for this CPU; this is about ${hex(revision)}`,
  earlyImage: (file: string, member: string): string =>
    `${file} is an early-load image; the answer is for ${member} standing in the firmware folder, where a late load looks`,
  earlyName: (file: string, opens: string): string => `${file} is kept for early loads; the answer is for the same bytes as ${opens}, which a late load opens`,
  textForm: (file: string): string => `${file} is a text, which no kernel reads; the answer is for the bytes it spells`,
  noneFits: (file: string, updates: number, signature: number): string =>
    `${file}: none of ${count(updates, 'update')} in it is for this CPU (signature ${hex(signature)})`,
  otherPlatform: (file: string, revision: number): string => `${file}: ${hex(revision)} is for other platforms of this CPU's signature`,
  notInFolder: (folder: string, opens: string): string => `there is no ${opens} in ${folder}, the only file this CPU's late loader opens`,
  atHandElsewhere: (file: string, revision: number): string => `what would follow is told for ${hex(revision)} in ${file}, which a late load does not read`,
  unreadableBytes: (file: string, why: string): string =>
    `${file}, the bytes of the update: expected a readable file, got ${why}; for the kernel there is no file`,
  otherRevision: (file: string, held: string, described: string): string =>
    `${file} holds ${held} for this CPU, the descriptor is about ${described}: the bytes decide whether the kernel takes it, the descriptor what it does`,
  metadataBeside: (file: string, revision: number): string => `header facts are those of ${hex(revision)} in ${file}, the file beside the metadata`,
  metadataAlone: (revision: string): string =>
    `a metadata text names neither CPU nor revision, and no update stands beside it: taken for one that fits this CPU, as revision ${revision}`,
  gap: (text: string): string => `effects may be missing: ${text}`,
  notNewer: (revision: number, current: number): string => `${hex(revision)} is not newer than the ${hex(current)} of the profile: no effects`,
  noPlaceFor: (what: string): string => `metadata has no place for ${what}`,
} as const;

/** What the metadata form never carries of a descriptor, whatever its effects. */
export const METADATA_LACKS = 'revision, date, CPUs, minimum revision, and the source, confidence and time of each effect';

/** @returns an effect in a few words. */
export function effectWords(effect: BlobEffect): string {
  if ('bit' in effect) return `${effect.bit} ${effect.change === 'set' ? '0 -> 1' : '1 -> 0'}`;
  if ('behaviour' in effect) return `behaviour ${effect.behaviour}`;
  if ('register' in effect) return `${effect.register} = ${effect.value}`;
  const parts = [effect.value === undefined ? '' : `value ${effect.value}`, effect.writable === undefined ? '' : `writable bits ${effect.writable}`];
  return `MSR ${effect.msr}: ${parts.filter((part) => part !== '').join(', ') || 'no change'}`;
}
