import { type CpuDump, type Machine, rowOf, signatureParts } from './machine.ts';
import type { ProblemList } from './problems.ts';

const place = (cpu: CpuDump): number => Math.max(cpu.line, 1);

/** Hybrids have one signature for all kinds of core, and mixed steppings are still of one model. */
function checkModels(machine: Machine, problems: ProblemList, file: string | undefined): void {
  const nameOf = (cpu: CpuDump): string | null => {
    const leaf1 = rowOf(cpu, 1);
    if (!leaf1) return null;
    const { family, model } = signatureParts(leaf1.eax);
    return `family ${family} model ${model}`;
  };
  const first = machine.cpus.map(nameOf).find((name) => name !== null);
  const odd = machine.cpus.find((cpu) => nameOf(cpu) !== null && nameOf(cpu) !== first);
  if (odd) problems.at('mixed-machines', place(odd), `CPU ${odd.cpu} of the same model as those above (${first})`, nameOf(odd) ?? '', file);
}

/**
 * Notes what makes a machine doubtful: no vendor or signature, without which nothing can be evaluated, and CPUs of several models.
 * @param machine a machine with at least one CPU
 * @param problems takes what is found, at the first row of the CPU
 * @param file where the CPUs of a machine stand in several files
 */
export function checkMachine(machine: Machine, problems: ProblemList, file?: string): void {
  const first = machine.cpus[0] as CpuDump;
  for (const leaf of [0, 1]) {
    if (rowOf(first, leaf)) continue;
    problems.at('leaf-missing', place(first), `leaf ${leaf} of CPU ${first.cpu}: ${leaf === 0 ? 'the vendor' : 'the signature'}`, 'no such row', file);
  }
  checkModels(machine, problems, file);
}
