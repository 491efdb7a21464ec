import { withPicker } from './answered.ts';
import { says, undone } from './edits.ts';
import type { Key } from './key.ts';
import { FIELDS, promptOf, type State } from './state.ts';

const LINES = [...FIELDS, 'play'] as const;

function moved(state: State, by: number): State {
  const at = Math.max(0, Math.min(LINES.length - 1, LINES.indexOf(state.field) + by));
  return { ...state, field: LINES[at]! };
}

function played(state: State): State {
  if (state.prepared === null) return says({ ...state, field: 'profile' }, 'Choose a machine first.');
  return { ...state, screen: 'timeline', guided: false };
}

function opened(state: State): State {
  if (state.field === 'play') return played(state);
  if (state.field !== 'profile' && state.prepared === null) return says({ ...state, field: 'profile' }, 'Choose a machine first.');
  if (state.field !== 'cmdline') return withPicker(state, state.field);
  const text = state.choices.cmdline ?? state.prepared?.spec.cmdline ?? '';
  return { ...state, overlay: promptOf('cmdline', '', text) };
}

const MOVES: Readonly<Record<Key, number>> = {
  up: -1,
  k: -1,
  'shift-tab': -1,
  down: 1,
  j: 1,
  tab: 1,
  home: -LINES.length,
  g: -LINES.length,
  end: LINES.length,
  G: LINES.length,
};

/** A key on the screen of choices. */
export function reduceChoose(state: State, key: Key): State {
  const by = Object.hasOwn(MOVES, key) ? MOVES[key] : undefined;
  if (by !== undefined) return moved(state, by);
  if (key === 'enter' || key === ' ' || key === 'right' || key === 'l') return opened(state);
  if (key === 's' || key === 'c' || key === 'escape') return state.prepared === null && key === 'escape' ? state : played(state);
  return key === 'u' ? undone(state) : state;
}
