import type { Blob } from '../../data/contract/blob.ts';
import { capsNow, zenbleedCheck } from '../features/index.ts';
import { decideLoad, type LoadInput } from '../loader/decide-load.ts';
import type { LoadDecision } from '../loader/load-decision.ts';
import type { Machine, Thread } from '../model/machine.ts';
import { updated } from '../silicon/effects.ts';
import type { Silicon } from '../silicon/silicon.ts';

/** What a load did: the machine afterwards, and the loader's own account of it. */
export interface LateLoad {
  readonly machine: Machine;
  readonly decision: LoadDecision;
  /** Lines of the kernel log, microcode_check()'s warnings included. */
  readonly log: readonly string[];
  /** microcode_check() saw that a capability word changed. */
  readonly noticed: boolean;
}

export type LateLoadInput = Omit<LoadInput, 'kernel' | 'threads' | 'cache'>;

/** New silicon for every thread whose core took the update; kinds of core are updated once and shared. */
function updatedThreads(machine: Machine, decision: LoadDecision, blob: Blob): Thread[] {
  const made = new Map<Silicon, Silicon>();
  const rows = new Map(decision.revisions.map((row) => [row.cpu, row]));
  return machine.threads.map((thread) => {
    const row = rows.get(thread.number);
    if (!row || (row.after === row.before && row.shown === thread.cpu.revision)) return thread;
    let { silicon } = thread;
    if (row.after !== row.before) {
      silicon = made.get(thread.silicon) ?? updated(thread.silicon, blob, 'late');
      made.set(thread.silicon, silicon);
    }
    return { ...thread, silicon, revision: row.after, cpu: { ...thread.cpu, silicon, revision: row.shown } };
  });
}

function wordsDiffer(one: Uint32Array, other: Uint32Array): boolean {
  return one.some((word, i) => word !== other[i]);
}

const WARNINGS = [
  'x86/CPU: CPU features have changed after loading microcode, but might not take effect.',
  'x86/CPU: Please consider either early loading through initrd/built-in or a potential BIOS update.',
];

/**
 * Writing 1 to the `reload` file: the loader decides, the silicon changes, and of the kernel's copies only revisions, taints and what
 * amd_check_microcode() touches (cpu/microcode/core.c reload_store(), cpu/common.c microcode_check()).
 * @param machine stays as it was
 */
export function lateLoad(machine: Machine, input: LateLoadInput): LateLoad {
  const decision = decideLoad({ ...input, kernel: machine.kernel, threads: machine.threads, cache: machine.patchCache });
  const threads = updatedThreads(machine, decision, input.blob);
  const first = threads[0]!;
  const kernel = machine.kernel.copy(first.silicon);
  kernel.cpu.revision = first.cpu.revision;
  for (const taint of decision.taints) kernel.taint(taint);
  for (const id of decision.printedOnce) kernel.share(`printed:${id}`, true, 'microcode/print-once');
  let noticed = false;
  if (decision.comparesFeatures) {
    kernel.begin();
    zenbleedCheck(kernel, kernel.cpu);
    noticed = wordsDiffer(capsNow(machine.kernel, machine.threads[0]!.silicon), capsNow(machine.kernel, first.silicon));
  }
  const log = noticed ? [...decision.log, ...WARNINGS] : [...decision.log];
  kernel.log.push(...log);
  return {
    machine: { ...machine, threads, kernel, patchCache: decision.cache, cachedBlob: decision.cache.length > 0 ? input.blob : null },
    decision,
    log,
    noticed,
  };
}
