import { type Command, Option } from 'commander';
import type { Problem } from '../base/problem.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { printProblems } from './print-problems.ts';
import { writeErr } from './streams.ts';
import { writeOutput } from './write-output.ts';

/** Options that the program or every command has. */
export interface CommonOptions {
  readonly color: boolean;
  readonly quiet: boolean;
  readonly format: string;
  readonly output?: string;
}

/**
 * Gives a command `--format`, `--json` and `-o`.
 * @param command the command; it is changed and returned
 * @param formats what it can write, the default first
 */
export function withOutput(command: Command, formats: readonly string[]): Command {
  const [first] = formats;
  if (first !== undefined && formats.length > 1) {
    command.addOption(new Option('--format <format>', 'form of the result').choices(formats).default(first));
    if (formats.includes('json')) command.addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }));
  }
  return command.option('-o, --output <file>', 'write the result to a file, whole or not at all');
}

/** @returns the options of a command, those of the program among them. */
export function optionsOf<T extends object>(command: Command): T & CommonOptions {
  return command.optsWithGlobals() as T & CommonOptions;
}

/**
 * Delivers a result as the options say: nothing with `--quiet` unless a file is named.
 * @param content the whole result
 * @param options of the command
 * @param code what the command ends with when the result could be written
 */
export function deliver(content: string, options: CommonOptions, code: ExitCode = EXIT.done): ExitCode {
  if (options.quiet && options.output === undefined) return code;
  const problems = writeOutput(options.output, content);
  printProblems(problems);
  return problems.length > 0 ? EXIT.usage : code;
}

/** @returns a result as JSON text: two blanks deep, a line break at the end. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Says on standard error what is wrong with the command line. */
export function usageError(message: string): ExitCode {
  writeErr(`error: ${message}\n`);
  return EXIT.usage;
}

/** Prints what is wrong with the input; @returns the exit code for it. */
export function refuse(problems: readonly Problem[]): ExitCode {
  printProblems(problems);
  return EXIT.usage;
}

/**
 * Makes the action of a command from a function that returns its exit code.
 * @param run gets the arguments, then the command (for optionsOf())
 */
export function action<Arguments extends unknown[]>(
  run: (command: Command, ...given: Arguments) => Promise<ExitCode> | ExitCode,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given[given.length - 1] as Command;
    process.exitCode = await run(command, ...(given.slice(0, -2) as Arguments));
  };
}
