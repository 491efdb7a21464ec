import { hex } from '../base/hex.ts';
import { cpuReport } from '../engine/report/eval-report.ts';
import { cpuWords } from '../views/page/headline.ts';
import { type Paragraph, span } from '../views/page/page.ts';
import { bootedOn } from './booted.ts';
import { inColumns, layoutOf } from './columns.ts';
import { windowOf } from './draw-lists.ts';
import { beside, cutLine, exactly, flat, ink, inverted, type Line, line, lineWidth, type Pane, padLine, treeLines, wrapped } from './lines.ts';
import type { PlayedStep } from './session.ts';
import { type State, TAB_IDS } from './state.ts';
import { type MarkedRow, markedRows } from './tabs/marks.ts';
import type { Tab } from './tabs/tab.ts';
import { selectedIndex, visibleRows } from './visible.ts';
import { findingText, refusedBy } from './words/findings.ts';
import { stepLabel } from './words/steps.ts';
import { tabWords } from './words/tabs.ts';

/** From here on the timeline stands beside the rows, and from there on the explanation of the selected row, too. */
const TWO_PANES = 110;
const THREE_PANES = 170;
const TIMELINE = 34;

function shownStep(state: State): PlayedStep | undefined {
  return state.session?.steps[state.at];
}

function headline(state: State): Line {
  const first = bootedOn(state.session);
  const { prepared, choices } = state;
  if (first === null || prepared === null) return line(' cpueval', 'strong');
  const machine = shownStep(state)?.machine ?? first;
  const { silicon, revision } = first.threads[0]!;
  const now = machine.threads[0]!.revision;
  const offered = prepared.load?.blob.revision;
  const parts = [
    cpuWords(cpuReport(first.kernel, silicon)),
    now === revision ? `microcode ${hex(now)}${offered === undefined ? '' : `, offered ${offered}`}` : `microcode ${hex(revision)} -> ${hex(now)}`,
    `kernel ${prepared.kernel.release}`,
    `policy ${choices.policy}`,
    ...(choices.inhibit ? [`inhibitors ${choices.strict ? 'strict' : 'on'}`] : []),
    ...(choices.force.length > 0 ? [`forced ${choices.force.join(',')}`] : []),
    ...(prepared.spec.cmdline === '' ? [] : [prepared.spec.cmdline]),
  ];
  return line(` ${parts.join('   ')}`, 'strong');
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
function timelineRow(state: State, width: number): Line[] {
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

/** What the step that is shown found out; a refusal says by whom. */
function findingParagraphs(step: PlayedStep | undefined): Paragraph[] {
  if (step === undefined) return [];
  const [first, ...others] = step.findings;
  if (first === undefined) return [];
  const rest = others.map((finding) => span(` ${findingText(finding)}`));
  if (!step.refused) return [[span(findingText(first)), ...rest]];
  return [[span(`Refused by ${refusedBy(first.code)}: `, 'bad'), span(findingText(first)), ...rest, span('  (f: force)', 'dim')]];
}

function timelinePane(state: State, height: number): Pane {
  const findings = findingParagraphs(shownStep(state), true).flatMap((paragraph) => wrapped(paragraph, TIMELINE - 1));
  const below = exactly(findings, Math.min(findings.length, Math.max(4, Math.floor(height / 2))));
  const room = Math.max(1, height - below.length - 2);
  const { from, to } = windowOf(state.steps.length, state.at, room);
  const steps = state.steps.slice(from, to).map((_, index) => {
    const at = from + index;
    const text: Line = [ink(at === state.at ? '>' : ' '), ...stepInks(state, at)];
    return at === state.at ? inverted(padLine(text, TIMELINE)) : text;
  });
  return { width: TIMELINE, lines: [line('TIMELINE', 'dim'), ...steps, [], ...below] };
}

/** Tabs, each with how many of its rows the last step changed. */
function tabLine(state: State, width: number): Line {
  const { session } = state;
  const build = (long: boolean): Line =>
    TAB_IDS.flatMap((id, at): Line => {
      const count = session === null ? 0 : markedRows(id, state.at, session).filter(({ mark }) => mark !== ' ').length;
      const text = `${at + 1} ${tabWords[id][long ? 0 : 1]}${count > 0 ? ` *${count}` : ''}`;
      return [id === state.tab ? ink(`[${text}]`, 'strong', true) : ink(` ${text} `, count > 0 ? 'plain' : 'dim')];
    });
  const long = build(true);
  return lineWidth(long) <= width ? long : build(false);
}

const MARK_TONES = { '*': 'warn', '+': 'good', '-': 'bad', ' ': 'plain' } as const;

/** Sign of the selected row and sign of what the step did. */
const SIGNS = 3;

function tableLines(state: State, tab: Tab, rows: readonly MarkedRow[], width: number, height: number): Line[] {
  if (height <= 0) return [];
  const inner = width - SIGNS;
  const layout = layoutOf(tab.columns, rows, inner);
  const titles = inColumns(
    tab.columns.map(({ title }) => [ink(title, 'dim')]),
    layout,
    inner,
  );
  const at = selectedIndex(state, rows);
  const { from, to } = windowOf(rows.length, at, height - 1);
  const drawn = rows.slice(from, to).map((row, index): Line => {
    const chosen = from + index === at;
    const text: Line = [ink(chosen ? '>' : ' '), ink(row.mark, MARK_TONES[row.mark]), ink(' '), ...inColumns(row.cells.map(flat), layout, inner)];
    return chosen ? inverted(padLine(text, width)) : text;
  });
  const empty = state.filter.text === '' && state.shown === 'all' ? tab.empty : 'No row is left: esc shows all.';
  return [[ink(' '.repeat(SIGNS)), ...titles], ...(rows.length === 0 ? [line(`   ${empty}`, 'dim')] : drawn)];
}

/** The selected row in full: every column a labelled line. */
function detailLines(tab: Tab, row: MarkedRow | undefined, width: number, height: number): Line[] {
  if (row === undefined || height <= 0) return [];
  const labels = tab.columns.map(({ title, label }) => label ?? title.toLowerCase());
  const wide = Math.max(...labels.slice(1).map((label) => label.length), 0) + 2;
  const body = tab.columns.slice(1).flatMap((_, index): Line[] => {
    const cell = row.cells[index + 1] ?? [];
    const lines = cell.flatMap((paragraph) => wrapped(paragraph, width - wide - 2));
    return lines.map((text, at) => [ink(`  ${(at === 0 ? labels[index + 1]! : '').padEnd(wide)}`, 'dim'), ...text]);
  });
  const only = tab.columns.length === 1 ? wrapped(row.cells[0]?.[0] ?? [], width - 2).map((text): Line => [ink('  '), ...text]) : body;
  const rule: Line = [ink('── ', 'dim'), ...flat(row.cells[0] ?? []), ink(' ', 'dim'), ink('─'.repeat(Math.max(0, width)), 'dim')];
  const full = [rule.length > 0 ? ruleOf(rule, width) : [], ...only];
  if (full.length <= height) return full;
  return [...full.slice(0, height - 1), [...cutLine(full[height - 1] ?? [], width - 14), ink('  enter: more', 'dim')]];
}

/** A rule that ends at the edge needs no sign that it was cut. */
function ruleOf(pieces: Line, width: number): Line {
  const head = pieces.slice(0, -1);
  const rest = width - lineWidth(head);
  return rest > 0 ? [...head, ink('─'.repeat(rest), 'dim')] : cutLine(head, width);
}

const DETAILS = 7;

/** Tabs, rows, and the selected row in full where it has no pane of its own. */
function rowsPane(state: State, width: number, height: number, details: boolean): Line[] {
  const { tab, rows } = visibleRows(state);
  if (tab === null) return [];
  const room = details ? Math.min(DETAILS, Math.floor(height / 3)) : 0;
  const table = tableLines(state, tab, rows, width, height - 1 - room);
  return [tabLine(state, width), ...exactly(table, height - 1 - room), ...detailLines(tab, rows[selectedIndex(state, rows)], width, room)];
}

function explanationPane(state: State, width: number, height: number): Pane {
  const { rows } = visibleRows(state);
  const row = rows[selectedIndex(state, rows)];
  const lines = row === undefined ? [] : treeLines(row.trees(), width);
  const cut = lines.length > height ? [...lines.slice(0, height - 1), line('enter: all of it', 'dim')] : lines;
  return { width, lines: cut };
}

/** The timeline, the rows of the tab that is open, and what stands behind them, in as many panes as there is room for. */
export function drawTimeline(state: State, width: number, height: number): Line[] {
  const head = [headline(state)];
  if (width < TWO_PANES) {
    const steps = timelineRow(state, width);
    const findings = findingParagraphs(shownStep(state)).flatMap((paragraph) => wrapped(paragraph, width - 2));
    const told = exactly(findings.length > 2 ? [findings[0]!, cutLine([...(findings[1] ?? []), ink(' …', 'dim')], width - 2)] : findings, 2);
    const above = [...head, ...steps, ...told.map((text): Line => [ink(' '), ...text])];
    return [...above, ...rowsPane(state, width, height - above.length, true)];
  }
  const room = height - 1;
  const timeline = timelinePane(state, room);
  const free = width - TIMELINE - 3;
  if (width < THREE_PANES) return [...head, ...beside([timeline, { width: free, lines: rowsPane(state, free, room, true) }], room)];
  const why = Math.floor(free * 0.38);
  const rows = free - why - 3;
  return [...head, ...beside([timeline, { width: rows, lines: rowsPane(state, rows, room, false) }, explanationPane(state, why, room)], room)];
}

export const timelineKeys =
  '←→ step  ↑↓ row  tab  enter why  a add  x remove  < > move  f force  / filter  d changed  u undo  e export  c choose  ? keys  q leave';
export const timelineKeysShort = '←→ step ↑↓ row tab enter:why a:add x:del /:find d:changed e:export c:choose ?:keys q';
