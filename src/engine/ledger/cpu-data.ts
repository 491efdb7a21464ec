import type { KernelTables } from '../../data/kernels/types.ts';
import type { Machine, Thread } from '../model/machine.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { wordDifferences } from './differ.ts';
import { because, type Holder, NEW_KERNEL, type World } from './holder.ts';

function takenAt(machine: Machine, cpu: number): string {
  return machine.identified.get(cpu)?.event ?? machine.booted.at.event;
}

/** Runs of numbers drawn together: `1-3,7`. */
function ranges(cpus: readonly number[]): string {
  const runs: string[] = [];
  for (let at = 0; at < cpus.length; ) {
    let end = at;
    while (cpus[end + 1] === cpus[end]! + 1) end++;
    runs.push(end > at ? `${cpus[at]}-${cpus[end]}` : `${cpus[at]}`);
    at = end + 1;
  }
  return runs.join(',');
}

interface Group {
  readonly first: number;
  readonly cpus: number[];
}

/** CPUs that hold the same and were identified by the same kind of event, CPU 0 always for itself. */
function groups(machine: Machine): Group[] {
  const found = new Map<string, Group>();
  const words = new Map<Uint32Array, string>();
  machine.threads.forEach((thread, at) => {
    if (!thread.online) return;
    const own = words.get(thread.cpu.words) ?? thread.cpu.words.join();
    words.set(thread.cpu.words, own);
    const key = thread.number === 0 ? '0' : `${takenAt(machine, thread.number)} ${own}`;
    const group = found.get(key);
    if (group) group.cpus.push(thread.number);
    else found.set(key, { first: at, cpus: [thread.number] });
  });
  return [...found.values()];
}

function wordsOf(thread: Thread | undefined): Uint32Array {
  return thread?.cpu.words ?? new Uint32Array();
}

function cpuData({ first, cpus }: Group): Holder {
  return {
    id: `cpu_data(${ranges(cpus)})`,
    title: 'capabilities of a CPU',
    source: 'cpu/common.c identify_secondary_cpu()',
    takenAt: (machine) => takenAt(machine, cpus[0]!),
    differences: (machine, { fresh }) => wordDifferences(machine.kernel.tables, wordsOf(machine.threads[first]), wordsOf(fresh.threads[first])),
    symptom: () => 'flags-old',
    cures: NEW_KERNEL,
    tries: { 'cpu-hotplug': because(first === 0 ? 'other-cpus-only' : 'boot-decision') },
  };
}

const printed = new WeakMap<KernelTables, ReadonlyMap<number, string>>();

/** What /proc/cpuinfo prints for a bit, as a reference. */
function printedNames(tables: KernelTables): ReadonlyMap<number, string> {
  const known = printed.get(tables);
  if (known) return known;
  const names = new Map<number, string>();
  for (const [, bit, flag] of tables.features) if (flag !== null) names.set(bit, `feature:${flag}`);
  for (const [, bit, flag] of tables.bugs) if (flag !== null) names.set(tables.ncapints * 32 + bit, `bug:${flag}`);
  printed.set(tables, names);
  return names;
}

/** What a program reads in the flags and bugs lines; the microcode line moves with the load, so it is never stale. */
function cpuinfoDifferences(machine: Machine, { fresh }: World): SnapshotDifference[] {
  const { tables } = machine.kernel;
  const names = printedNames(tables);
  const found: SnapshotDifference[] = [];
  const [held, now] = [machine.threads[0]!.cpu.words, fresh.threads[0]!.cpu.words];
  for (let word = 0; word < held.length; word++) {
    const differ = held[word]! ^ now[word]!;
    for (let bit = 0; differ !== 0 && bit < 32; bit++) {
      const ref = (differ >>> bit) & 1 ? names.get(word * 32 + bit) : undefined;
      const had = ((held[word]! >>> bit) & 1) === 1;
      if (ref !== undefined) found.push({ ref, held: had, now: !had });
    }
  }
  return found;
}

const cpuinfo: Holder = {
  id: '/proc/cpuinfo',
  title: 'the flags and bugs lines that user space reads',
  source: 'cpu/proc.c show_cpuinfo()',
  takenAt: (machine) => machine.booted.at.event,
  differences: cpuinfoDifferences,
  symptom: () => 'flags-old',
  cures: NEW_KERNEL,
  tries: { 'process-restart': because('set-once'), 'cpu-hotplug': because('other-cpus-only') },
};

/** Each CPU's own words, and the file that shows them. */
export function cpuDataHolders(machine: Machine): readonly Holder[] {
  return [...groups(machine).map(cpuData), cpuinfo];
}
