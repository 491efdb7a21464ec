import { emitKeypressEvents, type Interface } from 'node:readline';
import { type Input, Inputs, listenToKeys } from './inputs.ts';

/*
 * The only file that touches the terminal. It reads keys with Node's readline, which knows the escape sequences of terminals and waits for the rest of
 * one that arrives in pieces; it draws by writing the lines that differ from those that stand there, all of them in one synchronized update.
 */

/** A terminal that is ours. */
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

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** What is on the screen: taken and given back any number of times, and drawn where it differs. */
class Screen {
  private shown: readonly string[] = [];
  private open = false;

  readonly enter = (): void => {
    this.open = true;
    this.shown = [];
    process.stdin.setRawMode(true);
    process.stdin.resume();
    process.stdout.write(ENTER);
  };

  readonly leave = (): void => {
    if (!this.open) return;
    this.open = false;
    process.stdout.write(LEAVE);
    process.stdin.setRawMode(false);
    process.stdin.pause();
  };

  /** What another size leaves on the screen is not ours any more. */
  clear(): void {
    this.shown = [];
    if (this.open) process.stdout.write(`${ESC}2J`);
  }

  draw(lines: readonly string[]): void {
    const changed = lines.flatMap((text, at) => (this.shown[at] === text ? [] : [`${ESC}${at + 1};1H${ESC}0m${ESC}K${text}`]));
    const below = this.shown.length > lines.length ? [`${ESC}${lines.length + 1};1H${ESC}J`] : [];
    this.shown = lines;
    if (this.open && changed.length + below.length > 0) process.stdout.write(BEGIN_UPDATE + changed.join('') + below.join('') + END_UPDATE);
  }
}

/** A stop and what follows it: the terminal is given back for as long as it lasts. @returns a function that ends the listening */
function listenToStops(screen: Screen, inputs: Inputs): () => void {
  const onStop = (): void => {
    screen.leave();
    process.kill(process.pid, 'SIGSTOP');
  };
  const onContinue = (): void => {
    // Stopped by force it could not give anything back; whoever was here meanwhile has left something else.
    screen.leave();
    screen.enter();
    inputs.push({ kind: 'resize' });
  };
  process.on('SIGTSTP', onStop).on('SIGCONT', onContinue);
  return () => process.off('SIGTSTP', onStop).off('SIGCONT', onContinue);
}

/** Keys, sizes, and the end of the terminal. @returns a function that ends the listening */
function listenToTerminal(screen: Screen, inputs: Inputs): () => void {
  const { stdin, stdout } = process;
  const onKey = listenToKeys(inputs, () => {
    // As the terminal itself would: the whole group stops. A parent that waits for us (npx, sh -c) must stop, too, or no shell gets the terminal back.
    screen.leave();
    process.kill(0, 'SIGTSTP');
  });
  const onResize = (): void => inputs.push({ kind: 'resize' });
  const onGone = (): void => inputs.push({ kind: 'gone' });
  // readline takes the time to wait from an interface; there is none here, and it needs no more of one.
  emitKeypressEvents(stdin, { escapeCodeTimeout: ESCAPE_TIMEOUT } as unknown as Interface);
  stdin.on('keypress', onKey).on('end', onGone).on('error', onGone);
  stdout.on('resize', onResize).on('error', onGone);
  return () => {
    stdin.off('keypress', onKey).off('end', onGone).off('error', onGone);
    stdout.off('resize', onResize).off('error', onGone);
  };
}

/** However the program ends, the terminal is as it was. @returns a function that ends the listening */
function listenToEnds(screen: Screen, close: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    close();
    // Whoever started us shall see that a signal ended it.
    process.kill(process.pid, signal);
  };
  // The monitor comes before whoever prints the error: it shall stand on the normal screen.
  process.on('exit', screen.leave).on('uncaughtExceptionMonitor', screen.leave);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    process.off('exit', screen.leave).off('uncaughtExceptionMonitor', screen.leave);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}

/**
 * Takes the terminal behind standard input and output; both must be one.
 * @param colour whether lines may carry colours: only the driver's caller knows
 */
export function openTerminal(colour: boolean): Terminal {
  const inputs = new Inputs();
  const screen = new Screen();
  const close = (): void => {
    screen.leave();
    for (const end of listening) end();
  };
  const listening = [listenToTerminal(screen, inputs), listenToStops(screen, inputs), listenToEnds(screen, close)];
  screen.enter();
  return {
    colour,
    size: () => ({ width: process.stdout.columns || 80, height: process.stdout.rows || 24 }),
    draw: (lines) => screen.draw(lines),
    async next(work) {
      const taken = await inputs.next(work);
      if (taken.some(({ kind }) => kind === 'resize')) screen.clear();
      return taken;
    },
    close,
  };
}
