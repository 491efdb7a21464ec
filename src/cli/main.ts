import { Command, CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit.ts';
import { registry } from './registry.ts';
import { outColumns, outIsTerminal, writeErr, writeOut } from './streams.ts';
import { version } from './version.ts';

const EXAMPLES = `
Examples:
  cpueval list                         what is built in
  cpueval validate my-profile.json     check a file
  cpueval help COMMAND                 options and examples of a command
`;

/** Errors of ours reach the user as a sentence, the stack only with CPUEVAL_DEBUG set; @returns the exit code for them. */
export function reportBug(error: unknown): ExitCode {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  writeErr(`cpueval: internal error: ${message.split('\n')[0]}\nThis is a bug. Please report it with the command line; CPUEVAL_DEBUG=1 shows more.\n`);
  if (process.env.CPUEVAL_DEBUG) writeErr(`${stack}\n`);
  return EXIT.bug;
}

/** The name of the command that an argument list asks for; options of the program take no values, so the first word is it. */
function commandName(words: readonly string[]): string | undefined {
  const names = words.filter((word) => !word.startsWith('-'));
  return names[0] === 'help' ? names[1] : names[0];
}

/** Gives a command and those below it the manners of the program: how it prints, how it ends. */
function adopt(parent: Command, child: Command): void {
  child.copyInheritedSettings(parent);
  for (const grandchild of child.commands) adopt(child, grandchild);
}

function newProgram(): Command {
  return new Command('cpueval')
    .description('A dry run of an x86 microcode late load: what the kernel would report, what would protect the machine, who keeps stale state.')
    .version(version(), '-V, --version', 'print the version')
    .option('-q, --quiet', 'print nothing but problems', false)
    .option('--no-color', 'no colours (NO_COLOR and FORCE_COLOR are honoured too)')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut,
      writeErr,
      getOutHelpWidth: () => outColumns() ?? 80,
      getErrHelpWidth: () => outColumns() ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
}

/** The program with every command's name and summary, and the options only of the one that is asked for. */
async function buildProgram(words: readonly string[]): Promise<Command> {
  const program = newProgram();
  const wanted = commandName(words);
  for (const { name, summary, load } of registry) {
    const command = name === wanted ? (await load()).command() : new Command(name);
    if (command.summary() === '') command.summary(summary);
    if (command.description() === '') command.description(summary);
    program.addCommand(command);
    adopt(program, command);
  }
  return program;
}

/**
 * Runs a command line.
 * @param words the arguments behind the program's name
 * @returns the exit code
 */
export async function main(words: readonly string[]): Promise<ExitCode> {
  try {
    // Alone on a terminal it opens; a script that forgot its arguments gets the help.
    if (words.length === 0 && outIsTerminal() && process.stdin.isTTY) return main(['explore']);
    const program = await buildProgram(words);
    if (words.length === 0) {
      program.outputHelp();
      return EXIT.done;
    }
    await program.parseAsync(words, { from: 'user' });
    return (process.exitCode as ExitCode | undefined) ?? EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return reportBug(error);
  }
}

/** Runs the command line of this process. An error outside of any command's await is a bug like any other. */
export function start(): void {
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    // Streams report a reader that has gone as an event, writeSync() as an exception; both end quietly.
    process.exit(error.code === 'EPIPE' ? undefined : reportBug(error));
  });
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
