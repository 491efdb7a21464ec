import { escapeControl } from '../base/escape.ts';
import { span } from '../views/page/page.ts';
import { completionsOf } from './kernel-options.ts';
import { exactly, ink, inverted, type Line, line, lineWidth, padLine, wrapped } from './lines.ts';
import { pickItems, pickNote } from './pick-lists.ts';
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

/** Lines for the selected entry in full. */
const MOST_FULL = 4;

/** An entry in full, where its line cuts it. */
function fullEntry({ label, hint }: Entry, labels: number, width: number): Line[] {
  const fits = lineWidth([ink(label)]) <= labels && SIGN + labels + 2 + lineWidth([ink(hint)]) <= width;
  if (fits) return [];
  const text = [span(escapeControl(label), 'strong'), span(hint === '' ? '' : `: ${escapeControl(hint)}`)];
  return wrapped(text, width - SIGN - 1).map((one): Line => [ink(' '.repeat(SIGN)), ...one]);
}

/** Sign of the selected entry. */
const SIGN = 3;

/**
 * Entries one line each, and below them the selected one in full where that is cut. The room for it depends on all entries, so that nothing jumps
 * while somebody moves through them.
 */
function entryLines(entries: readonly Entry[], at: number, width: number, height: number): Line[] {
  const widest = (part: (entry: Entry) => string): number => entries.reduce((most, entry) => Math.max(most, lineWidth([ink(part(entry))])), 0);
  const [label, hint] = [widest((entry) => entry.label), widest((entry) => entry.hint)];
  // Half of the screen, or what the hints leave.
  const labels = Math.min(label, Math.max(Math.floor(width / 2), width - SIGN - 2 - hint));
  const below = Math.min(
    MOST_FULL,
    Math.floor(height / 3),
    entries.reduce((most, entry) => Math.max(most, fullEntry(entry, labels, width).length), 0),
  );
  const room = Math.max(1, height - (below > 0 ? below + 1 : 0));
  const { from, to } = windowOf(entries.length, at, room);
  const lines = entries.slice(from, to).map(({ label, hint }, index): Line => {
    const chosen = from + index === at;
    const text: Line = [ink(chosen ? ' > ' : '   '), ...padLine([ink(label, 'strong')], labels), ink(hint === '' ? '' : `  ${hint}`, 'dim')];
    return chosen ? inverted(padLine(text, width)) : text;
  });
  const selected = entries[at];
  if (below === 0 || selected === undefined) return lines;
  return [...lines, [], ...exactly(fullEntry(selected, labels, width), below)];
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
    line(pickNote(state, picker) === '' ? '' : `   ${pickNote(state, picker)}`, 'dim'),
    ...entryLines(items, picker.at, width, room),
    ...(items.length === 0 || items.length > room ? [counted(picker.at, items.length)] : []),
  ];
}

/** Several actions, each with its letter. */
export function drawMenu(menu: Menu, width: number, height: number): Line[] {
  const entries = menu.items.map(({ key, label, hint }) => ({ label: `${key === '' ? ' ' : key}  ${label}`, hint }));
  return [line(` ${menu.title}`, 'strong'), [], ...entryLines(entries, menu.at, width, Math.max(1, height - 3))];
}

const QUESTIONS: Readonly<Record<Prompt['wanted'], string>> = {
  export: 'Write to which file?',
  cmdline: 'Kernel command line',
  process: 'Which process starts?',
  module: 'Which module is loaded?',
  cpu: 'Which CPU?',
  msr: 'Which MSR, and which value?',
};

/** One line to type, below it what it can become. */
export function drawPrompt(prompt: Prompt, width: number, height: number): Line[] {
  const { wanted, line: typed, at } = prompt;
  const found = completionsOf(prompt);
  const room = Math.max(1, height - 5);
  return [
    line(` ${QUESTIONS[wanted]}`, 'strong'),
    typedLine(' ', typed, width),
    [],
    ...entryLines(
      found.map((label) => ({ label, hint: '' })),
      at,
      width,
      room,
    ),
    ...(found.length > room ? [counted(at, found.length)] : []),
  ];
}
