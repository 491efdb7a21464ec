import { textWidth } from '../views/table/width.ts';
import { chooseKeys, drawChoose } from './draw-choose.ts';
import { drawMenu, drawPicker, drawPrompt, menuKeys, pickerKeys, promptKeys, typedLine } from './draw-lists.ts';
import { drawTimeline, timelineKeys, timelineKeysShort } from './draw-timeline.ts';
import { cutLine, exactly, ink, type Line, line, paintLine } from './lines.ts';
import { PAGE_FRAME, pageLines } from './pages.ts';
import type { Explanation, Help, State } from './state.ts';
import { visibleRows } from './visible.ts';
import { shownWords } from './words/tabs.ts';

/** Smaller than this there is nothing to lay out. */
const LEAST_WIDTH = 40;
const LEAST_HEIGHT = 10;

interface Drawn {
  readonly body: readonly Line[];
  readonly keys: string;
}

function drawPage(page: Explanation | Help, width: number, height: number): Drawn {
  const lines = pageLines(page, width);
  const room = Math.max(1, height - PAGE_FRAME);
  const shown = lines.slice(page.scroll, page.scroll + room).map((text): Line => [ink(' '), ...text]);
  const more = lines.length > room ? `   ${page.scroll + 1}-${Math.min(lines.length, page.scroll + room)} of ${lines.length}` : '';
  return { body: [line(page.kind === 'help' ? ' KEYS AND WORDS' : ' WHY', 'strong'), ...shown], keys: `up/down: scroll   esc: close${more}` };
}

function drawBody(state: State, width: number, height: number): Drawn {
  const { overlay } = state;
  if (overlay?.kind === 'picker') return { body: drawPicker(state, overlay, width, height), keys: pickerKeys };
  if (overlay?.kind === 'prompt') return { body: drawPrompt(overlay, width, height), keys: promptKeys };
  if (overlay?.kind === 'menu') return { body: drawMenu(overlay, width, height), keys: menuKeys };
  if (overlay !== null) return drawPage(overlay, width, height + 2);
  if (state.screen === 'choose') return { body: drawChoose(state, width), keys: chooseKeys };
  return { body: drawTimeline(state, width, height), keys: textWidth(timelineKeys) + 2 <= width ? timelineKeys : timelineKeysShort };
}

/** The last line but one: what was just done, the filter, or what is left out. */
function statusLine(state: State, width: number): Line {
  if (state.message !== null) return line(` ${state.message.text}`, state.message.tone);
  if (state.overlay !== null || state.screen === 'choose') return [];
  if (state.filtering) return typedLine(' /', state.filter, width);
  const filter = state.filter.text === '' ? [] : [`filter: ${state.filter.text}`];
  const shown = state.shown === 'all' ? [] : [shownWords[state.shown]];
  if (filter.length + shown.length === 0) return [];
  return line(` ${[...shown, ...filter].join('   ')}   ${visibleRows(state).rows.length} rows   esc: all`, 'fine');
}

/**
 * The whole screen.
 * @param width in cells
 * @param height in lines
 * @param colour with SGR codes; without them signs and words say all
 * @returns exactly `height` lines, none wider than `width`
 */
export function frame(state: State, width: number, height: number, colour: boolean): string[] {
  if (width < LEAST_WIDTH || height < LEAST_HEIGHT)
    return exactly([line(`cpueval needs ${LEAST_WIDTH}x${LEAST_HEIGHT}; q leaves`)], height).map((one) => paintLine(cutLine(one, width), colour));
  const { body, keys } = drawBody(state, width, height - 2);
  const lines = [...exactly(body, height - 2), statusLine(state, width), line(` ${keys}`, 'dim')];
  return lines.map((one) => paintLine(cutLine(one, width), colour));
}
