import { escapeControl, shorten } from '../base/escape.ts';
import type { Differences } from '../engine/kernel/release-history.ts';
import type { CommonOptions } from './common-options.ts';
import type { ChosenKernel, IdleOption } from './kernel-options.ts';
import { writeErr } from './streams.ts';

/** How the kernel begins, or what it writes, when an option is not to its liking (cpu/bugs.c, cpu/common.c, kernel/cpu.c, init/main.c). */
const COMPLAINTS: readonly RegExp[] = [
  /^Malformed early option /,
  /\b[Ii]gnoring (?:unknown|option)\b/,
  /^Unsupported mitigations/,
  /: unknown (?:option|CPU flag)\b/,
  /Unknown user space protection option/,
  /: invalid option, defaulting to /,
  / Switching to AUTO select$/,
  /WARNING: (?:retbleed=stuff depends on|CPU does not support IBPB|kernel not compiled with) /,
  / mitigation not supported, using default$/,
  /^GDS: Mitigation locked\. Disable failed\.$/,
];

/** @returns the lines of a boot log in which the kernel complains of its command line, each once. */
export function complaintsOf(log: readonly string[]): string[] {
  return [...new Set(log.filter((line) => COMPLAINTS.some((form) => form.test(line))))];
}

/** @returns in how far the modelled kernel only stands in for the one asked for: what its vendor backported, nobody here knows. */
function standIn({ choice, report }: ChosenKernel): string[] {
  if (choice.evidence !== 'nearest') return [];
  const why = choice.vendor ? `${choice.vendor} backports into its kernels` : 'this release is not modelled';
  return [`warning: ${shorten(choice.asked, 80)}: ${why}; the answer is that of ${report.release}, the nearest modelled kernel`];
}

/** @returns what came into the line after the release asked for, and so is not there. */
function olderRelease({ choice, report }: ChosenKernel, { undo, unsettled }: Differences): string {
  const names = undo.filter(({ kind }) => kind === 'vulnerability').map(({ what }) => what);
  const others = undo.length - names.length;
  const without = [...names, ...(others > 0 ? [`${others} smaller changes`] : [])].join(', ') || 'nothing';
  const left = unsettled.filter(({ since }) => since !== null).length;
  const unknown = unsettled.filter(({ since }) => since === null).map(({ what }) => what);
  return [
    `note: ${shorten(choice.asked, 80)}: answered by ${report.release} without what came later: ${without}`,
    ...(left > 0 ? [`not undone: ${left} more`] : []),
    ...(unknown.length > 0 ? [`not known since when: ${unknown.join(', ')}`] : []),
  ].join('; ');
}

function idle({ name, alwaysBuilt, near }: IdleOption): string {
  if (alwaysBuilt) return `warning: --config ${name}: this kernel has no such option, the code is always there`;
  return `warning: --config ${name}: nothing here asks for it${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}`;
}

/**
 * Says on standard error where the kernel that answers is not the one asked for, which options of its configuration decide nothing, and what
 * it says of its command line. What a report assumes stands in the report itself.
 * @param log what the kernel printed when it booted
 */
export async function sayAssumptions(kernel: ChosenKernel, options: Pick<CommonOptions, 'quiet'>, log: readonly string[] = []): Promise<void> {
  if (options.quiet) return;
  const differences = await kernel.choice.differences?.();
  const lines = [
    ...standIn(kernel),
    ...(differences ? [olderRelease(kernel, differences)] : []),
    ...kernel.idleConfig.map(idle),
    ...complaintsOf(log).map((line) => `kernel: ${line}`),
  ];
  if (lines.length > 0) writeErr(lines.map((line) => `${escapeControl(line)}\n`).join(''));
}
