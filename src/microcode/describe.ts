import { hex, parseHex32, parseHex64 } from '../base/hex.ts';
import type { Blob, BlobApplies, BlobEffect } from '../data/contract/blob.ts';
import type { Profile } from '../data/contract/profile.ts';
import { effectGaps, effectKinds, type Gap, type KindEffect } from '../data/effects/index.ts';
import { splitSignature } from './cpu-signature.ts';
import { kernelEffects, type RevisionTables } from './describe-kernel.ts';
import { profileBit, profileHasMsr, profileWrites, signatureOf } from './describe-profile.ts';
import { atMost, effectsOfStep, publishedPlatforms, releasesOfStep, type Step, type StepEffect } from './describe-step.ts';
import type { UpdateRecord } from './update-record.ts';

/** What a description needs of an update; every `UpdateRecord` has it. */
export type DescribedUpdate = Pick<UpdateRecord, 'vendor' | 'revision' | 'date' | 'applies' | 'minRevision' | 'sha256'>;

/** Why the effects may not be all there are. */
export interface DescriptionGap {
  readonly id: string;
  readonly text: string;
}

export interface Description {
  readonly blob: Blob;
  /** Empty exactly when `blob.unknownEffects` is false. */
  readonly gaps: readonly DescriptionGap[];
}

/**
 * Writes a blob descriptor: what an update would change on the profile's CPU, as far as anybody has published it.
 * Effects are counted from the profile's revision (exclusive) to the update's (inclusive); what the profile already has is left out.
 * @param profile the CPU, validated
 * @param update the update that would be loaded
 * @param tables revision tables of the kernel line that is asked about; without them the behaviours they tell are missing
 * @returns the descriptor and the gaps in what is known
 */
export function describe(profile: Profile, update: DescribedUpdate, tables?: RevisionTables): Description {
  const step = stepOf(profile, update);
  if (step === null) {
    const gap = { id: 'other-signature', text: 'the update is for other CPUs: what it would do on this one is unknown' };
    return { blob: blobOf(profile, update, [], [gap]), gaps: [gap] };
  }
  // Nothing is loaded that is not newer, so nothing changes and nothing is unknown
  if (step.to <= step.from) return { blob: blobOf(profile, update, [], []), gaps: [] };
  const gaps = gapsOf(profile, step);
  const found = effectsOfStep(step);
  const effects = found.flatMap((known) => changesOf(profile, step, known));
  const mayShow = ['cpuid:7.0.edx[26]', 'cpuid:7.0.edx[27]', 'cpuid:7.0.edx[31]'].some((ref) => profileBit(profile, ref) !== false);
  const revisions = tables === undefined ? [] : kernelEffects(step, tables, mayShow);
  const merged = unique([...revisions, ...effects]);
  return { blob: blobOf(profile, update, merged, gaps), gaps };
}

const ANY_PLATFORM = 0xff;

function stepOf(profile: Profile, update: DescribedUpdate): Step | null {
  const signature = signatureOf(profile);
  const target = update.applies.find((candidate) => candidate.signature === signature);
  if (signature === null || target === undefined) return null;
  const id = profile.microcode.platformId;
  const known = id === undefined ? (target.platformFlags ?? ANY_PLATFORM) : 1 << id;
  // A platform Intel has never served (virtual machines report 0): what holds for the signature is the best guess
  const platforms = publishedPlatforms(signature).some((mask) => (mask & known) !== 0) ? known : ANY_PLATFORM;
  return { vendor: update.vendor, signature, platforms, from: parseHex32(profile.microcode.revision) ?? 0, to: update.revision, date: update.date };
}

/** The changes of one effect that the profile does not have yet, in the order of `effectKinds`. */
function changesOf(profile: Profile, step: Step, known: StepEffect): BlobEffect[] {
  const kind = effectKinds[known.effect];
  const shown = kind.effects.flatMap((change) => ('bit' in change && !change.implied ? [change] : []));
  // Firmware may have brought the effect with a revision that Intel never published: the bits know better than the number
  if (shown.length > 0 && shown.every((change) => profileBit(profile, change.bit) === (change.change === 'set'))) return [];
  const invisible = shown.length === 0 && step.vendor === 'GenuineIntel' && !releasesOfStep(step).fromPublished;
  return kind.effects
    .filter((change) => !alreadyThere(profile, change) && !(change.needs && profileBit(profile, change.needs) === false))
    .map((change) => withReason(profile, change, known, invisible));
}

