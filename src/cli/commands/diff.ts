import { Command, Option } from 'commander';
import { shellWord } from '../../base/shell.ts';
import { VERDICTS } from '../../data/contract/verdicts.ts';
import type { DiffReport } from '../../engine/model/report.ts';
import { readBlobInput } from '../blob/blob-input.ts';
import { offerBlob } from '../blob/offer-blob.ts';
import { sayOffer } from '../blob/say-offer.ts';
import { action, deliver, jsonText, optionsOf, refuse, usageError, withOutput } from '../common-options.ts';
import { readProfile } from '../documents.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type KernelOptions, kernelOf, withKernel } from '../kernel-options.ts';
import { machineOf, withGuestOption, withModuleOption } from '../machine.ts';
import { otherwiseOf, type PolicyOptions, withPolicy } from '../policy-options.ts';
import { sayAssumptions } from '../say-assumptions.ts';
import { tableWidth } from '../table-width.ts';

interface Options extends KernelOptions, PolicyOptions {
  readonly profile: string;
  readonly blob: string;
  readonly module: readonly string[];
  readonly guest: readonly string[];
  readonly only?: string;
  readonly all?: boolean;
  readonly explain?: string | boolean;
  readonly failOn?: string;
  readonly full?: boolean;
  readonly cpuRejects?: boolean;
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
  const [profile, blob] = [await readProfile(options.profile), await readBlobInput(options.blob)];
  if (profile.value === null || blob.value === null) return refuse([...profile.problems, ...blob.problems]);
  const otherwise = await otherwiseOf(options, profile.value.value);
  if (otherwise.error !== null) return usageError(otherwise.error);
  const kernel = await kernelOf(options, profile.value.value);
  if (kernel.value === null) return refuse(kernel.problems);
  const offer = await offerBlob(blob.value, profile.value, kernel.value);
  if (offer.value === null) return refuse(offer.problems);
  const { bytes } = offer.value;
  const machine = await machineOf(profile.value, kernel.value, { modules: options.module, guests: options.guest });
  if (machine.value === null) return refuse(machine.problems);
  const { dryRun } = await import('../../engine/diff/dry-run.ts');
  const report = dryRun({
    ...machine.value,
    kernel: kernel.value.report,
    load: { blob: offer.value.blob, cpuRejects: options.cpuRejects ?? false, ...(bytes === undefined ? {} : { verdictOfBytes: bytes }) },
    assumptions: [...kernel.value.assumptions, ...(offer.value.blob.unknownEffects === true ? ['unknown-effects'] : [])],
    full: options.full ?? false,
    otherwise: otherwise.value,
  });
  await sayAssumptions(kernel.value, options, machine.value.machine.kernel.log);
  sayOffer(offer.value, options);
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
  const width = await tableWidth(options);
  if (options.explain !== undefined) {
    const { explainChanged, explainRow } = await import('../../views/explain.ts');
    return options.explain === true ? explainChanged(report, width) : explainRow(report, String(options.explain), width);
  }
  const { renderDiff } = await import('../../views/render.ts');
  return renderDiff(report, options.format, { ...width, all: options.all ?? false, only, command: nextCommand(options) });
}

/** What the command was asked about, as a shell takes it again: for the last line, which leads on. */
function nextCommand(options: Options): string {
  const words = ['--profile', options.profile, '--blob', options.blob];
  if (options.kernel !== undefined) words.push('--kernel', options.kernel);
  if (options.cmdline !== undefined) words.push('--cmdline', options.cmdline);
  for (const config of options.config) words.push('--config', config);
  for (const module of options.module) words.push('--module', module);
  for (const guest of options.guest) words.push('--guest', guest);
  if (options.policy !== 'mainline') words.push('--policy', options.policy);
  if (options.patches !== undefined) words.push('--patches', options.patches);
  if (options.inhibit) words.push('--inhibit');
  if (options.force !== undefined) words.push('--force', options.force);
  if (options.strict) words.push('--strict');
  if (options.cpuRejects) words.push('--cpu-rejects');
  return words.map(shellWord).join(' ');
}

/** `cpueval diff`: the dry run of a late load. */
export function command(): Command {
  const diff = new Command('diff')
    .description(
      'Load a microcode update into a running kernel without touching anything: what it would report, what would protect in fact, what a reboot would give.',
    )
    .requiredOption('--profile <profile>', 'the machine: a NAME of `cpueval list profiles`, a file, or -')
    .requiredOption(
      '--blob <blob>',
      'the update: a NAME of `cpueval list blobs`, a descriptor, a microcode file or folder, an early-load image, metadata text, or -',
    );
  withPolicy(withGuestOption(withModuleOption(withKernel(diff))))
    .option('--only <sections>', `only these, comma-separated: ${SECTIONS.join(',')}`)
    .option('--all', 'unchanged rows too')
    .option('--explain [row]', 'causes and rules behind one row, or behind all that changed')
    .addOption(new Option('--fail-on <gate>', 'exit code 1 from this verdict on').choices([...VERDICTS, 'refused', 'stale']))
    .option('--full', 'with --json: the three whole states too')
    .option('--cpu-rejects', 'what if the CPU does not take the update');
  return withOutput(diff, ['table', 'json', 'markdown', 'html'])
    .addHelpText(
      'after',
      '\nExamples:\n  cpueval diff --profile skylake-06-5e-03-c6 --blob skylake-06-5e-03-cc\n  cpueval diff --profile host.json --blob update.json --kernel 7.2 --module kvm_intel --explain mds\n  cpueval diff --profile host.json --blob update.json --json --fail-on stranded\n  cpueval diff --profile host.json --blob /lib/firmware\n',
    )
    .action(action(run));
}
