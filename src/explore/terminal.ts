import { emitKeypressEvents, type Interface } from 'node:readline';
import { type Key, type Keypress, keysOf } from './key.ts';

/*
 * The only file that touches the terminal. It reads keys with Node's readline, which knows the escape sequences of terminals and waits for the rest of
 * one that arrives in pieces; it draws by writing the lines that differ from those that stand there, all of them in one synchronized update.
 */

/** What came from the terminal: a key, a text that was pasted, or another size. */
export type Input =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'resize' }
  | { readonly kind: 'gone' };

export interface Terminal {
  readonly colour: boolean;
  readonly size: () => { readonly width: number; readonly height: number };
  readonly draw: (lines: readonly string[]) => void;
  /**
   * The next input, and those that came with it.
   * @param work done in pieces until there is input, or until it says that there is no more
   */
  readonly next: (work: () => boolean) => Promise<readonly Input[]>;
  /** Gives the terminal back as it was. Twice does no harm. */
  readonly close: () => void;
}

const ESC = '\u001b[';
/** Alternate screen, no cursor, no wrapping at the edge (a character that is wider than we think cannot move lines), bracketed paste. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l${ESC}?2004h${ESC}2J`;
/** The other way round; an update that was cut short is ended first. */
const LEAVE = `${ESC}?2026l${ESC}0m${ESC}?2004l${ESC}?7h${ESC}?25h${ESC}?1049l`;
const BEGIN_UPDATE = `${ESC}?2026h`;
const END_UPDATE = `${ESC}?2026l`;

/** A lone escape is one when nothing follows for so many milliseconds; readline waits for half a second by itself, which is felt. */
const ESCAPE_TIMEOUT = 25;

/** Longer than any line that is typed here; the rest of a paste is left out. */
const LONGEST_PASTE = 16_384;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Inputs in the order in which they came, for whoever waits. */
class Inputs {
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

/** Keys of a paste are text, never commands: they reach the program together, as a text. */
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

/**
 * Takes the terminal behind standard input and output; both must be one.
 * @param colour whether lines may carry colours: only the driver's caller knows
 */
export function openTerminal(colour: boolean): Terminal {
  const { stdin, stdout } = process;
  const inputs = new Inputs();
  let shown: readonly string[] = [];
  let open = false;

  const enter = (): void => {
    open = true;
    shown = [];
    stdin.setRawMode(true);
    stdin.resume();
    stdout.write(ENTER);
  };
  const leave = (): void => {
    if (!open) return;
    open = false;
    stdout.write(LEAVE);
    stdin.setRawMode(false);
    stdin.pause();
  };
  // As the terminal itself would: the whole group stops. A parent that waits for us (npx, sh -c) must stop, too, or no shell gets the terminal back.
  const suspend = (): void => {
    leave();
    process.kill(0, 'SIGTSTP');
  };
  const onStop = (): void => {
    leave();
    process.kill(process.pid, 'SIGSTOP');
  };
  const onContinue = (): void => {
    // Stopped by force it could not give anything back; whoever was here meanwhile has left something else.
    leave();
    enter();
    inputs.push({ kind: 'resize' });
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    close();
    // Whoever started us shall see that a signal ended it.
    process.kill(process.pid, signal);
  };
  const onKey = listenToKeys(inputs, suspend);
  const onResize = (): void => inputs.push({ kind: 'resize' });
  const onGone = (): void => inputs.push({ kind: 'gone' });

  function close(): void {
    leave();
    stdin.off('keypress', onKey).off('end', onGone).off('error', onGone);
    stdout.off('resize', onResize).off('error', onGone);
    process.off('exit', leave).off('uncaughtExceptionMonitor', leave);
    process.off('SIGTSTP', onStop).off('SIGCONT', onContinue);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }

  // readline takes the time to wait from an interface; there is none here, and it needs no more of one.
  emitKeypressEvents(stdin, { escapeCodeTimeout: ESCAPE_TIMEOUT } as unknown as Interface);
  stdin.on('keypress', onKey).on('end', onGone).on('error', onGone);
  stdout.on('resize', onResize).on('error', onGone);
  // The monitor comes before whoever prints the error: it shall stand on the normal screen.
  process.on('exit', leave).on('uncaughtExceptionMonitor', leave);
  process.on('SIGTSTP', onStop).on('SIGCONT', onContinue);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  enter();

  return {
    colour,
    size: () => ({ width: stdout.columns || 80, height: stdout.rows || 24 }),
    draw(lines) {
      const changed = lines.flatMap((text, at) => (shown[at] === text ? [] : [`${ESC}${at + 1};1H${ESC}0m${ESC}K${text}`]));
      const below = shown.length > lines.length ? [`${ESC}${lines.length + 1};1H${ESC}J`] : [];
      shown = lines;
      if (open && changed.length + below.length > 0) stdout.write(BEGIN_UPDATE + changed.join('') + below.join('') + END_UPDATE);
    },
    async next(work) {
      const taken = await inputs.next(work);
      // What another size leaves on the screen is not ours any more.
      if (taken.some(({ kind }) => kind === 'resize')) {
        shown = [];
        if (open) stdout.write(`${ESC}2J`);
      }
      return taken;
    },
    close,
  };
}
