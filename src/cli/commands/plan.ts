import { Command } from 'commander';
import { action, deliver, jsonText, optionsOf, withOutput } from '../common-options.ts';
import { type DryRunOptions, dryRunOf, dryRunWords, withDryRun } from '../dry-run.ts';
import type { ExitCode } from '../exit.ts';
import { tableWidth } from '../table-width.ts';

async function run(command: Command): Promise<ExitCode> {
  const options = optionsOf<DryRunOptions>(command);
  const { report, code } = await dryRunOf(options);
  if (report === null) return code;
  if (options.format === 'json') {
    const { wordedDiff } = await import('../../views/json.ts');
    return deliver(jsonText(wordedDiff(report).plan), options);
  }
  const { renderPlan } = await import('../../views/render.ts');
  const next = [`cpueval diff ${dryRunWords(options)}`];
  return deliver(await renderPlan(report, options.format, { ...tableWidth(options), next }), options);
}

/** `cpueval plan`: the cure plan alone. */
export function command(): Command {
  const plan = new Command('plan').description(
    'The ordered plan of a late load: what must be out of the way, what takes stale copies anew, what is left, and what one reboot would do instead. Commands are printed, none is run.',
  );
  return withOutput(withDryRun(plan), ['table', 'json', 'markdown', 'html'])
    .addHelpText(
      'after',
      '\nExamples:\n  cpueval plan --profile skylake-06-5e-03-c6 --blob skylake-06-5e-03-cc --guest web-1 --inhibit\n  cpueval plan --profile host.json --blob update.json --policy full --module kvm_intel\n  cpueval plan --profile host.json --blob update.json --json | jq -r ".steps[].hint"\n',
    )
    .action(action(run));
}
