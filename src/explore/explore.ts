import { exported, listed, prepared } from './answered.ts';
import { exportText } from './export-text.ts';
import { frame } from './frame.ts';
import type { OpenedScenario, Outside } from './outside.ts';
import { pasted, reduce, resized } from './reduce.ts';
import { type State, startState } from './state.ts';
import type { Terminal } from './terminal.ts';
import { warming } from './warm.ts';

function drawn(state: State, terminal: Terminal): void {
  terminal.draw(frame(state, state.width, state.height, terminal.colour));
}

/**
 * Does what the state wishes for; the answer may be another wish.
 * @param show draws a state while something is read
 */
export async function fulfilled(before: State, outside: Outside, show: (state: State) => void): Promise<State> {
  let state = before;
  for (let { wish } = state; wish !== null && wish.kind !== 'quit'; wish = state.wish) {
    state = { ...state, wish: null };
    if (wish.kind === 'list') state = listed(state, await outside.list(wish.path, wish.field === 'blob'));
    else if (wish.kind === 'prepare') {
      show({ ...state, message: { text: 'Reading ...', tone: 'dim' } });
      state = prepared(state, wish.choices, wish.field, await outside.prepare(wish.choices));
    } else {
      const { form, path, over } = wish;
      state = exported(state, path, await outside.write(path, await exportText(state, form), over));
    }
  }
  return state;
}

/**
 * The explorer, until somebody leaves it.
 * @param outside everything that reads or writes files
 * @param opened a saved scenario, or what the command line has chosen already
 */
export async function explore(outside: Outside, terminal: Terminal, opened: OpenedScenario | null): Promise<void> {
  const show = (shown: State): void => drawn(shown, terminal);
  let state = startState(outside.listed, opened, terminal.size());
  for (;;) {
    state = await fulfilled(state, outside, show);
    if (state.wish?.kind === 'quit') return;
    show(state);
    for (const input of await terminal.next(warming(state))) {
      if (input.kind === 'gone') return;
      if (input.kind === 'resize') {
        const { width, height } = terminal.size();
        state = resized(state, width, height);
      } else state = await fulfilled(input.kind === 'paste' ? pasted(state, input.text) : reduce(state, input.key), outside, show);
      if (state.wish?.kind === 'quit') return;
    }
  }
}
