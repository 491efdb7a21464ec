import { cpuidRef, parseRef, type SiliconRef, valueAt } from '../silicon/refs.ts';
import { cpuidOf, msrOf, type Silicon } from '../silicon/silicon.ts';
import type { KernelTables } from '../../data/kernels/types.ts';
import type { Ref, Trace } from '../look/trace.ts';
import type { Cause, ChainLink } from '../model/report.ts';
import { sourceOf } from './rule-sources.ts';

/**
 * Finds which changed bits of the silicon stand behind what a kernel decided. A step rests on its reads; a read rests on the silicon, or on
 * the step that wrote what was read. Every step looks back only, so one walk over the trace in order knows them all.
 */
export class Causes {
  private readonly found = new Map<string, Cause>();
  /** For every step the causes it rests on. */
  private readonly behind: ReadonlySet<string>[] = [];

  constructor(
    private readonly trace: Trace,
    private readonly tables: KernelTables,
    private readonly before: Silicon,
    private readonly after: Silicon,
  ) {
    for (let step = 0; step < trace.steps.length; step++) this.behind.push(this.collect(step));
  }

  private collect(step: number): ReadonlySet<string> {
    const { start, end } = this.trace.steps[step]!;
    let causes: Set<string> | null = null;
    for (let i = start; i < end; i++)
      for (const cause of this.ofRead(i)) {
        causes ??= new Set();
        causes.add(cause);
      }
    return causes ?? NONE;
  }

  private ofRead(i: number): Iterable<string> {
    const from = this.trace.froms[i]!;
    return from >= 0 ? (this.behind[from] ?? NONE) : this.ofLeaf(this.trace.refs[i]!);
  }

  private readonly leaves = new Map<Ref, readonly string[]>();

  private ofLeaf(ref: Ref): readonly string[] {
    const known = this.leaves.get(ref);
    if (known) return known;
    const causes = this.changed(typeof ref === 'number' ? capRef(this.tables, ref) : ref);
    this.leaves.set(ref, causes.map((cause) => cause.ref));
    for (const cause of causes) this.found.set(cause.ref, cause);
    return this.leaves.get(ref)!;
  }

  private changed(ref: string | null): Cause[] {
    if (ref === null) return [];
    if (ref === 'revision') return this.pair(ref, hexOf(this.before.revision), hexOf(this.after.revision));
    const at = parseRef(ref);
    if (at === null) return [];
    if (at.kind !== 'writable' && at.bit === null) return bitsThatDiffer(at, this.before, this.after);
    return this.pair(ref, valueAt(this.before, at), valueAt(this.after, at));
  }

  private pair(ref: string, before: string, after: string): Cause[] {
    return before === after ? [] : [{ ref, before, after }];
  }

  /** @returns the changed bits behind a step, sorted. */
  causesOf(step: number): Cause[] {
    return [...(this.behind[step] ?? NONE)].sort().map((ref) => this.found.get(ref)!);
  }

  /** @returns the changed bits behind a capability bit as it stands, given the step that wrote it (-1: CPUID itself). */
  causesOfBit(bit: number, origin: number): Cause[] {
    if (origin >= 0) return this.causesOf(origin);
    return this.ofLeaf(bit).map((ref) => this.found.get(ref)!);
  }

  /** @returns the rules that lead from the changed bits to a step, the step itself first. */
  chainOf(step: number): ChainLink[] {
    const seen = new Set<number>();
    const open = [step];
    const order: number[] = [];
    for (let at = open.shift(); at !== undefined; at = open.shift()) {
      if (at < 0 || seen.has(at) || (this.behind[at] ?? NONE).size === 0) continue;
      seen.add(at);
      order.push(at);
      const { start, end } = this.trace.steps[at]!;
      for (let i = start; i < end; i++) open.push(this.trace.froms[i]!);
    }
    const rules = [...new Set(order.sort((one, other) => other - one).map((at) => this.trace.steps[at]!.rule))];
    return rules.map((rule) => ({ rule, source: sourceOf(rule) }));
  }
}

const NONE: ReadonlySet<string> = new Set();

function hexOf(value: number): string {
  return `0x${value.toString(16)}`;
}

/** The CPUID bit that a capability bit copies, or null for one that only software sets. */
export function capRef(tables: KernelTables, bit: number): string | null {
  const row = tables.words.find(([word]) => word === bit >>> 5);
  return row ? cpuidRef(row[1], row[2], row[3], bit & 31) : null;
}

/** @returns one cause for each bit of a register or MSR that differs. */
export function bitsThatDiffer(at: Exclude<SiliconRef, { kind: 'writable' }>, before: Silicon, after: Silicon): Cause[] {
  const read = (silicon: Silicon): bigint | null | undefined =>
    at.kind === 'cpuid' ? BigInt(cpuidOf(silicon, at.leaf, at.subleaf)[at.register]) : msrOf(silicon, at.index);
  const [one, other] = [read(before), read(after)];
  const name = at.kind === 'cpuid' ? cpuidRef(at.leaf, at.subleaf, at.register) : `msr:${at.index.toString(16)}`;
  const causes: Cause[] = [];
  if ((one == null) !== (other == null)) causes.push({ ref: name, before: valueAt(before, { ...at, bit: null }), after: valueAt(after, { ...at, bit: null }) });
  const differ = (one ?? 0n) ^ (other ?? 0n);
  for (let bit = 0; differ >> BigInt(bit) !== 0n; bit++)
    if ((differ >> BigInt(bit)) & 1n) {
      const was = ((one ?? 0n) >> BigInt(bit)) & 1n;
      causes.push({ ref: `${name}[${bit}]`, before: `${was}`, after: `${1n - was}` });
    }
  return causes;
}
