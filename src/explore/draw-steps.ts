import { span } from '../views/page/page.ts';
import { windowOf } from './draw-lists.ts';
import { ink, inverted, type Line, line, lineWidth, type Pane, padLine, wrapped } from './lines.ts';
import type { State } from './state.ts';
import { findingParagraphs, headFacts } from './step-facts.ts';
import { stepLabel } from './words/steps.ts';

export const TIMELINE_WIDTH = 34;

const DEFAULT_POLICY = 'mainline';

/** The facts in one line; without the words that go without saying where the terminal is narrow. */
export function headline(state: State, width: number): Line {
  const facts = headFacts(state);
  if (facts === null) return line(' cpueval', 'strong');
  const [name, microcode, ...others] = facts;
  const told = others.filter((text) => text !== `policy ${DEFAULT_POLICY}`);
  const ways = [
    [name, `microcode ${microcode}`, ...others],
    [name, `microcode ${microcode}`, ...told],
    [name, microcode, ...told],
  ];
  const lines = ways.map((words) => line(` ${words.join('   ')}`, 'strong'));
  return lines.find((one) => lineWidth(one) <= width) ?? lines[2]!;
}

/** One step of the timeline; the one that is shown stands in brackets. */
function stepInks(state: State, at: number): Line {
  const played = state.session?.steps[at];
  const step = state.steps[at];
  if (step === undefined) return [];
  const text = `${played?.refused ? '!' : ''}${at + 1} ${stepLabel(step)}`;
  const tone = played?.refused ? 'bad' : at > state.at ? 'dim' : 'plain';
  return at === state.at ? [ink(`[${text}]`, played?.refused ? 'bad' : 'strong', true)] : [ink(` ${text} `, tone)];
}

/** The timeline as a row that is broken where the terminal ends; the lines around the step that is shown, at most three. */
function stepRow(state: State, width: number): Line[] {
  const lines: Line[] = [];
  let current: Line = [];
  let shown = 0;
  for (const at of state.steps.keys()) {
    const step = stepInks(state, at);
    if (lineWidth(current) + lineWidth(step) > width && current.length > 0) {
      lines.push(current);
      current = [];
    }
    if (at === state.at) shown = lines.length;
    current = [...current, ...step];
  }
  lines.push(current);
  const { from, to } = windowOf(lines.length, shown, Math.min(3, lines.length));
  return lines.slice(from, to);
}

/** Where not all that a step found out has room. */
const ALL = 'i: all';

/** The timeline over the rows, for narrow terminals: the steps, and two lines of what the step that is shown found out. */
export function stepLines(state: State, width: number): Line[] {
  const inner = width - 2;
  const joined = findingParagraphs(state).flatMap((paragraph, at) => [...(at > 0 ? [span(' ')] : []), ...paragraph]);
  const findings = wrapped(joined, inner);
  const [one = [], two = [], more] = findings;
  const second = more === undefined ? two : [...padLine([...two, ink(' '), ...more], inner - ALL.length - 1), ink(` ${ALL}`, 'dim')];
  return [...stepRow(state, width), ...[one, second].map((text): Line => [ink(' '), ...text])];
}

/** The timeline beside the rows: one step a line, below it all that the step that is shown found out. */
export function stepPane(state: State, height: number): Pane {
  const findings = findingParagraphs(state).flatMap((paragraph, at) => [...(at > 0 ? [[]] : []), ...wrapped(paragraph, TIMELINE_WIDTH - 1)]);
  const most = Math.max(4, height - Math.min(state.steps.length, Math.floor(height / 2)) - 2);
  const below = findings.length > most ? [...findings.slice(0, most - 1), line(ALL, 'dim')] : findings;
  const room = Math.max(1, height - below.length - 2);
  const { from, to } = windowOf(state.steps.length, state.at, room);
  const steps = state.steps.slice(from, to).map((_, index) => {
    const at = from + index;
    const text: Line = [ink(at === state.at ? '>' : ' '), ...stepInks(state, at)];
    return at === state.at ? inverted(padLine(text, TIMELINE_WIDTH)) : text;
  });
  return { width: TIMELINE_WIDTH, lines: [line('TIMELINE', 'dim'), ...steps, [], ...below] };
}
