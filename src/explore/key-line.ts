import { textWidth } from '../views/table/width.ts';

/** What a key does in a word or two, and its rank: the higher, the sooner it gives way where the line is short. */
export type KeyHint = readonly [text: string, rank: number];

const GAP = '  ';

/**
 * The keys that the last line of a screen names.
 * @param hints in the order of the line
 * @param width in cells
 * @returns as many of them as have room, the most needed ones; `?` names all
 */
export function keyLine(hints: readonly KeyHint[], width: number): string {
  let shown = hints;
  for (;;) {
    const text = shown.map(([hint]) => hint).join(GAP);
    if (textWidth(text) <= width || shown.length <= 1) return text;
    const worst = shown.reduce((most, [, rank]) => Math.max(most, rank), 0);
    const victim = shown.findLastIndex(([, rank]) => rank === worst);
    shown = shown.filter((_, at) => at !== victim);
  }
}

export const CHOOSE_KEYS: readonly KeyHint[] = [
  ['↑↓ move', 0],
  ['enter change', 0],
  ['s play', 0],
  ['u undo', 1],
  ['? keys', 0],
  ['q leave', 0],
];

export const PICKER_KEYS: readonly KeyHint[] = [
  ['type to filter', 0],
  ['↑↓ move', 0],
  ['enter take it', 0],
  ['esc close', 0],
];

/** Where a path can be typed. */
export const PATH_KEYS: readonly KeyHint[] = [
  ['type to filter, or a path', 0],
  ['↑↓ move', 0],
  ['tab complete', 1],
  ['enter take it', 0],
  ['esc close', 0],
];

export const MENU_KEYS: readonly KeyHint[] = [
  ['letter, or ↑↓ and enter: do it', 0],
  ['esc close', 0],
];

export const PROMPT_KEYS: readonly KeyHint[] = [
  ['enter take it', 0],
  ['ctrl-u clear', 1],
  ['esc close', 0],
];

/** Where what is typed can be completed. */
export const COMPLETION_KEYS: readonly KeyHint[] = [
  ['↑↓ move', 0],
  ['tab complete', 0],
  ['enter take the line', 0],
  ['ctrl-u clear', 1],
  ['esc close', 0],
];

export const PAGE_KEYS: readonly KeyHint[] = [
  ['↑↓ scroll', 0],
  ['space page', 1],
  ['esc close', 0],
];

export const FILTER_KEYS: readonly KeyHint[] = [
  ['type to filter', 0],
  ['↑↓ row', 0],
  ['enter keep the filter', 0],
  ['esc all rows', 0],
];

/** @param refused whether the step that is shown is refused: then what can be done about it is needed most */
export function timelineKeys(refused: boolean): readonly KeyHint[] {
  return [
    ['←→ step', 0],
    ['↑↓ row', 0],
    ['tab', 1],
    ['enter why', 1],
    ['i this step', 7],
    ['a add', 2],
    ['x remove', 5],
    ['< > move', 9],
    ['f force', refused ? 1 : 8],
    ['/ filter', 3],
    ['d changed', 4],
    ['u undo', 6],
    ['e export', 4],
    ['c choose', 7],
    ['? keys', 0],
    ['q leave', 0],
  ];
}
