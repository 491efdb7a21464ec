import { patchedFeatures } from '../../data/holders/patched-features.ts';
import type { KernelTables } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import { capIndex } from '../boot/cap-index.ts';
import type { LoadedModule, Machine } from '../model/machine.ts';
import { wordDifferences } from './differ.ts';
import { because, type Holder, NEW_KERNEL } from './holder.ts';

const cache = new WeakMap<KernelTables, ReadonlySet<number>>();

/** Bits that patched code depends on. */
function patchedBits(tables: KernelTables): ReadonlySet<number> {
  const known = cache.get(tables);
  if (known) return known;
  const { features } = capIndex(tables);
  const bits = new Set(patchedFeatures.flatMap((name) => features.get(name) ?? []));
  cache.set(tables, bits);
  return bits;
}

/** Words for which a kernel's own text was patched. */
function textOf(kernel: Boot): Uint32Array {
  return (kernel.patched ?? kernel.cpu).words;
}

const alternatives: Holder = {
  id: 'alternatives',
  title: 'instructions of the kernel that were patched in or out',
  source: 'kernel/alternative.c alternative_instructions(), asm/cpufeature.h static_cpu_has()',
  takenAt: (machine) => machine.booted.at.event,
  differences: ({ kernel }, { fresh }) => {
    const bits = patchedBits(kernel.tables);
    return wordDifferences(kernel.tables, textOf(kernel), textOf(fresh.kernel), (bit) => bits.has(bit));
  },
  symptom: () => 'old-code-runs',
  cures: NEW_KERNEL,
  tries: { 'cpu-hotplug': because('patched-once') },
};

/** A module's text is patched when it is loaded, for boot_cpu_data as it stands then: on mainline the boot's, less what hotplug took. */
function moduleText(loaded: LoadedModule): Holder {
  const find = (machine: Machine): LoadedModule | undefined => machine.modules.find((one) => one.name === loaded.name);
  return {
    id: `module ${loaded.name}`,
    title: 'instructions of a module that were patched in or out',
    source: 'kernel/module.c module_finalize()',
    takenAt: (machine) => find(machine)?.at.event ?? null,
    differences: (machine, { fresh }) => {
      const held = find(machine);
      if (!held) return [];
      const bits = patchedBits(machine.kernel.tables);
      return wordDifferences(machine.kernel.tables, held.kernel.cpu.words, fresh.kernel.cpu.words, (bit) => bits.has(bit));
    },
    symptom: () => 'old-code-runs',
    cures: NEW_KERNEL,
    tries: { 'module-reload': because('masked-with-boot-cpu-data') },
  };
}

/** The kernel's text and that of its modules. */
export function alternativesHolders(machine: Machine): readonly Holder[] {
  return [alternatives, ...machine.modules.map(moduleText)];
}
