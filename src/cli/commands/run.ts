import { Command, Option } from 'commander';
import type { GuardMode } from '../../engine/model/report.ts';
import { AS_MAINLINE } from '../../engine/policies/load-under-policy.ts';
import { POLICY_IDS, policyOf } from '../../engine/policies/policy.ts';
import type { RunReport } from '../../engine/scenario/run-report.ts';
import type { Variant } from '../../views/side-by-side-page.ts';
import { action, deliver, optionsOf, refuse, withOutput } from '../common-options.ts';
import type { ExitCode } from '../exit.ts';
import { type KernelOptions, withKernel } from '../kernel-options.ts';
import { sayAssumptions } from '../say-assumptions.ts';
import { type PlayableScenario, playableScenario } from '../scenario-setting.ts';
import { tableWidth } from '../table-width.ts';

interface Options extends KernelOptions {
  readonly all?: boolean;
  readonly guard?: GuardMode;
  readonly sideBySide?: boolean;
}

async function played({ scenario, kernel, context, events }: PlayableScenario, { guard }: Options): Promise<RunReport> {
  const { play } = await import('../../engine/scenario/play.ts');
  const { id = null, title = null } = scenario;
  return play({ id, title, kernel: kernel.report, context, events, assumptions: kernel.assumptions, guard: guard ?? scenario.guard ?? 'off' });
}

/** Every policy with all its patches, with and without inhibitors; `--force` and `--strict` of the scenario stay. */
async function variantsOf(playable: PlayableScenario, options: Options): Promise<Variant[]> {
  const own = playable.context.otherwise ?? AS_MAINLINE;
  const variants: Variant[] = [];
  for (const policy of POLICY_IDS) {
    for (const inhibit of [false, true]) {
      const otherwise = { ...own, policy: policyOf(policy), inhibitors: { ...own.inhibitors, inhibit } };
      variants.push({ policy, inhibit, report: await played({ ...playable, context: { ...playable.context, otherwise } }, options) });
    }
  }
  return variants;
}

async function run(command: Command, argument: string): Promise<ExitCode> {
  const options = optionsOf<Options>(command);
  const playable = await playableScenario(argument, options);
  if (playable.value === null) return refuse(playable.problems);
  const results = options.sideBySide ? await variantsOf(playable.value, options) : await played(playable.value, options);
  await sayAssumptions(playable.value.kernel, options);
  if (options.format === 'json') return deliver((await import('../../views/json.ts')).reportJson(results), options);
  const { renderRun, renderSideBySide } = await import('../../views/run-render.ts');
  const drawing = { ...tableWidth(options), all: options.all ?? false };
  const drawn = 'steps' in results ? renderRun(results, options.format, drawing) : renderSideBySide(results, options.format, drawing);
  return deliver(await drawn, options);
}

/** `cpueval run`: a timeline of events, with the ledger after each. */
export function command(): Command {
  const scenario = new Command('run')
    .description('Play a scenario, event by event: what each does, what the kernel says, who goes stale and who is right again.')
    .argument('<scenario>', 'a NAME of `cpueval list scenarios`, a file, or -');
  withKernel(scenario)
    .addOption(new Option('--guard <mode>', "instead of the scenario's: what becomes of events that work from a stale copy").choices(['off', 'warn', 'deny']))
    .option('--side-by-side', 'the scenario under every policy, with and without inhibitors, in one table')
    .option('--all', 'everything that is stale after each event, and every line of the log');
  return withOutput(scenario, ['table', 'json', 'markdown', 'html'])
    .addHelpText(
      'after',
      '\nExamples:\n  cpueval run late-load-under-kvm\n  cpueval run late-load-under-kvm --kernel 7.2 --all\n  cpueval run late-load-under-kvm --side-by-side\n  cpueval run my-host.json --json | jq ".steps[].changes"\n',
    )
    .action(action(run));
}
