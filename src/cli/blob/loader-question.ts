import { inFile, type Result } from '../../base/problem.ts';
import type { Profile } from '../../data/contract/profile.ts';
import type { KernelTables } from '../../data/kernels/types.ts';
import type { KernelSpec } from '../../engine/boot/kernel-spec.ts';
import { loaderCpu } from '../../microcode/loader-cpu.ts';
import { loaderOptions } from '../../microcode/loader-options.ts';
import type { KernelLine } from '../../microcode/loader-traits.ts';
import type { LoaderCpu, LoaderOptions } from '../../microcode/verdict.ts';
import type { Document } from '../documents.ts';

/** The CPU and the kernel that a file is offered to. */
export interface LoaderQuestion {
  readonly profile: Profile;
  readonly cpu: LoaderCpu;
  readonly options: LoaderOptions;
  readonly tables: KernelTables;
}

/**
 * Puts together what `src/microcode/` wants to know of CPU and kernel.
 * @param line the kernel line that answers
 * @param kernel its tables, and the command line and configuration it is asked with
 */
export function loaderQuestion(profile: Document<Profile>, line: string, kernel: Pick<KernelSpec, 'tables' | 'cmdline' | 'config'>): Result<LoaderQuestion> {
  const cpu = loaderCpu(profile.value);
  if (cpu.value === null) return { value: null, problems: inFile(profile.file, cpu.problems) };
  const { tables, cmdline, config } = kernel;
  const { amdDigests } = tables;
  const options: LoaderOptions = {
    line: line as KernelLine,
    ...loaderOptions(line as KernelLine, cmdline, config.CONFIG_MICROCODE_LATE_FORCE_MINREV === 'y'),
    amdDigests: amdDigests === null ? null : new Map(amdDigests),
  };
  return { value: { profile: profile.value, cpu: cpu.value, options, tables }, problems: [] };
}
