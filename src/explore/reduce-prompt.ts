import { editLine } from './edit-line.ts';
import { inserted, says } from './edits.ts';
import { completions, wordAt } from './kernel-options.ts';
import type { Key } from './key.ts';
import type { Step } from './session.ts';
import type { Prompt, State } from './state.ts';

/** Takes the first completion of the option that is being typed. */
function completed(state: State, prompt: Prompt): State {
  if (prompt.wanted !== 'cmdline') return state;
  const { text, cursor } = prompt.line;
  const word = wordAt(text, cursor);
  const [first] = completions(word);
  if (first === undefined) return state;
  const characters = [...text];
  const start = cursor - [...word].length;
  const line = { text: [...characters.slice(0, start), ...first, ...characters.slice(cursor)].join(''), cursor: start + [...first].length };
  return { ...state, overlay: { ...prompt, line } };
}

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

/** A key while a line is being typed over the screen. */
export function reducePrompt(state: State, prompt: Prompt, key: Key): State {
  if (key === 'escape') return { ...state, overlay: null };
  if (key === 'enter') return entered(state, prompt);
  if (key === 'tab') return completed(state, prompt);
  const line = editLine(prompt.line, key);
  return line === null || line === prompt.line ? state : { ...state, overlay: { ...prompt, line, over: false } };
}
