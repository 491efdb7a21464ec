import { helpLines } from './help.ts';
import type { Line } from './lines.ts';
import { treeLines } from './lines.ts';
import type { Explanation, Help, State } from './state.ts';

/** Lines above and below a page: its title, an empty line, and the keys. */
export const PAGE_FRAME = 3;

/** @returns all lines of a page that covers the screen. */
export function pageLines(page: Explanation | Help, width: number): readonly Line[] {
  return page.kind === 'help' ? helpLines(width) : treeLines(page.trees, width - 2);
}

/** @returns how far a page can be scrolled. */
export function lastScroll(state: State, page: Explanation | Help): number {
  return Math.max(0, pageLines(page, state.width).length - Math.max(1, state.height - PAGE_FRAME));
}
