import type { Problem, Result } from '../base/problem.ts';
import { says, withChoices } from './edits.ts';
import { type Choices, NO_CHOICES, type PathEntry, type Prepared } from './outside.ts';
import { chosenIndex } from './pick-lists.ts';
import { EMPTY_LINE, type Field, type Picker, type State } from './state.ts';
import { story } from './story.ts';

/** A problem in one line. */
function problemText({ file, path, expected, got }: Problem): string {
  const where = [file, path].filter((text) => text !== undefined && text !== '').join(' ');
  return `${where === '' ? '' : `${where}: `}expected ${expected}, got ${got}`;
}

/** @returns the state with a list open, nothing typed, on what is chosen now. */
export function withPicker(state: State, field: Field): State {
  const picker: Picker = { kind: 'picker', field, line: EMPTY_LINE, at: 0, entries: [] };
  return { ...state, overlay: { ...picker, at: chosenIndex(state, picker) } };
}

/** The choices that follow each other when somebody comes for the first time. */
const GUIDED: Readonly<Partial<Record<Field, Field>>> = { profile: 'blob', blob: 'kernel' };

/** The guests that a profile brings, as long as nobody has chosen any. */
function ownGuests(choices: Choices, prepared: Prepared): Choices {
  return choices.guests === NO_CHOICES.guests && prepared.profile.guests.length > 0 ? { ...choices, guests: prepared.profile.guests } : choices;
}

/** The timeline of before where somebody has worked on it and the machine is the same, else the story of the new choices. */
function stepsFor(state: State, choices: Choices, prepared: Prepared): State['steps'] {
  if (state.prepared === null) return state.steps.length > 0 ? state.steps : story(prepared, choices);
  const untouched = JSON.stringify(state.steps) === JSON.stringify(story(state.prepared, state.choices));
  return untouched || choices.profile !== state.choices.profile ? story(prepared, choices) : state.steps;
}

/** Where the user goes once a choice is made. */
function next(state: State, field: Field | null): State {
  if (field === null) return { ...state, screen: state.choices.blob === null ? 'choose' : 'timeline', guided: state.choices.blob === null, overlay: null };
  const follows = state.guided ? GUIDED[field] : undefined;
  if (follows !== undefined) return withPicker({ ...state, field: follows }, follows);
  if (field === 'guests') return { ...state, overlay: null };
  return { ...state, guided: false, field: state.guided ? 'play' : field, overlay: null };
}

/**
 * What was asked for has been read.
 * @param choices that were asked for
 * @param field the choice that changed; null: what the command line named
 */
export function prepared(state: State, choices: Choices, field: Field | null, result: Result<Prepared>): State {
  if (result.value === null) {
    const [first, ...others] = result.problems;
    const text = first === undefined ? 'It could not be read.' : problemText(first);
    return says(state, others.length > 0 ? `${text} (and ${others.length} more)` : text, 'bad');
  }
  const whole = ownGuests(choices, result.value);
  const changed = withChoices(state, whole, result.value, stepsFor(state, whole, result.value));
  const noted = result.value.notes[0];
  return next(noted === undefined ? changed : says(changed, noted, 'plain'), field);
}

/** What stands in the folder that is being typed. */
export function listed(state: State, entries: readonly PathEntry[]): State {
  return state.overlay?.kind === 'picker' ? { ...state, overlay: { ...state.overlay, entries, at: 0 } } : state;
}

/** A file was written, or not. */
export function exported(state: State, path: string, problems: readonly Problem[]): State {
  const { overlay } = state;
  const [first] = problems;
  if (first === undefined) return says({ ...state, overlay: null }, `Written: ${path}`, 'good');
  if (first.code === 'exists' && overlay?.kind === 'prompt')
    return says({ ...state, overlay: { ...overlay, over: true } }, `${path} is there already. Press enter again to write over it.`);
  return says(state, problemText(first), 'bad');
}
