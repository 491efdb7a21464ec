import type { Machine } from '../model/machine.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { wordDifferences } from './differ.ts';
import { anyLost, because, type Holder, NEW_KERNEL } from './holder.ts';
import { lossSymptom } from './user-space.ts';

/** A re-onlined CPU can take bits out of boot_cpu_data, and on AMD put the SBPB bits in; what it gained itself stays its own. */
function whyNotHotplug(left: readonly SnapshotDifference[], all: readonly SnapshotDifference[]): string {
  if (left.length < all.length) return 'losses-only';
  return anyLost(left) ? 'boot-decision' : 'other-cpus-only';
}

const bootCpuData: Holder = {
  id: 'boot_cpu_data',
  title: 'capabilities and bugs of the boot CPU, which the kernel takes for all',
  source: 'cpu/common.c early_identify_cpu(), identify_boot_cpu()',
  takenAt: (machine) => machine.booted.at.event,
  differences: ({ kernel }, { fresh }) => wordDifferences(kernel.tables, kernel.cpu.words, fresh.kernel.cpu.words),
  symptom: (differences, machine) =>
    lossSymptom(
      differences.filter(({ ref }) => !ref.startsWith('bug:')),
      machine,
    ),
  cures: NEW_KERNEL,
  tries: { 'cpu-hotplug': whyNotHotplug },
};

function masks(machine: Machine): readonly [cleared: Uint32Array, forced: Uint32Array] {
  return [machine.kernel.cleared, machine.kernel.forced];
}

/** What stays off, or on, for good: decisions that were made for the revision, the errata and the MSRs of the boot. */
const forcedCaps: Holder = {
  id: 'cpu_caps_cleared, cpu_caps_set',
  title: 'features that the boot has cleared or forced for good',
  source: 'cpu/cpuid-deps.c do_clear_cpu_cap(), asm/cpufeature.h setup_force_cpu_cap()',
  takenAt: (machine) => machine.booted.at.event,
  differences: (machine, { fresh }) => {
    const [[cleared, forced], [clearedNow, forcedNow]] = [masks(machine), masks(fresh)];
    const { tables } = machine.kernel;
    const off = wordDifferences(tables, cleared, clearedNow).map(({ ref, held, now }) => ({ ref: `cleared:${ref}`, held, now }));
    const on = wordDifferences(tables, forced, forcedNow).map(({ ref, held, now }) => ({ ref: `forced:${ref}`, held, now }));
    return [...off, ...on];
  },
  symptom: () => 'feature-unused',
  cures: NEW_KERNEL,
  tries: { 'cpu-hotplug': because('set-once') },
};

/** boot_cpu_data and what it is masked with. */
export function bootCpuDataHolders(): readonly Holder[] {
  return [bootCpuData, forcedCaps];
}
