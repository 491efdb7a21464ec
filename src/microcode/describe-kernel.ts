import type { BlobEffect } from '../data/contract/blob.ts';
import { kernelBehaviours, revisionListBehaviours } from '../data/effects/index.ts';
import type { CpuMatch, KernelTables } from '../data/kernels/types.ts';
import { splitSignature } from './cpu-signature.ts';
import type { Step } from './describe-step.ts';

/** The tables of a kernel line that judge revisions; the caller passes those of the line it asks about. */
export type RevisionTables = Pick<KernelTables, 'matchTables' | 'badSpectre' | 'latestMicrocode'>;

/**
 * Behaviours that a kernel reads off the revision: what its tables say about the step.
 * @param hidesSpectre whether the CPU may show the features that `spectre_bad_microcodes` hides
 * @returns behaviour effects, all of high confidence: for the kernel, the table is the truth
 * @source kernel/cpu/match.c x86_match_cpu() (the first row that matches counts), cpu/intel.c bad_spectre_microcode(), common.c cpu_has_old_microcode()
 */
export function kernelEffects(step: Step, tables: RevisionTables, hidesSpectre: boolean): BlobEffect[] {
  const crossed = (first: number | undefined): boolean => first !== undefined && step.from < first && first <= step.to;
  const effects = kernelBehaviours
    .filter(({ table }) => crossed(tables.matchTables[table]?.find(([match]) => matches(match, step))?.[1]))
    .map(({ behaviour, source, note }) => effect({ behaviour, source, note }));
  const bad = badRevision(step, tables);
  if (bad !== undefined && step.to <= bad) effects.push(effect(revisionListBehaviours.stillBad));
  if (bad !== undefined && step.from <= bad && bad < step.to && hidesSpectre) effects.push(effect(revisionListBehaviours.leftBad));
  if (crossed(latestRevision(step, tables))) effects.push(effect(revisionListBehaviours.notOld));
  return effects;
}

function effect(row: { readonly behaviour: string; readonly source: string; readonly note: string }): BlobEffect {
  return { behaviour: row.behaviour, source: row.source, confidence: 'high', note: row.note };
}

function matches(match: CpuMatch, step: Step): boolean {
  const { family, model, stepping } = splitSignature(step.signature);
  const vendor = step.vendor === 'GenuineIntel' ? 'INTEL' : 'AMD';
  return (
    (match.vendor ?? vendor) === vendor &&
    (match.family ?? family) === family &&
    (match.model ?? model) === model &&
    (match.steppings === null || ((match.steppings >>> stepping) & 1) === 1)
  );
}

function badRevision(step: Step, tables: RevisionTables): number | undefined {
  const { family, model, stepping } = splitSignature(step.signature);
  if (step.vendor !== 'GenuineIntel' || family !== 6) return undefined;
  return tables.badSpectre.find((row) => row[0] === model && row[1] === stepping)?.[2];
}

function latestRevision(step: Step, tables: RevisionTables): number | undefined {
  if (step.vendor !== 'GenuineIntel') return undefined;
  const { family, model, stepping } = splitSignature(step.signature);
  const row = tables.latestMicrocode?.find(
    ([f, m, steppings, platforms]) =>
      f === family && (m === 0 || m === model) && ((steppings >>> stepping) & 1) === 1 && (platforms === 0 || (platforms & step.platforms) !== 0),
  );
  return row?.[4];
}
