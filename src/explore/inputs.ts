import { type Key, type Keypress, keysOf } from './key.ts';

/** What came from the terminal: a key, a text that was pasted, or another size. */
export type Input =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'resize' }
  | { readonly kind: 'gone' };

/** Longer than any line that is typed here; the rest of a paste is left out. */
const LONGEST_PASTE = 16_384;

/** Inputs in the order in which they came, for whoever waits. */
export class Inputs {
  private queue: Input[] = [];
  private waiting: ((inputs: readonly Input[]) => void) | null = null;

  push(input: Input): void {
    this.queue.push(input);
    if (this.waiting === null) return;
    const take = this.waiting;
    this.waiting = null;
    // Keys that arrive together (a paste, a key that is held) are one picture.
    queueMicrotask(() => take(this.taken()));
  }

  /** @param work done in pieces until there is input, or until it says that there is no more */
  next(work: () => boolean): Promise<readonly Input[]> {
    if (this.queue.length > 0) return Promise.resolve(this.taken());
    const idle = (): void => {
      // Each piece in a turn of its own: a key that has come is read in between.
      if (this.waiting !== null && work()) setImmediate(idle);
    };
    return new Promise((take) => {
      this.waiting = take;
      setImmediate(idle);
    });
  }

  private taken(): readonly Input[] {
    const taken = this.queue;
    this.queue = [];
    return taken;
  }
}

/**
 * Keys of a paste are text, never commands: they reach the program together, as a text.
 * @param inputs takes what came
 * @param suspend what Ctrl-Z does
 * @returns the listener for what readline calls a keypress
 */
export function listenToKeys(inputs: { push(input: Input): void }, suspend: () => void): (text: string | undefined, press: Keypress) => void {
  let pasting: string | null = null;
  return (text, press) => {
    if (press.name === 'paste-start') {
      pasting = '';
      return;
    }
    if (press.name === 'paste-end') {
      if (pasting !== null) inputs.push({ kind: 'paste', text: pasting });
      pasting = null;
      return;
    }
    if (pasting !== null) {
      if (pasting.length < LONGEST_PASTE) pasting += text ?? '';
      return;
    }
    if (press.ctrl && press.name === 'z') return suspend();
    for (const key of keysOf(text, press)) inputs.push({ kind: 'key', key });
  };
}
