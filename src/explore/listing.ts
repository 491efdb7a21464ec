/** Rows that are left out of a list: from this one on, up to but without that one. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** A row by its index, or rows that are left out. */
export type Listed = number | Gap;

/** Where in its part of the screen the selected row stands while a list scrolls: low, so that more of what comes first is seen. */
const LOW = 0.75;

/** Below this there is no room for rows that stay, a line between, and others. */
const LEAST_ROOM = 4;

function span(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}

/**
 * The rows that are on the screen where not all have room. The first rows, those with news, stay where they are as the first rows of a spreadsheet do:
 * whatever row is selected, they are not scrolled away. They get half of the room at most.
 * @param count of all rows
 * @param news how many of them, the first ones, have news
 * @param at the selected row
 * @param room in lines
 * @returns in the order of the screen, at most `room` of them
 */
export function listing(count: number, news: number, at: number, room: number): readonly Listed[] {
  if (count <= room) return span(0, count);
  const fixed = room < LEAST_ROOM ? 0 : Math.min(news, Math.floor(room / 2));
  const free = room - fixed;
  const to = (from: number, height: number): number[] => span(from, Math.min(count, from + height));
  if (at - fixed <= Math.floor(free * LOW)) return span(0, room);
  // One line says what is left out between the first rows and the others; where no row stays there is nothing between.
  const height = fixed > 0 ? free - 1 : free;
  const from = Math.max(fixed + 1, Math.min(count - height, at - Math.floor(height * LOW)));
  return fixed > 0 ? [...span(0, fixed), { from: fixed, to: from }, ...to(from, height)] : to(from, height);
}
