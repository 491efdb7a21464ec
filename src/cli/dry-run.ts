import { type Command, Option } from 'commander';
import type { Problem, Result } from '../base/problem.ts';
import { shellWord } from '../base/shell.ts';
import type { DiffReport, GuardMode } from '../engine/model/report.ts';
import { readBlobInput } from './blob/blob-input.ts';
import type { DigestList } from './blob/digest-list.ts';
import { offerBlob } from './blob/offer-blob.ts';
import { sayOffer } from './blob/say-offer.ts';
import { refuse, usageError } from './common-options.ts';
import { readProfile } from './documents.ts';
import type { ExitCode } from './exit.ts';
import { type KernelOptions, kernelOf, withKernel } from './kernel-options.ts';
import { machineOf, withGuestOption, withModuleOption } from './machine.ts';
import { otherwiseOf, type PolicyOptions, withPolicy } from './policy-options.ts';
import { sayAssumptions } from './say-assumptions.ts';

/** What a dry run is asked about. */
export interface DryRunOptions extends KernelOptions, PolicyOptions {
  readonly profile: string;
  readonly blob: string;
  readonly module: readonly string[];
  readonly guest: readonly string[];
  readonly guard: GuardMode;
  readonly cpuRejects?: boolean;
  readonly amdDigests?: string;
  readonly full?: boolean;
}

const GUARD_MODES: readonly GuardMode[] = ['off', 'warn', 'deny'];

/** Gives a command every option of a dry run. */
export function withDryRun(command: Command): Command {
  command
    .requiredOption('--profile <profile>', 'the machine: a NAME of `cpueval list profiles`, a file, or -')
    .requiredOption(
      '--blob <blob>',
      'the update: a NAME of `cpueval list blobs`, a descriptor, a microcode file or folder, an early-load image, metadata text, or -',
    );
  return withPolicy(withGuestOption(withModuleOption(withKernel(command))))
    .addOption(new Option('--guard <mode>', 'what becomes of later events that work from a stale copy').choices(GUARD_MODES).default('off'))
    .option('--cpu-rejects', 'what if the CPU does not take the update')
    .option('--amd-digests <file>', "digests to add to the kernel's list of known AMD patches: patch id and sha256, a line each");
}

/** A dry run that was done, or the exit code of one that could not be. */
export type DryRunDone = { readonly report: DiffReport; readonly code: null } | { readonly report: null; readonly code: ExitCode };

const failed = (code: ExitCode): DryRunDone => ({ report: null, code });
const refused = (problems: readonly Problem[]): DryRunDone => failed(refuse(problems));

/**
 * Reads the files, boots the machine and does the dry run.
 * @returns the report; problems have been printed where there is none
 */
export async function dryRunOf(options: DryRunOptions & { readonly quiet: boolean }): Promise<DryRunDone> {
  const [profile, blob] = [await readProfile(options.profile), await readBlobInput(options.blob)];
  if (profile.value === null || blob.value === null) return refused([...profile.problems, ...blob.problems]);
  const digests = await digestsOf(options.amdDigests);
  if (digests.value === null) return refused(digests.problems);
  const otherwise = await otherwiseOf(options, profile.value.value);
  if (otherwise.error !== null) return failed(usageError(otherwise.error));
  const kernel = await kernelOf(options, profile.value.value);
  if (kernel.value === null) return refused(kernel.problems);
  const offer = await offerBlob(blob.value, profile.value, kernel.value);
  if (offer.value === null) return refused(offer.problems);
  const { bytes } = offer.value;
  const machine = await machineOf(profile.value, kernel.value, { modules: options.module, guests: options.guest });
  if (machine.value === null) return refused(machine.problems);
  const { dryRun } = await import('../engine/diff/dry-run.ts');
  const report = dryRun({
    ...machine.value,
    kernel: kernel.value.report,
    load: {
      blob: offer.value.blob,
      cpuRejects: options.cpuRejects ?? false,
      amdDigests: digests.value,
      ...(bytes === undefined ? {} : { verdictOfBytes: bytes }),
    },
    assumptions: [...kernel.value.assumptions, ...(offer.value.blob.unknownEffects === true ? ['unknown-effects'] : [])],
    full: options.full ?? false,
    otherwise: otherwise.value,
    guard: options.guard,
  });
  await sayAssumptions(kernel.value, options, machine.value.machine.kernel.log);
  sayOffer(offer.value, options);
  return { report, code: null };
}

/** The reader of lists is loaded where there is one. */
async function digestsOf(file: string | undefined): Promise<Result<DigestList>> {
  return file === undefined ? { value: [], problems: [] } : (await import('./blob/digest-list.ts')).readDigestList(file);
}

/** Options that the commands of the dry run and the explorer share. */
function sharedWords(options: DryRunOptions): string[] {
  const words = ['--profile', options.profile, '--blob', options.blob];
  if (options.kernel !== undefined) words.push('--kernel', options.kernel);
  if (options.cmdline !== undefined) words.push('--cmdline', options.cmdline);
  for (const config of options.config) words.push('--config', config);
  for (const guest of options.guest) words.push('--guest', guest);
  if (options.policy !== 'mainline') words.push('--policy', options.policy);
  if (options.patches !== undefined) words.push('--patches', options.patches);
  if (options.inhibit) words.push('--inhibit');
  if (options.force !== undefined) words.push('--force', options.force);
  if (options.strict) words.push('--strict');
  return words;
}

/** @returns what was asked about, as a shell takes it again: for the lines that lead on. */
export function dryRunWords(options: DryRunOptions): string {
  const words = sharedWords(options);
  for (const module of options.module) words.push('--module', module);
  if (options.guard !== 'off') words.push('--guard', options.guard);
  if (options.cpuRejects) words.push('--cpu-rejects');
  if (options.amdDigests !== undefined) words.push('--amd-digests', options.amdDigests);
  return words.map(shellWord).join(' ');
}

/** @returns the same for `explore`, whose timeline loads KVM by itself; null where standard input was read, which the keyboard needs. */
export function exploreWords(options: DryRunOptions): string | null {
  return options.profile === '-' || options.blob === '-' ? null : sharedWords(options).map(shellWord).join(' ');
}
