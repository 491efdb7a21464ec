import { pasteInto } from './edit-line.ts';
import { says } from './edits.ts';
import type { Key } from './key.ts';
import { lastScroll, PAGE_FRAME } from './pages.ts';
import { reduceChoose } from './reduce-choose.ts';
import { reduceMenu } from './reduce-menu.ts';
import { pastePicker, reducePicker } from './reduce-picker.ts';
import { reducePrompt } from './reduce-prompt.ts';
import { reduceFilter, reduceTimeline } from './reduce-timeline.ts';
import type { Explanation, Help, State } from './state.ts';

/** Lines that a page of text keeps of the one before. */
const OVERLAP = 2;
const PAGES: Readonly<Record<Key, number>> = { pageup: -1, 'ctrl-u': -1, 'ctrl-b': -1, pagedown: 1, 'ctrl-d': 1, 'ctrl-f': 1, ' ': 1 };
const LINES: Readonly<Record<Key, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  home: Number.NEGATIVE_INFINITY,
  g: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
  G: Number.POSITIVE_INFINITY,
};

/** How many lines a key scrolls. */
function scrolledBy(state: State, key: Key): number {
  if (Object.hasOwn(PAGES, key)) return PAGES[key]! * Math.max(1, state.height - PAGE_FRAME - OVERLAP);
  return Object.hasOwn(LINES, key) ? LINES[key]! : 0;
}

const CLOSES: ReadonlySet<Key> = new Set(['escape', 'q', 'enter', '?', 'left', 'h', 'backspace']);

/** Text over the whole screen: it scrolls and closes. */
function reducePage(state: State, page: Explanation | Help, key: Key): State {
  if (CLOSES.has(key)) return { ...state, overlay: null };
  return { ...state, overlay: { ...page, scroll: Math.max(0, Math.min(lastScroll(state, page), page.scroll + scrolledBy(state, key))) } };
}

function reduceOverlay(state: State, key: Key): State {
  const { overlay } = state;
  if (overlay === null) return state;
  if (overlay.kind === 'picker') return reducePicker(state, overlay, key);
  if (overlay.kind === 'prompt') return reducePrompt(state, overlay, key);
  return overlay.kind === 'menu' ? reduceMenu(state, overlay, key) : reducePage(state, overlay, key);
}

/**
 * One key press. Pure, and total: every key does something or nothing in every state.
 * @returns the state after it; `wish` says what the world outside is asked for
 */
export function reduce(before: State, key: Key): State {
  const state: State = before.message === null && before.wish === null ? before : { ...before, message: null, wish: null };
  if (key === 'ctrl-c') return { ...state, wish: { kind: 'quit' } };
  if (state.overlay !== null) return reduceOverlay(state, key);
  if (state.filtering) return reduceFilter(state, key);
  if (key === 'q') return { ...state, wish: { kind: 'quit' } };
  if (key === '?' || key === 'f1') return { ...state, overlay: { kind: 'help', scroll: 0 } };
  return state.screen === 'choose' ? reduceChoose(state, key) : reduceTimeline(state, key);
}

/** Text that was pasted: it goes into the line that is being typed, and is never taken for commands. */
export function pasted(before: State, text: string): State {
  const state: State = { ...before, message: null, wish: null };
  const { overlay } = state;
  if (overlay?.kind === 'picker') return pastePicker(state, overlay, text);
  if (overlay?.kind === 'prompt') return { ...state, overlay: { ...overlay, line: pasteInto(overlay.line, text), over: false, at: 0 } };
  if (overlay === null && state.filtering) return { ...state, filter: pasteInto(state.filter, text) };
  return says(state, 'Nothing is being typed here: what was pasted is left out.');
}

/** The terminal has another size. */
export function resized(state: State, width: number, height: number): State {
  const now = { ...state, width, height };
  const { overlay } = now;
  if (overlay?.kind !== 'explanation' && overlay?.kind !== 'help') return now;
  return { ...now, overlay: { ...overlay, scroll: Math.min(overlay.scroll, lastScroll(now, overlay)) } };
}
