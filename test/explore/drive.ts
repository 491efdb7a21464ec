import { exploreOutside } from '../../src/cli/explore/outside.ts';
import { fulfilled } from '../../src/explore/explore.ts';
import type { Key } from '../../src/explore/key.ts';
import { type Choices, NO_CHOICES, type OpenedScenario, type Outside } from '../../src/explore/outside.ts';
import { pasted, reduce } from '../../src/explore/reduce.ts';
import { type State, startState } from '../../src/explore/state.ts';

/** Files that an export would have written. */
export type Written = Map<string, string>;

/** The real files of the project to read from, and nothing to write to but a map. */
export function outsideOf(written: Written = new Map()): Outside {
  return {
    ...exploreOutside(),
    write: (path, text, over) => {
      if (written.has(path) && !over) return Promise.resolve([{ code: 'exists', path: '', expected: 'a new file', got: 'one that is there' }]);
      written.set(path, text);
      return Promise.resolve([]);
    },
  };
}

/** @returns choices as the command line makes them. */
export function opened(choices: Partial<Choices>, events: OpenedScenario['events'] = []): OpenedScenario {
  return { choices: { ...NO_CHOICES, ...choices }, events };
}

export const SKYLAKE = opened({ profile: 'skylake-06-5e-03-c6', blob: 'skylake-06-5e-03-cc' });

/** Types keys, waiting for what is read in between. */
export async function press(state: State, keys: readonly Key[], outside: Outside = outsideOf()): Promise<State> {
  let now = state;
  for (const key of keys) now = await fulfilled(reduce(now, key), outside, () => undefined);
  return now;
}

/** Pastes a text, waiting for what is read for it. */
export function paste(state: State, text: string, outside: Outside = outsideOf()): Promise<State> {
  return fulfilled(pasted(state, text), outside, () => undefined);
}

/** @returns the state the explorer begins with, everything read. */
export function begin(start: OpenedScenario | null, size = { width: 80, height: 24 }, outside: Outside = outsideOf()): Promise<State> {
  return fulfilled(startState(outside.listed, start, size), outside, () => undefined);
}
