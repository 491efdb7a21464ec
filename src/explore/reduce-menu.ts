import { inserted, says, withChoices } from './edits.ts';
import type { Key } from './key.ts';
import { type Menu, type MenuAction, promptOf, type State } from './state.ts';

/** A policy inhibitor that is named does not hold; named again it does. */
function forced(state: State, id: string): State {
  if (state.prepared === null) return state;
  const { force } = state.choices;
  const choices = { ...state.choices, force: force.includes(id) ? force.filter((one) => one !== id) : [...force, id] };
  const now = { ...withChoices(state, choices, state.prepared, state.steps), at: state.at };
  return says(now, force.includes(id) ? `${id} holds again.` : `${id} is forced: it does not hold any more.`, 'plain');
}

function done(state: State, action: MenuAction): State {
  const closed = { ...state, overlay: null };
  if (action.kind === 'add') return inserted(closed, action.steps);
  if (action.kind === 'force') return forced(closed, action.id);
  return { ...closed, overlay: promptOf(action.wanted, action.about, action.text) };
}

const MOVES: Readonly<Record<Key, number>> = { up: -1, k: -1, 'ctrl-p': -1, down: 1, j: 1, 'ctrl-n': 1, tab: 1, 'shift-tab': -1 };

/** A key while a menu is open: the letter of an item, or arrows and enter. */
export function reduceMenu(state: State, menu: Menu, key: Key): State {
  if (key === 'escape' || key === 'q') return { ...state, overlay: null };
  const item = key === 'enter' ? menu.items[menu.at] : menu.items.find((one) => one.key === key);
  if (item !== undefined) return done(state, item.does);
  const by = Object.hasOwn(MOVES, key) ? MOVES[key]! : 0;
  return { ...state, overlay: { ...menu, at: Math.max(0, Math.min(menu.items.length - 1, menu.at + by)) } };
}
