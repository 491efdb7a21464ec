import type { Boot } from '../boot/boot.ts';
import { forEachEarlyOption } from '../boot/early-options.ts';

/**
 * early_param(): hands every value of an option to its parser, in the order of the command line, so the last one wins
 * (init/main.c do_early_param()).
 * @param set takes the value, null where the option stood alone; false is the parser's -EINVAL
 */
export function earlyParam(b: Boot, name: string, set: (value: string | null) => boolean): void {
  forEachEarlyOption(b, [name], ({ value }) => set(value));
}

/** The parser that has no use for a missing value: -EINVAL. @param set takes the value that was given */
export function earlyValue(b: Boot, name: string, set: (value: string) => void): void {
  earlyParam(b, name, (value) => {
    if (value === null) return false;
    set(value);
    return true;
  });
}

/** @returns what a table of words holds for a word of the command line; `constructor` and its like are no words. */
export function wordIn<T>(words: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

/** @returns what `char arg[20]` keeps of a value that cmdline_find_option() reads: the kernel compares the whole word and prints this. */
export function asBuffered(value: string): string {
  return value.slice(0, 19);
}

/** An option of which a word chooses a constant. */
export interface WordOption {
  /** Whose choice it is. */
  readonly id: string;
  readonly option: string;
  readonly bug: string;
  /** Word of the command line -> enum constant. */
  readonly words: Readonly<Record<string, string>>;
  /** Which test the parser makes first: an unaffected CPU passes a missing value over, or calls it malformed like any other. */
  readonly ask: 'bug-first' | 'value-first';
}

/** The parser of most mitigations: an unknown word is passed over in silence, a missing value is malformed (cpu/bugs.c rfds_parse_cmdline() and its like). */
export function chooseByWord(b: Boot, option: WordOption): void {
  earlyParam(b, option.option, (value) => {
    if (value === null && option.ask === 'value-first') return false;
    if (!b.bug(option.bug)) return true;
    if (value === null) return false;
    const choice = wordIn(option.words, value);
    if (choice !== undefined) b.choose(option.id, choice, `${option.id}/parameter/${value}`);
    return true;
  });
}
