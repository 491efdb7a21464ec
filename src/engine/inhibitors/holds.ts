/**
 * Who holds what, and how often: counted like the references of a module. Plain data; taking and dropping give new holds.
 * Keyed by inhibitor, then by holder; a count is never below one, for then the holder is gone.
 */
export type Holds = ReadonlyMap<string, ReadonlyMap<string, number>>;

export const NO_HOLDS: Holds = new Map();

/** What a drop gives: `dropped` false where the holder held nothing. */
export interface Dropped {
  readonly holds: Holds;
  readonly dropped: boolean;
}

function withCount(holds: Holds, id: string, holder: string, count: number): Holds {
  const of = new Map(holds.get(id));
  if (count > 0) of.set(holder, count);
  else of.delete(holder);
  const all = new Map(holds);
  if (of.size > 0) all.set(id, of);
  else all.delete(id);
  return all;
}

/** @returns how often an inhibitor is held, by one holder or by all. */
export function countOf(holds: Holds, id: string, holder?: string): number {
  const of = holds.get(id);
  if (of === undefined) return 0;
  if (holder !== undefined) return of.get(holder) ?? 0;
  let count = 0;
  for (const one of of.values()) count += one;
  return count;
}

/** @returns the holds with one more. */
export function acquire(holds: Holds, id: string, holder: string): Holds {
  return withCount(holds, id, holder, countOf(holds, id, holder) + 1);
}

/** @returns the holds with one less; a drop without a hold changes nothing and says so. */
export function release(holds: Holds, id: string, holder: string): Dropped {
  const count = countOf(holds, id, holder);
  return count === 0 ? { holds, dropped: false } : { holds: withCount(holds, id, holder, count - 1), dropped: true };
}
