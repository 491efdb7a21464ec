import {
  amdFacts,
  type Confidence,
  type EffectId,
  factNotes,
  factSources,
  intelCheckerFacts,
  intelReleaseFacts,
  intelReleases,
  type NoteId,
  type SourceId,
} from '../data/effects/index.ts';
import { splitSignature } from './cpu-signature.ts';

/** The step a CPU takes: it stands on `from` and would stand on `to`. Platforms: mask of the platform ids it may have. */
export interface Step {
  readonly vendor: 'GenuineIntel' | 'AuthenticAMD';
  readonly signature: number;
  readonly platforms: number;
  readonly from: number;
  readonly to: number;
  /** ISO date in the update's header, or null. */
  readonly date: string | null;
}

/**
 * Platform masks under which Intel has published updates for a signature.
 * @returns one mask a series of revisions, in no order; empty where nothing is published
 */
export function publishedPlatforms(signature: number): number[] {
  return intelReleases.filter((row) => row[0] === signature).map((row) => row[1]);
}

/** An effect that the step brings, and why we say so. */
export interface StepEffect {
  readonly effect: EffectId;
  readonly revision: number;
  readonly confidence: Confidence;
  readonly source: string;
  readonly note: string | null;
}

interface AnyFact {
  readonly revision: number;
  readonly effect: EffectId;
  readonly confidence: Confidence;
  readonly source: SourceId;
  readonly release: string | null;
  readonly note?: NoteId;
}

const RANK: Readonly<Record<Confidence, number>> = { low: 0, medium: 1, high: 2 };

/** @returns the lower of two confidences. */
export function atMost(confidence: Confidence, limit: Confidence): Confidence {
  return RANK[confidence] <= RANK[limit] ? confidence : limit;
}

/**
 * The effects that came with a revision above `from`, up to and with `to`.
 * @returns one entry an effect: of several statements the surest, and of equally sure ones that of the highest revision
 */
export function effectsOfStep(step: Step): StepEffect[] {
  const best = new Map<EffectId, AnyFact>();
  for (const fact of factsOf(step)) {
    if (fact.revision <= step.from || fact.revision > step.to) continue;
    const held = best.get(fact.effect);
    const better = !held || RANK[fact.confidence] > RANK[held.confidence] || (fact.confidence === held.confidence && fact.revision >= held.revision);
    if (better) best.set(fact.effect, fact);
  }
  return [...best.values()].map((fact) => ({
    effect: fact.effect,
    revision: fact.revision,
    confidence: fact.confidence,
    source: factSources[fact.source] + (fact.release === null ? '' : `, release ${fact.release}`),
    note: fact.note === undefined ? null : factNotes[fact.note],
  }));
}

/**
 * The releases an Intel step goes through.
 * @returns dates of the releases whose revisions lie in the step, oldest first; whether the ends of the step are revisions that Intel published
 */
export function releasesOfStep(step: Step): { dates: string[]; fromPublished: boolean; toPublished: boolean } {
  const revisions = intelReleases
    .filter(([signature, platforms]) => signature === step.signature && samePlatform(platforms, step))
    .flatMap(([, , list]) => list);
  const published = (revision: number): boolean => revisions.some(([candidate]) => candidate === revision);
  const dates = revisions.filter(([revision]) => revision > step.from && revision <= step.to).map(([, date]) => date);
  return { dates: [...new Set(dates)].sort(), fromPublished: published(step.from), toPublished: published(step.to) };
}

function factsOf(step: Step): readonly AnyFact[] {
  if (step.vendor === 'GenuineIntel') {
    return [...intelReleaseFacts, ...intelCheckerFacts].filter((fact) => fact.signature === step.signature && samePlatform(fact.platforms, step));
  }
  const { family, model, stepping } = splitSignature(step.signature);
  return amdFacts.filter(
    (fact) => fact.family === family && fact.models[0] <= model && model <= fact.models[1] && (fact.stepping === null || fact.stepping === stepping),
  );
}

/** A mask of 0 means that the part has no platform ids. */
function samePlatform(platforms: number, step: Step): boolean {
  return platforms === 0 || (platforms & step.platforms) !== 0;
}
