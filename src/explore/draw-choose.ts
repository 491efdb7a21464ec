import { escapeControl } from '../base/escape.ts';
import { hex } from '../base/hex.ts';
import { kernelWords } from '../views/page/headline.ts';
import { span, type Tone } from '../views/page/page.ts';
import { assumptionWords } from '../views/words/assumptions.ts';
import { wordOf } from '../views/words/word-of.ts';
import { ink, inverted, type Line, line, padLine, wrapped } from './lines.ts';
import { sourceName } from './outside.ts';
import { machineWords } from './pick-lists.ts';
import { FIELDS, type Field, type State } from './state.ts';
import { fieldWords } from './words/fields.ts';

const NAMES = 15;

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
  if (field === 'kernel') return [choices.kernel ?? prepared?.kernel.line ?? '', prepared === null ? '' : kernelWords(prepared.kernel)];
  if (field === 'cmdline') return [choices.cmdline ?? prepared?.spec.cmdline ?? '', (choices.cmdline ?? prepared?.spec.cmdline ?? '') === '' ? 'empty' : ''];
  if (field === 'policy') return [choices.policy, choices.patches === null ? '' : `patches ${choices.patches}`];
  if (field === 'inhibit')
    return [choices.strict ? 'strict' : choices.inhibit ? 'on' : 'off', choices.force.length === 0 ? '' : `forced: ${choices.force.join(', ')}`];
  return [choices.guests.map(({ name }) => name).join(', '), choices.guests.length === 0 ? 'none' : choices.guests.map(({ model }) => model).join(', ')];
}

function fieldLine(state: State, field: Field, width: number): Line {
  const chosen = state.field === field;
  const [value, more] = chosenWords(state, field);
  const text: Line = [
    ink(chosen ? ' > ' : '   '),
    ink(fieldWords[field].name.padEnd(NAMES)),
    ink(value, 'strong'),
    ink(more === '' ? '' : `${value === '' ? '' : '   '}${more}`, 'dim'),
  ];
  return chosen ? inverted(padLine(text, width)) : text;
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
  ];
}

export const chooseKeys = 'up/down: move   enter: change   s: play   u: undo   ?: keys   q: leave';
