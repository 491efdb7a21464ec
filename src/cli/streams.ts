import { fstatSync, writeSync } from 'node:fs';
import { EXIT } from './exit.ts';

const OUT = 1;
const ERR = 2;

/** Nothing can be delivered any more. A reader that has gone (`| head`) had enough: that is no error. A full disk is one. */
function endUnwritten(descriptor: number, code: string): never {
  if (code === 'EPIPE') process.exit();
  if (descriptor === OUT) writeErr(`cpueval: standard output cannot be written (${code})\n`);
  process.exit(EXIT.usage);
}

/**
 * Written with writeSync() on the descriptor: touching `process.stdout` loads Node's net and tty modules, which a short
 * answer through a pipe does not need and which cost more than all of our own start.
 */
function writeAll(descriptor: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') endUnwritten(descriptor, code);
      // Somebody made the pipe non-blocking and it is full: sleep, do not spin.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

/** Writes a result to standard output, all of it before it returns; a closed pipe ends the program quietly. */
export function writeOut(content: string | Uint8Array): void {
  writeAll(OUT, content);
}

/** Writes anything that is no result to standard error. */
export function writeErr(text: string): void {
  writeAll(ERR, text);
}

function isTerminal(descriptor: number, stream: () => { isTTY?: boolean }): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice() && stream().isTTY === true;
  } catch {
    // A closed descriptor (`>&-`).
    return false;
  }
}

/** @returns whether standard output is a terminal. */
export function outIsTerminal(): boolean {
  return isTerminal(OUT, () => process.stdout);
}

/** @returns whether standard error is a terminal. */
export function errIsTerminal(): boolean {
  return isTerminal(ERR, () => process.stderr);
}

/** @returns the columns of the terminal behind standard output, else of COLUMNS when that is a number, else null. */
export function outColumns(): number | null {
  const columns = outIsTerminal() ? process.stdout.columns : Number(process.env.COLUMNS);
  return Number.isInteger(columns) && columns > 0 ? columns : null;
}
