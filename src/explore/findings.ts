import { readsOf } from '../engine/events/index.ts';
import type { Finding } from '../engine/model/machine.ts';
import { type Comparison, comparisonOf } from './compare.ts';
import type { Session, Step } from './session.ts';

/** Copies that the event worked from though they were stale: what it made is stale from birth, and nothing warns of it. */
function staleReads(before: Comparison | null, step: Step): Finding[] {
  if (before === null) return [];
  const reads = new Set(readsOf(before.machine, step));
  const holders = before.snapshots.filter(({ stale, holder }) => stale && reads.has(holder)).map(({ holder }) => holder);
  return holders.length === 0 ? [] : [{ code: 'reads-stale-copies', args: { holders } }];
}

/** A guest that is told less, or more, than a host that boots now would tell it. */
function bornStale(after: Comparison | null, step: Step): Finding[] {
  if (step.type !== 'guest-start') return [];
  const row = after?.guests.find(({ name }) => name === (step.guest ?? step.name));
  if (!row?.stale) return [];
  const refs = (had: boolean): string[] => row.differences.filter(({ held, now }) => held === had && now === !had).map(({ ref }) => ref);
  return [{ code: 'guest-born-stale', args: { guest: row.name, misses: refs(false), keeps: refs(true) } }];
}

/** @returns what a step found out, and what the ledger says of it: what `run` tells of the step. */
export function findingsOf(session: Session, at: number): readonly Finding[] {
  const step = session.steps[at];
  if (step === undefined || step.refused) return step?.findings ?? [];
  const before = comparisonOf(session.steps[at - 1], session);
  return [...step.findings, ...staleReads(before, step.step), ...bornStale(comparisonOf(step, session), step.step)];
}
