import { escapeControl } from '../base/escape.ts';
import { hex } from '../base/hex.ts';
import { kernelWords } from '../views/page/headline.ts';
import { span, type Tone } from '../views/page/page.ts';
import { assumptionWords } from '../views/words/assumptions.ts';
import { wordOf } from '../views/words/word-of.ts';
import { ink, inverted, type Line, line, lineWidth, padLine, wrapped } from './lines.ts';
import { sourceName } from './outside.ts';
import { machineWords } from './pick-lists.ts';
import { FIELDS, type Field, type State } from './state.ts';
import { fieldWords } from './words/fields.ts';

const NAMES = 15;

/** The kernel by the name it was chosen by; what it stands for only where the name does not say it. */
function kernelChoice({ choices, prepared }: State): readonly [value: string, more: string] {
  if (prepared === null) return [choices.kernel ?? '', ''];
  const own = choices.kernel === null ? prepared.profile.kernel : null;
  const value = choices.kernel ?? own ?? prepared.kernel.line;
  const words = value === prepared.kernel.release ? '' : kernelWords(prepared.kernel);
  return [value, own === null ? words : ["the machine's own", words].filter((text) => text !== '').join(', ')];
}

/** What is chosen, and what that is in words. */
function chosenWords(state: State, field: Field): readonly [value: string, more: string] {
  const { choices, prepared, listed } = state;
  if (field === 'profile') return choices.profile === null ? ['', 'choose a machine'] : [sourceName(choices.profile), machineWords(state)];
  if (field === 'blob') {
    const update = listed.updates.find(({ name }) => name === choices.blob);
    const revision = prepared?.load?.blob.revision;
    return choices.blob === null
      ? ['', 'none: choose one to see what it does']
      : [sourceName(choices.blob), update?.title ?? (revision === undefined ? '' : `revision ${revision}`)];
  }
  if (field === 'kernel') return kernelChoice(state);
  if (field === 'cmdline') return [choices.cmdline ?? prepared?.spec.cmdline ?? '', (choices.cmdline ?? prepared?.spec.cmdline ?? '') === '' ? 'empty' : ''];
  if (field === 'policy') return [choices.policy, choices.patches === null ? '' : `patches ${choices.patches}`];
  if (field === 'inhibit')
    return [choices.strict ? 'strict' : choices.inhibit ? 'on' : 'off', choices.force.length === 0 ? '' : `forced: ${choices.force.join(', ')}`];
  return [choices.guests.map(({ name }) => name).join(', '), choices.guests.length === 0 ? 'none' : choices.guests.map(({ model }) => model).join(', ')];
}

function fieldText(state: State, field: Field): Line {
  const [value, more] = chosenWords(state, field);
  return [
    ink(state.field === field ? ' > ' : '   '),
    ink(fieldWords[field].name.padEnd(NAMES)),
    ink(value, 'strong'),
    ink(more === '' ? '' : `${value === '' ? '' : '   '}${more}`, 'dim'),
  ];
}

function fieldLine(state: State, field: Field, width: number): Line {
  const text = fieldText(state, field);
  return state.field === field ? inverted(padLine(text, width)) : text;
}

/** The selected line in full where it is cut; at the end, so that nothing moves for it. */
function cutField(state: State, width: number): Line[] {
  const { field } = state;
  if (field === 'play' || lineWidth(fieldText(state, field)) <= width) return [];
  const [value, more] = chosenWords(state, field);
  const whole = wrapped([span(`${fieldWords[field].name}: ${[value, more].filter((text) => text !== '').join('   ')}`)], width - 4);
  return [[], ...whole.map((one): Line => [ink('   '), ...one])];
}

function playLine(state: State, width: number): Line {
  const chosen = state.field === 'play';
  const text: Line = [ink(chosen ? ' > ' : '   '), ink('Play', 'strong'), ink(`${' '.repeat(NAMES - 4)}the timeline, step by step`, 'dim')];
  return chosen ? inverted(padLine(text, width)) : text;
}

function assumed({ prepared }: State, width: number): Line[] {
  if (prepared === null) return [];
  const spoken = [...prepared.assumptions, ...prepared.doubts].map((code): readonly [string, Tone] => [`Assumed: ${wordOf(assumptionWords, code)}.`, 'dim']);
  return spoken.flatMap(([text, tone]) => wrapped([span(`${text}`, tone)], width - 4).map((one): Line => [ink('   '), ...one]));
}

function microcode({ prepared }: State): Line[] {
  const revision = prepared?.slots[0]?.revision;
  const offered = prepared?.load?.blob.revision;
  if (revision === undefined || offered === undefined) return [];
  return [line(`   ${escapeControl(`Microcode ${hex(revision)} runs, ${offered} is offered.`)}`, 'dim')];
}

/** The screen of choices. */
export function drawChoose(state: State, width: number): Line[] {
  return [
    line(' cpueval explore: a microcode late load, before it happens', 'strong'),
    [],
    ...FIELDS.map((field) => fieldLine(state, field, width)),
    [],
    playLine(state, width),
    [],
    ...microcode(state),
    ...assumed(state, width),
    ...cutField(state, width),
  ];
}
