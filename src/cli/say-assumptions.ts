import type { CommonOptions } from './common-options.ts';
import type { ChosenKernel } from './kernel-options.ts';
import { writeErr } from './streams.ts';

/**
 * Warns on standard error where the modelled kernel only stands in for the one asked for: what its vendor backported, nobody here knows.
 * What a report assumes stands in the report itself.
 */
export async function sayAssumptions(kernel: ChosenKernel, options: Pick<CommonOptions, 'quiet'>): Promise<void> {
  const { choice, report } = kernel;
  if (options.quiet || choice.evidence !== 'nearest') return;
  const why = choice.vendor ? `${choice.vendor} backports into its kernels` : 'this release is not modelled';
  writeErr(`warning: ${choice.asked}: ${why}; the answer is that of ${report.release}, the nearest modelled kernel\n`);
}
