import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { hex, parseHex32 } from '../../base/hex.ts';
import type { Problem, Result } from '../../base/problem.ts';
import { chooseKernel, type KernelChoice } from '../../engine/kernel/choose-kernel.ts';
import { codenameOf } from '../../microcode/cpu-name.ts';
import { isFirmwareName } from '../../microcode/detect-format.ts';
import { type CandidateFile, notForLateLoad, refusedUpdates, selectUpdate } from '../../microcode/select.ts';
import { planSteps } from '../../microcode/step-plan.ts';
import type { LoaderCpu, LoaderOptions } from '../../microcode/verdict.ts';
import { blobSelectText, type ShownSelection } from '../../views/blob-select.ts';
import { selectionJson } from '../../views/blob-select-json.ts';
import { deliver, jsonText, optionsOf, refuse } from '../common-options.ts';
import { readProfile } from '../documents.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printProblems } from '../print-problems.ts';
import { outColumns } from '../streams.ts';
import { readDigestList } from './digest-list.ts';
import { loaderQuestion } from './loader-question.ts';
import { readMicrocode } from './read-microcode.ts';
import { blobStyle } from './style.ts';

interface SelectOptions {
  readonly profile: string;
  readonly kernel?: string;
  readonly cmdline?: string;
  readonly revision?: string;
  readonly target?: string;
  readonly all?: boolean;
  readonly amdDigests?: string;
}

/** CPU, kernel and command line that the question is about. */
interface Asked {
  readonly cpu: LoaderCpu;
  readonly choice: KernelChoice;
  readonly options: LoaderOptions;
  readonly target: number | undefined;
}

async function asked(options: SelectOptions): Promise<Result<Asked>> {
  const profile = await readProfile(options.profile);
  if (profile.value === null) return { value: null, problems: profile.problems };
  const text = options.kernel ?? profile.value.value.system?.kernel ?? '6.12';
  const choice = chooseKernel(text);
  const revision = number('--revision', options.revision);
  const target = number('--target', options.target);
  const digests = await readDigestList(options.amdDigests);
  const kernel: Problem = { code: 'unknown-kernel', path: '--kernel', expected: 'a kernel version such as 6.12 or 6.12.107', got: text };
  const problems = [...(choice === null ? [kernel] : []), ...revision.problems, ...target.problems, ...digests.problems];
  if (choice === null || digests.value === null || problems.length > 0) return { value: null, problems };
  const { tables } = await choice.line.load();
  const { system } = profile.value.value;
  const kernelAsked = { tables, cmdline: options.cmdline ?? system?.cmdline ?? '', config: system?.config ?? {} };
  const question = loaderQuestion(profile.value, choice.line.line, kernelAsked);
  if (question.value === null) return question;
  const { cpu, options: loader } = question.value;
  const asCpu = { ...cpu, ...(revision.value === undefined ? {} : { revision: revision.value }) };
  const known = loader.amdDigests ?? null;
  const amdDigests = known === null ? null : new Map([...known, ...digests.value]);
  return { value: { cpu: asCpu, choice, options: { ...loader, amdDigests }, target: target.value }, problems: [] };
}

function number(option: string, text: string | undefined): { value: number | undefined; problems: Problem[] } {
  const value = text === undefined ? undefined : parseHex32(text.toLowerCase());
  if (value === null) return { value: undefined, problems: [{ code: 'bad-revision', path: option, expected: 'a revision such as 0xf0', got: text ?? '' }] };
  return { value, problems: [] };
}

/** A single file of any name is meant to be offered to the CPU; names decide only among several. */
function offeredName(names: readonly string[]): { offered?: string } {
  const [only] = names;
  if (names.length !== 1 || only === undefined || isFirmwareName(only)) return {};
  if (only === '-') return { offered: 'standard input' };
  return statSync(only, { throwIfNoEntry: false })?.isFile() ? { offered: only } : {};
}

function answer({ cpu, options, target }: Asked, names: readonly string[], files: readonly CandidateFile[]): ShownSelection {
  const selection = selectUpdate(files, cpu, { ...options, ...offeredName(names) });
  const { notLate, unusable } = refusedUpdates(selection);
  const updates = files.flatMap(({ summary }) => summary.updates).filter((update) => !unusable.has(update));
  const purposes = new Map([...notForLateLoad(files), ...notLate]);
  return {
    line: options.line,
    cpu: { ...cpu, codename: codenameOf(cpu.vendor, cpu.signature) },
    selection,
    plan: planSteps(updates, cpu, { ...options, notLate: purposes, ...(target === undefined ? {} : { target }) }),
  };
}

/** Runs `cpueval blob select`. */
export async function run(command: Command, names: readonly string[]): Promise<ExitCode> {
  const options = optionsOf<SelectOptions>(command);
  const question = await asked(options);
  if (question.value === null) return refuse(question.problems);
  const { files, problems, unreadable } = await readMicrocode(names, { digests: 'all', keepBytes: true });
  const code = unreadable ? EXIT.usage : EXIT.done;
  const shown = answer(question.value, names, files);
  const wanted = question.value.target;
  const absent: Problem[] =
    wanted === undefined || shown.plan.target !== null
      ? []
      : [{ code: 'no-such-update', path: '--target', expected: 'the revision of a newer, sound update for this CPU', got: hex(wanted) }];
  if (options.format === 'json') return deliver(jsonText(selectionJson(shown, question.value.choice, files, [...problems, ...absent])), options, code);
  // A vendor's odd date does not matter to the question.
  printProblems([...problems, ...absent].filter(({ code: kind }) => kind !== 'bad-date'));
  return deliver(blobSelectText(shown, options.all === true, outColumns(), await blobStyle(options.color)), options, code);
}
