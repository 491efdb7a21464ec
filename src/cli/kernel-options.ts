import type { Command } from 'commander';
import type { Problem, Result } from '../base/problem.ts';
import type { Profile } from '../data/contract/profile.ts';
import { kernelLines } from '../data/kernels/index.ts';
import type { KernelTables } from '../data/kernels/types.ts';
import type { KernelSpec } from '../engine/boot/boot.ts';
import { kernelSpec } from '../engine/boot/kernel-spec.ts';
import { chooseKernel, type KernelChoice } from '../engine/kernel/choose-kernel.ts';
import { inWordsOf, isAlwaysBuilt, knownOptions } from '../engine/kernel/config-options.ts';
import type { KernelReport } from '../engine/model/report.ts';
import { suggest } from './suggest.ts';

/** What a command line says of the kernel. */
export interface KernelOptions {
  readonly kernel?: string;
  readonly cmdline?: string;
  readonly config: readonly string[];
}

/** The kernel that a run is about, and what had to be assumed for it. */
export interface ChosenKernel {
  readonly spec: KernelSpec;
  readonly report: KernelReport;
  readonly choice: KernelChoice;
  /** Codes of assumptions; words are the views'. */
  readonly assumptions: readonly string[];
  /** Names behind `--config` that change nothing: none the engine asks for, or of code this line always has. */
  readonly idleConfig: readonly IdleOption[];
}

/** An option of the command line's `--config` that decides nothing. */
export interface IdleOption {
  readonly name: string;
  readonly alwaysBuilt: boolean;
  /** Names that may have been meant. */
  readonly near: readonly string[];
}

const DEFAULT_LINE = '6.12';

/** Gives a command `--kernel`, `--cmdline` and `--config`. */
export function withKernel(command: Command): Command {
  return command
    .option(
      '--kernel <kernel>',
      `a line (${kernelLines.map(({ line }) => line).join(', ')}), a release, or what /proc/version prints; else the profile's, else ${DEFAULT_LINE}`,
    )
    .option('--cmdline <options>', "kernel command line, in place of the profile's")
    .option('--config <NAME=value>', 'one option of the kernel configuration; repeat for more', (value: string, all: string[]) => [...all, value], []);
}

function configProblem(text: string): Problem {
  return { code: 'bad-config', path: '--config', expected: 'NAME=y, NAME=m, NAME=n or NAME=value', got: text };
}

/** Reads `CONFIG_X=y` and `X=y`. */
function configOf(options: readonly string[]): { values: Record<string, string>; problems: Problem[] } {
  const values: Record<string, string> = {};
  const problems: Problem[] = [];
  for (const text of options) {
    const match = /^(?:CONFIG_)?([A-Z0-9_]+)=(\S+)$/.exec(text);
    if (match) values[`CONFIG_${match[1]}`] = match[2]!;
    else problems.push(configProblem(text));
  }
  return { values, problems };
}

function idleOptions(names: readonly string[], tables: KernelTables): IdleOption[] {
  const known = knownOptions(tables);
  const alwaysBuilt = (name: string): boolean => isAlwaysBuilt(tables.line, name);
  const idle = names.filter((name) => !known.has(name) || alwaysBuilt(name));
  return idle.map((name) => ({ name, alwaysBuilt: alwaysBuilt(name), near: alwaysBuilt(name) ? [] : suggest(name, [...known]) }));
}

/** Single clauses that a profile switches must be clauses that some kernel has. */
async function traitProblems(traits: Readonly<Record<string, boolean>> | undefined): Promise<Problem[]> {
  if (traits === undefined) return [];
  const { knownTraits } = await import('../engine/kernel/known-traits.ts');
  const known = await knownTraits();
  const unknown = Object.keys(traits).filter((name) => !known.includes(name));
  return unknown.map((name) => {
    const near = suggest(name, known);
    const list = [...near, ...known.filter((one) => !near.includes(one))].join(', ');
    return { code: 'unknown-trait', path: `$.system.traits.${name}`, expected: `one of ${list}`, got: name };
  });
}

/** The whole configuration where it is known, and the single options that go over it. */
function configurationOf(
  choice: KernelChoice,
  tables: KernelTables,
  own: Readonly<Record<string, string>>,
): { whole?: Readonly<Record<string, string>>; own: typeof own } {
  const mine = inWordsOf(tables.line, own);
  // A profile that was captured with its kernel's configuration has dozens of options, one that was written has a few.
  if (Object.keys(own).length > 8) return { whole: mine, own: {} };
  const built = choice.build === null ? undefined : tables.configs[choice.build];
  return { ...(built ? { whole: built } : {}), own: mine };
}

/**
 * Chooses the kernel: the command line before the profile, the profile before the default line.
 * @param options of the command
 * @param profile whose `system` may name a release, options, clauses and a whole configuration
 */
export async function kernelOf(options: KernelOptions, profile: Profile): Promise<Result<ChosenKernel>> {
  const { system } = profile;
  const text = options.kernel ?? system?.kernel ?? DEFAULT_LINE;
  const choice = chooseKernel(text);
  const config = configOf(options.config);
  const unknown: Problem = {
    code: 'unknown-kernel',
    path: options.kernel ? '--kernel' : '$.system.kernel',
    expected: 'a kernel version such as 6.12 or 6.12.107',
    got: text,
  };
  const problems = [...(choice ? [] : [unknown]), ...config.problems, ...(await traitProblems(system?.traits))];
  if (!choice || problems.length > 0) return { value: null, problems };
  const { tables } = await choice.line.load();
  const { whole, own } = configurationOf(choice, tables, system?.config ?? {});
  const spec = kernelSpec(tables, {
    cmdline: options.cmdline ?? system?.cmdline ?? '',
    ...(whole ? { config: whole } : {}),
    options: { ...own, ...inWordsOf(tables.line, config.values) },
    ...(system?.memoryBytes === undefined ? {} : { memoryBytes: system.memoryBytes }),
    ...(system?.traits ? { traits: system.traits } : {}),
  });
  const report: KernelReport = { line: choice.line.line, release: choice.release, evidence: choice.evidence };
  const idleConfig = idleOptions(Object.keys(config.values), tables);
  return { value: { spec, report, choice, assumptions: assumptions(choice, whole !== undefined, options, profile), idleConfig }, problems: [] };
}

function assumptions(choice: KernelChoice, configKnown: boolean, options: KernelOptions, profile: Profile): string[] {
  const found: string[] = [];
  if (!configKnown) found.push('debian-config-with-late-loading');
  if (choice.evidence !== 'exact') found.push(`kernel-${choice.evidence}`);
  if (choice.vendor !== null) found.push('vendor-kernel');
  if (options.kernel === undefined && profile.system?.kernel === undefined) found.push('default-kernel');
  return found;
}
