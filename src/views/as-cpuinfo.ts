import { escapeControl } from '../base/escape.ts';
import type { EvalReport } from '../engine/model/report.ts';

interface OneCpu {
  readonly number: number;
  readonly microcode: string | null;
  readonly flags: readonly string[];
  readonly bugs: readonly string[];
}

/** A list as the kernel prints it: a blank before every word, nothing behind the colon where there is none. */
function words(names: readonly string[]): string {
  return names.map((name) => ` ${name}`).join('');
}

/** One processor with its blank line: the lines of show_cpuinfo() that CPUID, MSRs and revision decide (cpu/proc.c). */
function processor({ cpu, cpuinfo }: EvalReport, one: OneCpu): string {
  const lines = [
    `processor\t: ${one.number}`,
    `vendor_id\t: ${escapeControl(cpu.vendor) || 'unknown'}`,
    `cpu family\t: ${cpu.family}`,
    `model\t\t: ${cpu.model}`,
    `model name\t: ${escapeControl(cpu.name) || 'unknown'}`,
    `stepping\t: ${cpu.stepping}`,
    // The kernel leaves the line out where it knows no revision.
    ...(one.microcode === null || Number(one.microcode) === 0 ? [] : [`microcode\t: ${one.microcode}`]),
    `flags\t\t:${words(one.flags)}`,
    ...(cpuinfo.vmxFlags.length > 0 ? [`vmx flags\t:${words(cpuinfo.vmxFlags)}`] : []),
    `bugs\t\t:${words(one.bugs)}`,
  ];
  return `${lines.join('\n')}\n\n`;
}

/**
 * What /proc/cpuinfo prints for CPU 0 and for every CPU that differs from it, without the lines that depend on the machine around the CPU
 * (MHz, cache size, topology, address sizes).
 */
export function asCpuinfo(report: EvalReport): string {
  const { cpu, cpuinfo, otherCpus } = report;
  const first: OneCpu = { number: 0, microcode: cpu.microcode, flags: cpuinfo.flags, bugs: cpuinfo.bugs };
  const others = otherCpus.flatMap(({ cpus, microcode, flags, bugs }) =>
    cpus.map((number): OneCpu => ({ number, microcode: microcode ?? first.microcode, flags: flags ?? first.flags, bugs: bugs ?? first.bugs })),
  );
  return [first, ...others.sort((one, other) => one.number - other.number)].map((one) => processor(report, one)).join('');
}