function alreadyThere(profile: Profile, change: KindEffect): boolean {
  if ('bit' in change) return profileBit(profile, change.bit) === (change.change === 'set');
  if ('behaviour' in change) return profile.behaviours?.[change.behaviour] === true;
  const index = Number(change.msr);
  return 'writable' in change ? profileWrites(profile, index, parseHex64(change.writable) ?? 0n) : profileHasMsr(profile, index) === true;
}

function withReason(profile: Profile, change: KindEffect, known: StepEffect, invisible: boolean): BlobEffect {
  const { needs, implied, ...plain } = change;
  const open = implied === true || invisible || (needs !== undefined && profileBit(profile, needs) === null);
  const confidence = open ? atMost(known.confidence, 'low') : known.confidence;
  const note = implied ? 'not stated, but the control cannot be found without it' : known.note;
  return { ...plain, source: `${known.source}, revision ${hex(known.revision)}`, confidence, ...(note === null ? {} : { note }) };
}

/** Two effects may bring the same MSR or behaviour: the first one that says so stays. */
function unique(effects: readonly BlobEffect[]): BlobEffect[] {
  const seen = new Set<string>();
  return effects.filter((effect) => {
    const key =
      'bit' in effect ? effect.bit : 'behaviour' in effect ? effect.behaviour : 'msr' in effect ? `${effect.msr} ${effect.writable ?? ''}` : effect.register;
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * A description is complete only when every revision of the step stands in a published release, and no release of the step
 * is one of those that changed bits without saying where.
 */
function gapsOf(profile: Profile, step: Step): DescriptionGap[] {
  const gaps: DescriptionGap[] = [];
  if (profile.partial) gaps.push({ id: 'partial-profile', text: 'the profile was rebuilt from names: bits it does not name may be there already' });
  if (step.vendor === 'GenuineIntel') {
    const { dates, toPublished } = releasesOfStep(step);
    if (step.platforms === ANY_PLATFORM && publishedPlatforms(step.signature).length > 1) {
      gaps.push({ id: 'platform-unknown', text: 'this signature has several series of revisions, and the platform id says none of them' });
    }
    if (!toPublished) gaps.push({ id: 'unpublished-revision', text: `no published release up to 2026-02-27 holds revision ${hex(step.to)} for this part` });
    // An unpublished update is as new as its header says
    const touched = toPublished ? dates : [...dates, step.date ?? '9999-12-31'];
    gaps.push(...openGaps(profile, step, touched));
  } else gaps.push(...openGaps(profile, step, [step.date ?? '9999-12-31']));
  return gaps;
}

function openGaps(profile: Profile, step: Step, dates: readonly string[]): DescriptionGap[] {
  const touches = ({ released: [from, to] }: Gap): boolean => dates.some((date) => (from === null || date >= from) && (to === null || date <= to));
  const concerns = (gap: Gap): boolean =>
    gap.vendor === step.vendor && gap.needs.every((ref) => profileBit(profile, ref) !== false) && gap.without.every((ref) => profileBit(profile, ref) !== true);
  return effectGaps.filter((gap) => concerns(gap) && touches(gap)).map(({ id, text }) => ({ id, text }));
}

function blobOf(profile: Profile, update: DescribedUpdate, effects: readonly BlobEffect[], gaps: readonly DescriptionGap[]): Blob {
  const { family, model, stepping } = splitSignature(signatureOf(profile) ?? update.applies[0]?.signature ?? 0);
  const part = [family, model, stepping].map((value) => value.toString(16).padStart(2, '0')).join('-');
  return {
    schema: 'cpueval/blob/1',
    id: `${part}-${hex(update.revision).slice(2)}`,
    title: `${update.vendor === 'GenuineIntel' ? 'Intel' : 'AMD'} ${part} microcode ${hex(update.revision)}`,
    vendor: update.vendor,
    revision: hex(update.revision),
    ...(update.date === null ? {} : { date: update.date }),
    applies: update.applies.map(appliesOf),
    minRevision: hex(update.minRevision),
    fromRevision: profile.microcode.revision,
    ...(update.vendor === 'AuthenticAMD' && update.sha256 !== null ? { file: { digest: update.sha256 } } : {}),
    effects,
    unknownEffects: gaps.length > 0,
  };
}

function appliesOf(target: DescribedUpdate['applies'][number]): BlobApplies {
  return {
    signature: hex(target.signature),
    ...(target.platformFlags === null ? {} : { platformFlags: hex(target.platformFlags) }),
    ...(target.equivalenceId === null ? {} : { equivalenceId: hex(target.equivalenceId) }),
  };
}
