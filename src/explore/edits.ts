import type { Choices, Prepared } from './outside.ts';
import { play, type Step } from './session.ts';
import type { Message, Moment, State } from './state.ts';

/** More than anybody takes back. */
const LONGEST_PAST = 200;

/** So many changes back, and forth, nothing is played again: what was computed of it is there at once. */
const KEPT = 8;

function momentOf({ choices, prepared, steps, at, session }: State): Moment {
  return { choices, prepared, steps, at, session };
}

/** Moments with the newest last; old ones are kept as what they were made of. */
function kept(moments: readonly Moment[]): readonly Moment[] {
  return moments.slice(-LONGEST_PAST).map((moment, at, all) => (all.length - at > KEPT ? { ...moment, session: null } : moment));
}

function remembered(state: State): readonly Moment[] {
  return kept([...state.past, momentOf(state)]);
}

function within(at: number, steps: readonly Step[]): number {
  return Math.max(0, Math.min(at, steps.length - 1));
}

/** Puts choices and a timeline into a state and plays it. */
export function playing(state: State, choices: Choices, prepared: Prepared, steps: readonly Step[], at: number): State {
  return { ...state, choices, prepared, steps, at: within(at, steps), session: play(prepared, choices, steps, state.session) };
}

/** Another timeline, which can be undone. */
export function withSteps(state: State, steps: readonly Step[], at: number): State {
  if (state.prepared === null) return state;
  return { ...playing(state, state.choices, state.prepared, steps, at), past: remembered(state), future: [] };
}

/** Other choices with the timeline that goes with them; the first ones cannot be undone: there is nothing before them. */
export function withChoices(state: State, choices: Choices, prepared: Prepared, steps: readonly Step[]): State {
  const past = state.prepared === null ? [] : remembered(state);
  return { ...playing(state, choices, prepared, steps, steps === state.steps ? state.at : 0), past, future: [] };
}

function restored(state: State, moment: Moment): State {
  const { choices, prepared, steps, at, session } = moment;
  if (prepared === null) return state;
  if (session !== null) return { ...state, choices, prepared, steps, at, session };
  return playing(state, choices, prepared, steps, at);
}

/** Takes the last change back. */
export function undone(state: State): State {
  const last = state.past[state.past.length - 1];
  if (last === undefined) return says(state, 'Nothing to undo.');
  return { ...restored(state, last), past: state.past.slice(0, -1), future: kept([...state.future, momentOf(state)]) };
}

/** Makes the change that was taken back. */
export function redone(state: State): State {
  const next = state.future[state.future.length - 1];
  if (next === undefined) return says(state, 'Nothing to do again.');
  return { ...restored(state, next), past: remembered(state), future: state.future.slice(0, -1) };
}

/** @returns the state with a sentence in its last line. */
export function says(state: State, text: string, tone: Message['tone'] = 'warn'): State {
  return { ...state, message: { text, tone } };
}

/** New steps behind the one that is shown; the last of them is shown then. */
export function inserted(state: State, steps: readonly Step[]): State {
  const at = state.at + 1;
  return withSteps(state, [...state.steps.slice(0, at), ...steps, ...state.steps.slice(at)], state.at + steps.length);
}

/** Without the step that is shown. The first one stays: without it there is no machine. */
export function removed(state: State): State {
  if (state.at === 0) return says(state, 'A timeline begins with its first boot.');
  return withSteps(state, [...state.steps.slice(0, state.at), ...state.steps.slice(state.at + 1)], state.at - 1);
}

/** The step that is shown moves one place: -1 to the left, 1 to the right. */
export function moved(state: State, by: -1 | 1): State {
  const to = state.at + by;
  const step = state.steps[state.at];
  if (state.at === 0 || to === 0) return says(state, 'A timeline begins with its first boot.');
  if (step === undefined || to >= state.steps.length) return says(state, 'It is the last step already.');
  const others = [...state.steps.slice(0, state.at), ...state.steps.slice(state.at + 1)];
  return withSteps(state, [...others.slice(0, to), step, ...others.slice(to)], to);
}
