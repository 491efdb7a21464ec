import { explanationPane, rowsPane } from './draw-rows.ts';
import { headline, stepLines, stepPane, TIMELINE_WIDTH } from './draw-steps.ts';
import { beside, type Line } from './lines.ts';
import type { State } from './state.ts';

/** From here on the timeline stands beside the rows, and from there on the explanation of the selected row, too. */
const TWO_PANES = 110;
const THREE_PANES = 170;
/** Of what the timeline leaves, this much is for the explanation. */
const EXPLANATION = 0.34;

/** The timeline, the rows of the tab that is open, and what stands behind them, in as many panes as there is room for. */
export function drawTimeline(state: State, width: number, height: number): Line[] {
  const head = headline(state, width);
  if (width < TWO_PANES) {
    const steps = stepLines(state, width);
    return [head, ...steps, ...rowsPane(state, width, height - 1 - steps.length, true)];
  }
  const room = height - 1;
  const timeline = stepPane(state, room);
  const free = width - TIMELINE_WIDTH - 3;
  if (width < THREE_PANES) return [head, ...beside([timeline, { width: free, lines: rowsPane(state, free, room, true) }], room)];
  const why = Math.floor(free * EXPLANATION);
  const rows = free - why - 3;
  return [head, ...beside([timeline, { width: rows, lines: rowsPane(state, rows, room, false) }, explanationPane(state, why, room)], room)];
}
