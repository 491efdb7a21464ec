import type { State } from './state.ts';
import { TAB_IDS } from './state.ts';
import { markedRows } from './tabs/marks.ts';

/** Steps in the order in which somebody may come to them: the next one, the one before, and so on. */
function nearby({ steps, at }: State): number[] {
  return [...steps.keys()].sort((one, other) => Math.abs(one - at) - Math.abs(other - at) || other - one);
}

/**
 * Prepares what the next keys may ask for, a little at a time: comparing three kernels takes longer than a frame when it is done for the first time, and
 * nobody presses a key while the first screen is read.
 * @returns a function that does one piece of work and says whether there is more
 */
export function warming(state: State): () => boolean {
  const { session } = state;
  if (session === null || state.screen !== 'timeline') return () => false;
  const cheap = TAB_IDS.filter((id) => id !== 'plan');
  const tabs = nearby(state).flatMap((at) => cheap.map((id) => [id, at] as const));
  const plans = nearby(state).map((at) => ['plan', at] as const);
  // Plans are the dearest, and shown only where their tab is open: otherwise last.
  const work = state.tab === 'plan' ? [...plans, ...tabs] : [...tabs, ...plans];
  let done = 0;
  return () => {
    const next = work[done++];
    if (next === undefined) return false;
    markedRows(next[0], next[1], session);
    return done < work.length;
  };
}
