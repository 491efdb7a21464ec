import { editLine, pasteInto } from './edit-line.ts';
import { says, withChoices } from './edits.ts';
import type { Key } from './key.ts';
import type { Choices } from './outside.ts';
import { isPath, type PickItem, pickItems } from './pick-lists.ts';
import { lineOf, type Picker, type State } from './state.ts';
import { story } from './story.ts';

/** Rows that a page of a list has; the drawing may show more or fewer. */
const PAGE = 10;

const MOVES: Readonly<Record<Key, number>> = { up: -1, 'ctrl-p': -1, 'shift-tab': -1, down: 1, 'ctrl-n': 1, pageup: -PAGE, pagedown: PAGE };

function moved(state: State, picker: Picker, by: number): State {
  const last = pickItems(state, picker).length - 1;
  return { ...state, overlay: { ...picker, at: Math.max(0, Math.min(last, picker.at + by)) } };
}

/** A changed line: what it leaves is counted from the top, and a path asks what stands there. */
function typed(state: State, picker: Picker): State {
  const path = (picker.field === 'profile' || picker.field === 'blob') && isPath(picker.line.text);
  const overlay: Picker = { ...picker, at: 0, entries: path ? picker.entries : [] };
  return { ...state, overlay, wish: path ? { kind: 'list', path: picker.line.text, field: picker.field } : null };
}

/** What needs nothing read: policy, inhibitors and guests change how the same machine is played. */
function taken(state: State, picker: Picker, choices: Choices): State {
  if (picker.field !== 'policy' && picker.field !== 'inhibit' && picker.field !== 'guests')
    return { ...state, wish: { kind: 'prepare', choices, field: picker.field } };
  if (state.prepared === null) return { ...state, choices, overlay: null };
  const untouched = JSON.stringify(state.steps) === JSON.stringify(story(state.prepared, state.choices));
  const steps = untouched ? story(state.prepared, choices) : state.steps;
  const kept = !untouched && picker.field === 'guests' ? says(state, 'The timeline was edited and stays as it is: add guests with a in the timeline.') : state;
  return { ...withChoices(kept, choices, state.prepared, steps), at: state.at < steps.length ? state.at : 0, overlay: null };
}

function picked(state: State, picker: Picker, item: PickItem | undefined): State {
  if (item === undefined) return says(state, 'Nothing in the list fits what is typed.');
  if (item.choices !== null) return taken(state, picker, item.choices);
  if (item.opens && 'path' in item.opens) return typed(state, { ...picker, line: lineOf(item.opens.path) });
  return state;
}

/** Tab goes on with what is selected, as a shell does. */
function completed(state: State, picker: Picker): State {
  const item = pickItems(state, picker)[picker.at];
  if (item === undefined) return state;
  if (item.opens && 'path' in item.opens) return typed(state, { ...picker, line: lineOf(item.opens.path) });
  return item.path === undefined ? moved(state, picker, 1) : typed(state, { ...picker, line: lineOf(item.path) });
}

/** Text that was pasted while a list is open. */
export function pastePicker(state: State, picker: Picker, text: string): State {
  return typed(state, { ...picker, line: pasteInto(picker.line, text) });
}

/** A key while a list is open: letters filter, arrows move, enter picks. */
export function reducePicker(state: State, picker: Picker, key: Key): State {
  if (key === 'escape') return { ...state, overlay: null, guided: false };
  if (key === 'enter') return picked(state, picker, pickItems(state, picker)[picker.at]);
  if (key === 'tab') return completed(state, picker);
  const by = Object.hasOwn(MOVES, key) ? MOVES[key] : undefined;
  if (by !== undefined) return moved(state, picker, by);
  const line = editLine(picker.line, key);
  if (line === null || line === picker.line) return state;
  return line.text === picker.line.text ? { ...state, overlay: { ...picker, line } } : typed(state, { ...picker, line });
}
