import { outIsTerminal } from '../streams.ts';

/** @returns whether somebody sits at a keyboard and sees what is drawn: both streams are terminals. */
export function isInteractive(): boolean {
  return outIsTerminal() && process.stdin.isTTY === true;
}
