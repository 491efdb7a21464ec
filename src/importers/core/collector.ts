import { type CpuDump, type Machine, type Msrs, type Registers, rowKey } from './machine.ts';
import type { ProblemList } from './problems.ts';

/** The largest machines have some thousand CPUs, and a CPU some hundred rows; the limits bound memory and time. */
const CPU_LIMIT = 16_384;
const ROW_LIMIT = 4096;

export interface Words {
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

export interface Collector {
  /** A heading names the CPU that the next rows belong to; null: the next one. */
  heading(cpu: number | null): void;
  /** A heading says that the next MSRs belong to no CPU in particular. */
  commonMsrs(): void;
  /** A CPUID row; without a subleaf it counts up with each repetition of the leaf. */
  row(leaf: number, subleaf: number | null, words: Words, line: number): void;
  /** An MSR; the first value of each stands (tools repeat some, sampled again later). */
  msr(index: number, value: bigint | null): void;
  /** @returns the machines; a CPU number that comes again, or another vendor, begins a new one. */
  machines(): readonly Machine[];
}

interface State {
  readonly machines: Machine[];
  machine: Machine;
  /** CPUs of the machine by number. */
  byNumber: Map<number, CpuDump>;
  cpu: CpuDump | null;
  /** Next subleaf of each leaf of the CPU. */
  next: Map<number, number>;
  /** What the last heading said: a number, null for "the next", undefined once it is taken up. */
  pending: number | null | undefined;
  common: boolean;
  cpus: number;
}

const sameWords = (a: Words, b: Words): boolean => a.eax === b.eax && a.ebx === b.ebx && a.ecx === b.ecx && a.edx === b.edx;

function beginMachine(state: State): void {
  state.machine = { cpus: [], msrs: new Map() };
  state.machines.push(state.machine);
  state.byNumber = new Map();
  state.cpu = null;
}

function select(state: State, cpu: CpuDump): void {
  state.cpu = cpu;
  state.next = new Map();
  for (const row of cpu.rows.values()) state.next.set(row.leaf, Math.max(state.next.get(row.leaf) ?? 0, row.subleaf + 1));
}

function beginCpu(state: State, wanted: number | null, line: number): void {
  const last = state.machine.cpus[state.machine.cpus.length - 1];
  const number = wanted ?? (last ? last.cpu + 1 : 0);
  const cpu: CpuDump = { cpu: number, line, rows: new Map(), msrs: new Map() };
  state.machine.cpus.push(cpu);
  state.byNumber.set(number, cpu);
  state.cpus += 1;
  select(state, cpu);
}

/** Goes to the CPU a heading named. A dump of the same CPU from leaf 0 again is another machine's, glued behind. */
function follow(state: State, leaf: number, line: number): void {
  const wanted = state.pending ?? null;
  state.pending = undefined;
  const known = wanted === null ? undefined : state.byNumber.get(wanted);
  if (known && (known.rows.size === 0 || leaf !== 0)) {
    select(state, known);
    return;
  }
  if (known) beginMachine(state);
  beginCpu(state, wanted, line);
}

function otherVendor(state: State, words: Words): boolean {
  const first = state.machine.cpus[0];
  const row = first === state.cpu ? undefined : first?.rows.get(rowKey(0, 0));
  return row !== undefined && (row.ebx !== words.ebx || row.ecx !== words.ecx || row.edx !== words.edx);
}

function placeRow(state: State, leaf: number, subleaf: number | null, words: Words, line: number, problems: ProblemList): void {
  if (state.pending !== undefined) follow(state, leaf, line);
  const begins = leaf === 0 && (subleaf ?? 0) === 0;
  if (!state.cpu || (begins && state.cpu.rows.has(rowKey(0, 0)))) beginCpu(state, null, line);
  if (begins && otherVendor(state, words)) {
    problems.at('mixed-machines', line, 'CPUs of one vendor in one machine', 'a CPU of another vendor than those above; taken as another machine');
    state.machine.cpus.pop();
    beginMachine(state);
    beginCpu(state, 0, line);
  }
  const cpu = state.cpu as CpuDump;
  if (cpu.rows.size >= ROW_LIMIT || state.cpus > CPU_LIMIT) {
    problems.at('too-many-rows', line, `at most ${ROW_LIMIT} rows a CPU and ${CPU_LIMIT} CPUs`, 'more; not read');
    return;
  }
  const place = subleaf ?? state.next.get(leaf) ?? 0;
  const known = cpu.rows.get(rowKey(leaf, place));
  if (known && !sameWords(known, words))
    problems.at(
      'row-repeated',
      line,
      `leaf 0x${leaf.toString(16)} subleaf 0x${place.toString(16)} of CPU ${cpu.cpu} once`,
      'other values than above; not taken',
    );
  if (known) return;
  cpu.rows.set(rowKey(leaf, place), { leaf, subleaf: place, ...words });
  state.next.set(leaf, Math.max(state.next.get(leaf) ?? 0, place + 1));
}

/** The MSRs the next value belongs to: of the CPU the heading named, else of the CPU above, else of the machine. */
function msrTarget(state: State): Msrs {
  if (state.common) return state.machine.msrs;
  if (typeof state.pending === 'number') {
    const known = state.byNumber.get(state.pending);
    if (known) select(state, known);
    else beginCpu(state, state.pending, 0);
    state.pending = undefined;
  }
  return state.cpu?.msrs ?? state.machine.msrs;
}

/**
 * Gathers the rows of a dump into machines and CPUs, whatever the format calls them.
 * @param problems takes what contradicts itself: a row that stands twice with other values, another vendor, too many rows or CPUs
 * @returns the collector
 */
export function collector(problems: ProblemList): Collector {
  const machine: Machine = { cpus: [], msrs: new Map() };
  const state: State = { machines: [machine], machine, byNumber: new Map(), cpu: null, next: new Map(), pending: undefined, common: false, cpus: 0 };
  return {
    heading: (cpu) => {
      state.pending = cpu;
      state.common = false;
    },
    commonMsrs: () => {
      state.common = true;
    },
    row: (leaf, subleaf, words, line) => placeRow(state, leaf, subleaf, words, line, problems),
    msr: (index, value) => {
      const msrs = msrTarget(state);
      if (!msrs.has(index) && msrs.size < ROW_LIMIT) msrs.set(index, value);
    },
    machines: () => state.machines.map((found) => ({ ...found, cpus: found.cpus.filter((cpu) => cpu.rows.size > 0) })).filter((found) => found.cpus.length > 0),
  };
}

/** @returns the rows of a CPU by leaf and subleaf. */
export function sortedRows(cpu: { readonly rows: ReadonlyMap<string, Registers> }): readonly Registers[] {
  return [...cpu.rows.values()].sort((a, b) => a.leaf - b.leaf || a.subleaf - b.subleaf);
}
