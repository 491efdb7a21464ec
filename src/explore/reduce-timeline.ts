import { addMenu } from './add-menu.ts';
import { editLine } from './edit-line.ts';
import { moved, redone, removed, says, undone } from './edits.ts';
import { exportMenu } from './export-menu.ts';
import { forceMenu } from './force-menu.ts';
import type { Key } from './key.ts';
import { EMPTY_LINE, SHOWN, type State, TAB_IDS } from './state.ts';
import { stepTrees } from './step-trees.ts';
import { selectedIndex, visibleRows } from './visible.ts';
import { shownWords } from './words/tabs.ts';

const PAGE = 10;

function selected(state: State, by: number): State {
  const { rows } = visibleRows(state);
  const row = rows[Math.max(0, Math.min(rows.length - 1, selectedIndex(state, rows) + by))];
  return row === undefined ? state : { ...state, rows: { ...state.rows, [state.tab]: row.key } };
}

function stepped(state: State, to: number): State {
  return { ...state, at: Math.max(0, Math.min(state.steps.length - 1, to)) };
}

function tabbed(state: State, by: number): State {
  const at = TAB_IDS.indexOf(state.tab) + by + TAB_IDS.length;
  return { ...state, tab: TAB_IDS[at % TAB_IDS.length]! };
}

function shown(state: State): State {
  const next = SHOWN[(SHOWN.indexOf(state.shown) + 1) % SHOWN.length]!;
  return says({ ...state, shown: next }, `Shown: ${shownWords[next]}.`, 'plain');
}

function explained(state: State): State {
  const { rows } = visibleRows(state);
  const row = rows[selectedIndex(state, rows)];
  const trees = row?.trees() ?? [];
  return trees.length === 0 ? says(state, 'There is nothing to explain here.') : { ...state, overlay: { kind: 'explanation', title: 'WHY', trees, scroll: 0 } };
}

function told(state: State): State {
  const trees = stepTrees(state);
  return trees.length === 0 ? state : { ...state, overlay: { kind: 'explanation', title: 'THIS STEP', trees, scroll: 0 } };
}

function forcing(state: State): State {
  const menu = forceMenu(state);
  return typeof menu === 'string' ? says(state, menu) : { ...state, overlay: menu };
}

const KEYS: Readonly<Record<Key, (state: State) => State>> = {
  left: (state) => stepped(state, state.at - 1),
  right: (state) => stepped(state, state.at + 1),
  '0': (state) => stepped(state, 0),
  $: (state) => stepped(state, state.steps.length),
  up: (state) => selected(state, -1),
  down: (state) => selected(state, 1),
  pageup: (state) => selected(state, -PAGE),
  pagedown: (state) => selected(state, PAGE),
  home: (state) => selected(state, Number.NEGATIVE_INFINITY),
  end: (state) => selected(state, Number.POSITIVE_INFINITY),
  tab: (state) => tabbed(state, 1),
  'shift-tab': (state) => tabbed(state, -1),
  enter: explained,
  i: told,
  '/': (state) => ({ ...state, filtering: true }),
  escape: (state) => ({ ...state, filter: EMPTY_LINE, shown: 'all' }),
  d: shown,
  a: (state) => ({ ...state, overlay: addMenu(state) }),
  x: removed,
  '<': (state) => moved(state, -1),
  '>': (state) => moved(state, 1),
  f: forcing,
  u: undone,
  'ctrl-r': redone,
  e: (state) => ({ ...state, overlay: exportMenu(state) }),
  c: (state) => ({ ...state, screen: 'choose', field: 'play' }),
};

/** Other keys for the same: those of vi, and what people try. */
const ALIASES: Readonly<Record<Key, Key>> = {
  h: 'left',
  l: 'right',
  ' ': 'right',
  k: 'up',
  j: 'down',
  'ctrl-u': 'pageup',
  'ctrl-b': 'pageup',
  'ctrl-d': 'pagedown',
  'ctrl-f': 'pagedown',
  g: 'home',
  G: 'end',
  delete: 'x',
  backspace: 'x',
  ',': '<',
  '.': '>',
  U: 'ctrl-r',
  n: 'tab',
  p: 'shift-tab',
};

/** A key while the filter is being typed: what is typed filters at once. */
export function reduceFilter(state: State, key: Key): State {
  if (key === 'enter') return { ...state, filtering: false };
  if (key === 'escape') return { ...state, filtering: false, filter: EMPTY_LINE };
  if (key === 'up' || key === 'down') return selected(state, key === 'up' ? -1 : 1);
  const filter = editLine(state.filter, key);
  if (filter === null) return state;
  return key === 'backspace' && state.filter.text === '' ? { ...state, filtering: false } : { ...state, filter };
}

/** A key in the timeline with its tabs. */
export function reduceTimeline(state: State, key: Key): State {
  const tab = TAB_IDS[Number(key) - 1];
  if (/^[1-9]$/.test(key) && tab !== undefined) return { ...state, tab };
  const name = Object.hasOwn(ALIASES, key) ? ALIASES[key]! : key;
  return Object.hasOwn(KEYS, name) ? KEYS[name]!(state) : state;
}
