import { Command, Option } from 'commander';
import { VERDICTS } from '../../data/contract/verdicts.ts';
import type { DiffReport } from '../../engine/model/report.ts';
import { action, deliver, jsonText, optionsOf, usageError, withOutput } from '../common-options.ts';
import { type DryRunOptions, dryRunOf, dryRunWords, exploreWords, withDryRun } from '../dry-run.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { tableWidth } from '../table-width.ts';

interface Options extends DryRunOptions {
  readonly only?: string;
  readonly all?: boolean;
  readonly explain?: string | boolean;
  readonly failOn?: string;
}

const SECTIONS = ['features', 'bugs', 'vulnerabilities', 'silicon', 'snapshots', 'guests', 'plan'];

/** @returns whether the report reaches what `--fail-on` names. */
export function gateReached(report: DiffReport, gate: string): boolean {
  if (gate === 'refused') return ['refused', 'failed', 'inhibited'].includes(report.load.outcome);
  if (gate === 'stale') return [...report.snapshots, ...report.guests].some(({ stale }) => stale);
  const order: readonly string[] = VERDICTS;
  return order.indexOf(report.summary.verdict) >= order.indexOf(gate);
}

async function run(command: Command): Promise<ExitCode> {
  const options = optionsOf<Options>(command);
  const only = options.only?.split(',') ?? null;
  const strange = only?.find((name) => !SECTIONS.includes(name));
  if (strange !== undefined) return usageError(`--only takes ${SECTIONS.join(', ')}, not ${JSON.stringify(strange)}`);
  const { report, code: failure } = await dryRunOf(options);
  if (report === null) return failure;
  const code = options.failOn !== undefined && gateReached(report, options.failOn) ? EXIT.gate : EXIT.done;
  const drawn = await render(report, options, only);
  return drawn === null ? usageError(await noSuchRow(report, String(options.explain))) : deliver(drawn, options, code);
}

async function noSuchRow(report: DiffReport, row: string): Promise<string> {
  const { rowNames, rowsOf } = await import('../../views/page/explain-tree.ts');
  return `--explain takes the name of a row, not ${JSON.stringify(row)}; there are ${rowNames(rowsOf(report)).join(', ')}`;
}

async function render(
  report: DiffReport,
  options: Options & { format: string; color: boolean; output?: string },
  only: readonly string[] | null,
): Promise<string | null> {
  if (options.format === 'json') {
    const { wordedDiff } = await import('../../views/json.ts');
    return jsonText(wordedDiff(report));
  }
  const width = tableWidth(options);
  if (options.explain !== undefined) {
    const { explainChanged, explainRow } = await import('../../views/explain.ts');
    return options.explain === true ? explainChanged(report, width) : explainRow(report, String(options.explain), width);
  }
  const { renderDiff } = await import('../../views/render.ts');
  return renderDiff(report, options.format, {
    ...width,
    all: options.all ?? false,
    only,
    leadingOn: { dryRun: dryRunWords(options), explore: exploreWords(options) },
  });
}

/** `cpueval diff`: the dry run of a late load. */
export function command(): Command {
  const diff = new Command('diff').description(
    'Load a microcode update into a running kernel without touching anything: what it would report, what would protect in fact, what a reboot would give.',
  );
  withDryRun(diff)
    .option('--only <sections>', `only these, comma-separated: ${SECTIONS.join(',')}`)
    .option('--all', 'unchanged rows too')
    .option('--explain [row]', 'causes and rules behind one row, or behind all that changed')
    .addOption(new Option('--fail-on <gate>', 'exit code 1 from this verdict on').choices([...VERDICTS, 'refused', 'stale']))
    .option('--full', 'with --json: the three whole states too');
  return withOutput(diff, ['table', 'json', 'markdown', 'html'])
    .addHelpText(
      'after',
      '\nExamples:\n  cpueval diff --profile skylake-06-5e-03-c6 --blob skylake-06-5e-03-cc\n  cpueval diff --profile host.json --blob update.json --kernel 7.2 --module kvm_intel --explain mds\n  cpueval diff --profile host.json --blob update.json --json --fail-on stranded\n  cpueval diff --profile host.json --blob /lib/firmware\n',
    )
    .action(action(run));
}
