import { completions, wordAt } from './kernel-options.ts';
import { ink, inverted, type Line, line, padLine } from './lines.ts';
import { pickItems } from './pick-lists.ts';
import type { EditLine, Menu, Picker, Prompt, State } from './state.ts';
import { fieldWords } from './words/fields.ts';

/** The part of a list that is on the screen: the selected entry stays in its middle as long as it can. */
export function windowOf(count: number, at: number, height: number): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.min(count - height, at - Math.floor(height / 2)));
  return { from, to: Math.min(count, from + Math.max(0, height)) };
}

/** A line with its cursor, the end of it in sight. */
export function typedLine(lead: string, { text, cursor }: EditLine, width: number): Line {
  const characters = [...text];
  const room = Math.max(4, width - lead.length - 2);
  const from = Math.max(0, cursor - room + 1);
  const before = characters.slice(from, cursor).join('');
  const at = characters[cursor];
  const after = characters.slice(cursor + 1, from + room).join('');
  return [ink(lead, 'strong'), ink(before), at === undefined ? ink('_', 'strong') : ink(at, 'strong', true), ink(after)];
}

interface Entry {
  readonly label: string;
  readonly hint: string;
}

function entryLines(entries: readonly Entry[], at: number, width: number, height: number): Line[] {
  const { from, to } = windowOf(entries.length, at, height);
  const shown = entries.slice(from, to);
  const labels = Math.min(44, Math.max(0, ...entries.map(({ label }) => [...label].length)));
  return shown.map(({ label, hint }, index) => {
    const chosen = from + index === at;
    const text: Line = [ink(chosen ? ' > ' : '   '), ...padLine([ink(label, 'strong')], labels), ink(hint === '' ? '' : `  ${hint}`, 'dim')];
    return chosen ? inverted(padLine(text, width)) : text;
  });
}

function counted(at: number, count: number): Line {
  return line(count === 0 ? '   nothing fits' : `   ${Math.min(at + 1, count)} of ${count}`, 'dim');
}

/** A list of choices with its filter. */
export function drawPicker(state: State, picker: Picker, width: number, height: number): Line[] {
  const items = pickItems(state, picker);
  const room = Math.max(1, height - 5);
  return [
    line(` ${fieldWords[picker.field].question}`, 'strong'),
    typedLine(' type to filter: ', picker.line, width),
    [],
    ...entryLines(items, picker.at, width, room),
    ...(items.length === 0 || items.length > room ? [counted(picker.at, items.length)] : []),
  ];
}

export const pickerKeys = 'type: filter   up/down: move   enter: take it   tab: complete a path   esc: close';

/** Several actions, each with its letter. */
export function drawMenu(menu: Menu, width: number, height: number): Line[] {
  const entries = menu.items.map(({ key, label, hint }) => ({ label: `${key === '' ? ' ' : key}  ${label}`, hint }));
  return [line(` ${menu.title}`, 'strong'), [], ...entryLines(entries, menu.at, width, Math.max(1, height - 3))];
}

export const menuKeys = 'letter, or up/down and enter: do it   esc: close';

const QUESTIONS: Readonly<Record<Prompt['wanted'], string>> = {
  export: 'Write to which file?',
  cmdline: 'Kernel command line',
  process: 'Which process starts?',
  module: 'Which module is loaded?',
  cpu: 'Which CPU?',
  msr: 'Which MSR, and which value?',
  guest: 'Which guest?',
};

/** One line to type, below it what it can become. */
export function drawPrompt({ wanted, line: typed }: Prompt, width: number, height: number): Line[] {
  const found = wanted === 'cmdline' ? completions(wordAt(typed.text, typed.cursor)) : [];
  const entries = found.slice(0, Math.max(0, height - 7)).map((text) => line(`   ${text}`, 'dim'));
  const more = found.length > entries.length && entries.length > 0 ? [line(`   and ${found.length - entries.length} more`, 'dim')] : [];
  return [
    line(` ${QUESTIONS[wanted]}`, 'strong'),
    typedLine(' ', typed, width),
    [],
    ...(found.length > 0 ? [line(' tab takes the first:', 'dim')] : []),
    ...entries,
    ...more,
  ];
}

export const promptKeys = 'enter: take it   tab: complete   ctrl-u: clear   esc: close';
