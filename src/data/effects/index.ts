export { amdFacts } from './amd.ts';
export { effectGaps } from './gaps.ts';
export { intelCheckerFacts } from './intel-checker.ts';
export { intelReleaseFacts } from './intel-release-notes.ts';
export { intelReleases } from './intel-releases.ts';
export { type KernelBehaviour, kernelBehaviours, revisionListBehaviours } from './kernel-behaviours.ts';
export { effectKinds } from './kinds.ts';
export { factNotes, factSources } from './sources.ts';
export type { AmdFact, Confidence, EffectId, EffectKind, Gap, IntelFact, KindEffect, NoteId, Releases, SourceId } from './types.ts';
