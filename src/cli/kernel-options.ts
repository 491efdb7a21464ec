import type { Command } from 'commander';
import type { Problem, Result } from '../base/problem.ts';
import type { Profile } from '../data/contract/profile.ts';
import { kernelLines } from '../data/kernels/index.ts';
import type { KernelSpec } from '../engine/boot/boot.ts';
import { kernelSpec } from '../engine/boot/kernel-spec.ts';
import { chooseKernel, type KernelChoice } from '../engine/kernel/choose-kernel.ts';
import type { KernelReport } from '../engine/model/report.ts';

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

/**
 * Chooses the kernel: the command line before the profile, the profile before the default line.
 * @param options of the command
 * @param profile whose `system` may name a release, options and a whole configuration
 */
export async function kernelOf(options: KernelOptions, profile: Profile): Promise<Result<ChosenKernel>> {
  const text = options.kernel ?? profile.system?.kernel ?? DEFAULT_LINE;
  const choice = chooseKernel(text);
  const config = configOf(options.config);
  const unknown: Problem = {
    code: 'unknown-kernel',
    path: options.kernel ? '--kernel' : '$.system.kernel',
    expected: 'a kernel version such as 6.12 or 6.12.107',
    got: text,
  };
  const problems = [...(choice ? [] : [unknown]), ...config.problems];
  if (!choice || problems.length > 0) return { value: null, problems };
  const { tables } = await choice.line.load();
  const own = profile.system?.config;
  const whole = own && Object.keys(own).length > 8 ? own : choice.build ? tables.configs[choice.build] : undefined;
  const spec = kernelSpec(tables, {
    cmdline: options.cmdline ?? profile.system?.cmdline ?? '',
    ...(whole ? { config: whole } : {}),
    options: { ...(whole ? {} : own), ...config.values },
    ...(profile.system?.memoryBytes === undefined ? {} : { memoryBytes: profile.system.memoryBytes }),
    ...(profile.system?.traits ? { traits: profile.system.traits } : {}),
  });
  const report: KernelReport = { line: choice.line.line, release: choice.release, evidence: choice.evidence };
  return { value: { spec, report, choice, assumptions: assumptions(choice, whole !== undefined, options, profile) }, problems: [] };
}

function assumptions(choice: KernelChoice, configKnown: boolean, options: KernelOptions, profile: Profile): string[] {
  const found: string[] = [];
  if (!configKnown) found.push('debian-config-with-late-loading');
  if (choice.evidence !== 'exact') found.push(`kernel-${choice.evidence}`);
  if (choice.vendor !== null) found.push('vendor-kernel');
  if (options.kernel === undefined && profile.system?.kernel === undefined) found.push('default-kernel');
  return found;
}
