import type { CpuReport, KernelReport } from '../../engine/model/report.ts';

function two(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** @returns the machine as Intel's files name it: `Skylake (06-5e-03)`. */
export function cpuWords(cpu: CpuReport): string {
  const name = cpu.codename ?? (cpu.name || cpu.vendor);
  return `${name} (${two(cpu.family)}-${two(cpu.model)}-${two(cpu.stepping)})`;
}

/** @returns the kernel, and how near the modelled one is. */
export function kernelWords({ release, evidence }: KernelReport): string {
  if (evidence === 'exact') return `kernel ${release}`;
  return evidence === 'same-line' ? `kernel ${release}, for its line` : `kernel ${release}, the nearest modelled`;
}

/** @returns a revision; some vendors have none to show. */
export function revisionWords(revision: string | null): string {
  return revision ?? 'not shown';
}
