import type { Boot } from './boot.ts';
import type { Option } from './command-line.ts';

/** Lines printed while early options are handled, each with the place of its option on the command line. */
export type EarlyLines = { readonly at: number; readonly line: string }[];

/**
 * early_param(): hands every option of these names to its handler, in the order of the command line (init/main.c do_early_param()).
 * @param handle false is the handler's -EINVAL
 */
export function forEachEarlyOption(b: Boot, names: readonly string[], handle: (option: Option) => boolean): void {
  for (const name of names) b.params(name);
  b.options.forEach((option, at) => {
    if (!names.includes(option.name)) return;
    b.optionAt = at;
    if (!handle(option)) b.print(`Malformed early option '${option.written}'`);
    b.optionAt = null;
  });
}

/**
 * parse_early_param() goes through the command line once and calls whoever listens to a word; here the listeners parse one after another.
 * @param parse what it prints for options comes into the log in the order of the command line
 */
export function inOptionOrder(b: Boot, parse: () => void): void {
  if (b.earlyLines !== null) return parse();
  b.earlyLines = [];
  parse();
  b.log.push(...b.earlyLines.sort((one, other) => one.at - other.at).map(({ line }) => line));
  b.earlyLines = null;
}
