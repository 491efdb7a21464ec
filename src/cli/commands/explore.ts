import { Command } from 'commander';
import type { OpenedScenario } from '../../explore/outside.ts';
import { action, optionsOf, refuse, usageError } from '../common-options.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { isInteractive } from '../explore/interactive.ts';
import { type KernelOptions, withKernel } from '../kernel-options.ts';
import { otherwiseOf, type PolicyOptions, withPolicy } from '../policy-options.ts';

interface Options extends KernelOptions, PolicyOptions {
  readonly profile?: string;
  readonly blob?: string;
  readonly guest: readonly string[];
  readonly scenario?: string;
  readonly color: boolean;
}

/** What the command line has chosen; null: nothing, so the explorer asks. */
async function chosen(options: Options): Promise<OpenedScenario | null> {
  const { NO_CHOICES } = await import('../../explore/outside.ts');
  if (options.profile === undefined) return null;
  const config = Object.fromEntries(options.config.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
  const guests = options.guest.map((text) => {
    const [name = '', model = 'host-passthrough'] = text.split(':');
    return { name, model };
  });
  const choices = {
    ...NO_CHOICES,
    profile: options.profile,
    blob: options.blob ?? null,
    kernel: options.kernel ?? null,
    cmdline: options.cmdline ?? null,
    policy: options.policy,
    patches: options.patches ?? null,
    inhibit: options.inhibit ?? false,
    strict: options.strict ?? false,
    force: (options.force ?? '').split(',').filter((id) => id !== ''),
    ...(guests.length > 0 ? { guests } : {}),
    extras: options.config.length > 0 ? { config } : {},
  };
  return { choices, events: [] };
}

async function run(command: Command): Promise<ExitCode> {
  const options = optionsOf<Options>(command);
  if (options.scenario !== undefined && (options.profile !== undefined || options.blob !== undefined))
    return usageError('--scenario brings its own machine and update: leave --profile and --blob out');
  if (options.blob !== undefined && options.profile === undefined) return usageError('--blob needs --profile: which updates fit depends on the machine');
  const otherwise = await otherwiseOf(options, { schema: 'cpueval/profile/1' } as never);
  if (otherwise.error !== null) return usageError(otherwise.error);
  if (!isInteractive()) return usageError('explore needs a terminal on standard input and output; `cpueval diff` and `cpueval run` do not');
  const { exploreOutside } = await import('../explore/outside.ts');
  const { openScenario } = await import('../explore/open-scenario.ts');
  const outside = exploreOutside();
  const opened = options.scenario === undefined ? { value: await chosen(options), problems: [] } : await openScenario(options.scenario);
  if (opened.problems.length > 0) return refuse(opened.problems);
  if (opened.value?.choices.profile != null) {
    // What the command line names wrongly is said as every command says it, before the screen is taken.
    const { problems } = await outside.prepare(opened.value.choices);
    if (problems.length > 0) return refuse(problems);
  }
  return play(outside, opened.value, options);
}

async function play(
  outside: Parameters<typeof import('../../explore/explore.ts').explore>[0],
  opened: OpenedScenario | null,
  options: Options,
): Promise<ExitCode> {
  const [{ explore }, { openTerminal }, { wantsColour }] = [
    await import('../../explore/explore.ts'),
    await import('../../explore/terminal.ts'),
    await import('../colours.ts'),
  ];
  const terminal = openTerminal(wantsColour(options.color, process.env, true));
  try {
    await explore(outside, terminal, opened);
  } finally {
    terminal.close();
  }
  return EXIT.done;
}

/** `cpueval explore`: the dry run on a screen that answers to keys. */
export function command(): Command {
  const explore = new Command('explore').description(
    'Choose a machine, an update and a kernel, step through a late load, and see each consequence where it appears. Press ? for the keys.',
  );
  withPolicy(withKernel(explore))
    .option('--profile <profile>', 'begin with this machine: a NAME of `cpueval list profiles`, a file, or live')
    .option('--blob <blob>', 'begin with this update: a NAME of `cpueval list blobs`, a microcode file or a folder')
    .option('--guest <name[:model]>', 'a guest of the timeline; repeat for more', (value: string, all: string[]) => [...all, value], [])
    .option('--scenario <scenario>', 'open a saved scenario: a NAME of `cpueval list scenarios`, or a file');
  return explore
    .addHelpText(
      'after',
      '\nExamples:\n  cpueval explore\n  cpueval explore --profile skylake-06-5e-03-c6 --blob skylake-06-5e-03-cc\n  cpueval explore --scenario my-host.json\n',
    )
    .action(action(run));
}
