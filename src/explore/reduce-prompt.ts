import { editLine } from './edit-line.ts';
import { inserted, says } from './edits.ts';
import { completionsOf, wordAt } from './kernel-options.ts';
import type { Key } from './key.ts';
import type { Step } from './session.ts';
import type { Prompt, State } from './state.ts';

/** Takes the selected completion of the option that is being typed. */
function completed(state: State, prompt: Prompt): State {
  if (prompt.wanted !== 'cmdline') return state;
  const { text, cursor } = prompt.line;
  const word = wordAt(text, cursor);
  const taken = completionsOf(prompt)[prompt.at];
  if (taken === undefined) return state;
  const characters = [...text];
  const start = cursor - [...word].length;
  const line = { text: [...characters.slice(0, start), ...taken, ...characters.slice(cursor)].join(''), cursor: start + [...taken].length };
  return { ...state, overlay: { ...prompt, line, at: 0 } };
}

/** Entries that a page of a list has; the drawing may show more or fewer. */
const PAGE = 10;

const CPU = /^\d{1,5}$/;
const MSR_WRITE = /^(0x[0-9a-f]{1,8})[\s=]+(0x[0-9a-f]{1,16})$/i;

/** @returns the event that a line asks for, or what is wrong with it. */
function eventOf({ wanted, about, line }: Prompt): Step | string {
  const text = line.text.trim();
  if (wanted === 'process') return text === '' ? 'A process needs a name.' : { type: 'process-start', name: text };
  if (wanted === 'module') return text === '' ? 'A module needs a name.' : { type: 'module-load', module: text };
  if (wanted === 'cpu') {
    if (!CPU.test(text)) return 'A CPU is a number, such as 1.';
    return { type: about === 'cpu-online' ? 'cpu-online' : 'cpu-offline', cpu: Number(text) };
  }
  const write = MSR_WRITE.exec(text);
  return write ? { type: 'host-msr-write', msr: write[1]!.toLowerCase(), value: write[2]!.toLowerCase() } : 'Write it as 0x122 0x3: the MSR, then the value.';
}

function entered(state: State, prompt: Prompt): State {
  const text = prompt.line.text.trim();
  if (prompt.wanted === 'cmdline')
    return { ...state, overlay: null, wish: { kind: 'prepare', choices: { ...state.choices, cmdline: text }, field: 'cmdline' } };
  if (prompt.wanted === 'export') {
    if (text === '') return says(state, 'A file needs a name.');
    return { ...state, wish: { kind: 'export', form: prompt.about, path: text, over: prompt.over } };
  }
  const event = eventOf(prompt);
  return typeof event === 'string' ? says(state, event) : inserted({ ...state, overlay: null }, [event]);
}

const MOVES: Readonly<Record<Key, number>> = { up: -1, 'ctrl-p': -1, 'shift-tab': -1, down: 1, 'ctrl-n': 1, pageup: -PAGE, pagedown: PAGE };

/** A key while a line is being typed over the screen. */
export function reducePrompt(state: State, prompt: Prompt, key: Key): State {
  if (key === 'escape') return { ...state, overlay: null };
  if (key === 'enter') return entered(state, prompt);
  if (key === 'tab') return completed(state, prompt);
  const by = Object.hasOwn(MOVES, key) ? MOVES[key] : undefined;
  if (by !== undefined) return { ...state, overlay: { ...prompt, at: Math.max(0, Math.min(completionsOf(prompt).length - 1, prompt.at + by)) } };
  const line = editLine(prompt.line, key);
  return line === null || line === prompt.line ? state : { ...state, overlay: { ...prompt, line, over: false, at: 0 } };
}
