import { userSpaceFeatures } from '../../data/holders/user-space-features.ts';
import type { Boot } from '../boot/boot.ts';
import type { Machine, Moment, Process } from '../model/machine.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { cpuidRef } from '../silicon/refs.ts';
import { cpuidOf, type Silicon } from '../silicon/silicon.ts';
import { valueDifference, wordDifferences } from './differ.ts';
import { because, type Holder, NEW_KERNEL } from './holder.ts';
import { hidesTsx, lossSymptom } from './user-space.ts';

const HLE_AND_RTM = (1 << 4) | (1 << 11);

/** CPUID is not virtualised for user space: a program sees the silicon, less what the kernel hides by MSR. */
function seen(kernel: Boot, silicon: Silicon, leaf: number, subleaf: number, register: 'eax' | 'ebx' | 'ecx' | 'edx'): number {
  const value = cpuidOf(silicon, leaf, subleaf)[register];
  return leaf === 7 && subleaf === 0 && register === 'ebx' && hidesTsx(kernel) ? value & ~HLE_AND_RTM : value;
}

type Look = Pick<Moment, 'kernel' | 'silicon'>;

/** Bits by which programs choose their code, as a program saw them at its start and as it would see them now. */
function userSpaceDifferences(held: Look, now: Look): SnapshotDifference[] {
  if (held.silicon === now.silicon && hidesTsx(held.kernel) === hidesTsx(now.kernel)) return [];
  const found: SnapshotDifference[] = [];
  for (const [leaf, subleaf, register, bits] of userSpaceFeatures) {
    const [was, is] = [held, now].map(({ kernel, silicon }) => seen(kernel, silicon, leaf, subleaf, register)) as [number, number];
    if (was === is) continue;
    for (const bit of bits)
      if (((was ^ is) >>> bit) & 1) found.push({ ref: cpuidRef(leaf, subleaf, register, bit), held: ((was >>> bit) & 1) === 1, now: ((is >>> bit) & 1) === 1 });
  }
  return found;
}

const now = (machine: Machine): Look => ({ kernel: machine.kernel, silicon: machine.threads[0]!.silicon });

/** Everything that nobody names and that runs since the boot, or since all was restarted. */
const others: Holder = {
  id: 'running processes',
  title: 'code that programs and libraries chose when they started',
  source: 'CPUID in user space, glibc cpu-features.c',
  takenAt: (machine) => machine.processes.find(({ name }) => name === '*')?.at.event ?? machine.booted.at.event,
  differences: (machine) => userSpaceDifferences(machine.processes.find(({ name }) => name === '*') ?? machine.booted, now(machine)),
  symptom: lossSymptom,
  cures: NEW_KERNEL,
  tries: { 'process-restart': because('set-once') },
};

function processHolder({ name: own }: Process): Holder {
  const find = (machine: Machine): Process | undefined => machine.processes.find(({ name }) => name === own);
  return {
    ...others,
    id: `process ${own}`,
    takenAt: (machine) => find(machine)?.at.event ?? null,
    differences: (machine) => {
      const held = find(machine);
      return held ? userSpaceDifferences(held, now(machine)) : [];
    },
  };
}

/** HWCAP2_FSGSBASE and HWCAP2_RING3MWAIT follow two features of the boot CPU, AT_HWCAP is its word 0 (asm/elf.h). */
const auxiliary: Holder = {
  id: 'AT_HWCAP, AT_HWCAP2',
  title: 'what the kernel hands to every new program',
  source: 'asm/elf.h ELF_HWCAP, ELF_HWCAP2',
  takenAt: (machine) => machine.booted.at.event,
  differences: ({ kernel, booted }, { fresh }) => {
    const hwcap = wordDifferences(kernel.tables, kernel.cpu.words.subarray(0, 1), fresh.kernel.cpu.words.subarray(0, 1));
    const hwcap2 = ['FSGSBASE', 'RING3MWAIT'].flatMap((name) =>
      valueDifference(`feature:${name.toLowerCase()}`, booted.kernel.has(name, booted.kernel.patched ?? booted.kernel.cpu), fresh.kernel.has(name)),
    );
    return [...hwcap, ...hwcap2];
  },
  symptom: lossSymptom,
  cures: NEW_KERNEL,
  tries: { 'process-restart': because('set-once') },
};

/** User space: what runs, and what the kernel tells it. */
export function processHolders(machine: Machine): readonly Holder[] {
  return [auxiliary, others, ...machine.processes.filter(({ name }) => name !== '*').map(processHolder)];
}
