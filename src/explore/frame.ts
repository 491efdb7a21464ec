import { escapeControl } from '../base/escape.ts';
import { span } from '../views/page/page.ts';
import { drawChoose } from './draw-choose.ts';
import { drawMenu, drawPicker, drawPrompt, typedLine } from './draw-lists.ts';
import { drawTimeline } from './draw-timeline.ts';
import {
  CHOOSE_KEYS,
  COMPLETION_KEYS,
  FILTER_KEYS,
  type KeyHint,
  keyLine,
  MENU_KEYS,
  PAGE_KEYS,
  PATH_KEYS,
  PICKER_KEYS,
  PROMPT_KEYS,
  timelineKeys,
} from './key-line.ts';
import { cutLine, exactly, ink, type Line, line, paintLine, wrapped } from './lines.ts';
import { PAGE_FRAME, pageLines } from './pages.ts';
import type { Explanation, Help, State } from './state.ts';
import { visibleRows } from './visible.ts';
import { shownWords } from './words/tabs.ts';

/** Smaller than this there is nothing to lay out. */
const LEAST_WIDTH = 40;
const LEAST_HEIGHT = 10;

interface Drawn {
  readonly body: readonly Line[];
  readonly keys: readonly KeyHint[];
}

function drawPage(page: Explanation | Help, width: number, height: number): Drawn {
  const lines = pageLines(page, width);
  const room = Math.max(1, height - PAGE_FRAME);
  const shown = lines.slice(page.scroll, page.scroll + room).map((text): Line => [ink(' '), ...text]);
  const place: KeyHint[] = lines.length > room ? [[` lines ${page.scroll + 1} to ${Math.min(lines.length, page.scroll + room)} of ${lines.length}`, 0]] : [];
  return { body: [line(` ${page.kind === 'help' ? 'KEYS AND WORDS' : page.title}`, 'strong'), ...shown], keys: [...PAGE_KEYS, ...place] };
}

function drawBody(state: State, width: number, height: number): Drawn {
  const { overlay } = state;
  if (overlay?.kind === 'picker') {
    const keys = overlay.field === 'profile' || overlay.field === 'blob' ? PATH_KEYS : PICKER_KEYS;
    return { body: drawPicker(state, overlay, width, height), keys };
  }
  if (overlay?.kind === 'prompt') return { body: drawPrompt(overlay, width, height), keys: overlay.wanted === 'cmdline' ? COMPLETION_KEYS : PROMPT_KEYS };
  if (overlay?.kind === 'menu') return { body: drawMenu(overlay, width, height), keys: MENU_KEYS };
  if (overlay !== null) return drawPage(overlay, width, height + 2);
  if (state.screen === 'choose') return { body: drawChoose(state, width), keys: CHOOSE_KEYS };
  const refused = state.session?.steps[state.at]?.refused === true;
  return { body: drawTimeline(state, width, height), keys: state.filtering ? FILTER_KEYS : timelineKeys(refused) };
}

/** A message has so many lines at most. */
const MESSAGE = 5;

/** What was just done, over as many of the last lines as it needs. */
function messageLines({ message }: State, width: number): Line[] {
  if (message === null) return [];
  const lines = wrapped([span(escapeControl(message.text), message.tone)], width - 2).map((one): Line => [ink(' '), ...one]);
  return lines.length <= MESSAGE ? lines : [...lines.slice(0, MESSAGE - 1), cutLine([...lines[MESSAGE - 1]!, ...lines.slice(MESSAGE).flat()], width)];
}

/** The last line but one: the filter, or what is left out. */
function statusLine(state: State, width: number): Line {
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
  const said = messageLines(state, width).slice(0, height - 2);
  const status = said.length > 0 ? said : [statusLine(state, width)];
  const lines = [...exactly(body, height - 1 - status.length), ...status, line(` ${keyLine(keys, width - 2)}`, 'dim')];
  return lines.map((one) => paintLine(cutLine(one, width), colour));
}
