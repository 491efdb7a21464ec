import type { ChalkInstance } from 'chalk';
import { outIsTerminal } from './streams.ts';

/**
 * Whether a table may have colours: the flag first, then FORCE_COLOR, then NO_COLOR (in the order Node itself takes them), then the terminal.
 * @param flag `--no-color` given: false
 * @param environment the variables of the process
 * @param terminal whether standard output is one
 */
export function wantsColour(flag: boolean, environment: Readonly<Record<string, string | undefined>>, terminal: boolean): boolean {
  if (!flag) return false;
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return false;
  return terminal && environment.TERM !== 'dumb';
}

/**
 * Loads chalk, for tables only: JSON never needs it.
 * @param flag false after `--no-color`
 * @returns a chalk that colours with the sixteen colours every terminal has, or one that leaves text alone
 */
export async function loadColours(flag: boolean): Promise<ChalkInstance> {
  const { Chalk } = await import('chalk');
  return new Chalk({ level: wantsColour(flag, process.env, outIsTerminal()) ? 1 : 0 });
}
