import type { KernelTables } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import { type Guesses, guessesOf } from '../look/guesses.ts';
import type { Ref, Trace } from '../look/trace.ts';
import type { Cause, ChainLink } from '../model/report.ts';
import { cpuidRef, parseRef, type SiliconRef, valueAt } from '../silicon/refs.ts';
import { cpuidKey, cpuidOf, msrOf, type Silicon } from '../silicon/silicon.ts';
import { sourceOf } from './rule-sources.ts';

/** What something rests on in the other kernel: asked where nothing in this one ever wrote it, for there a rule may have. */
export type Elsewhere = (ref: Ref) => readonly Cause[];

/**
 * Finds which changed bits of the silicon stand behind what a kernel decided. A step rests on its reads; a read rests on the silicon, or on
 * the step that wrote what was read. Every step looks back only, so one walk over the trace in order knows them all.
 */
export class Causes {
  private readonly found = new Map<string, Cause>();
  /** For every step the causes it rests on; null: none. */
  private readonly behind: (readonly string[] | null)[] = [];
  private readonly guesses: Guesses;
  private readonly words = new Map<number, number>();
  private readonly leaves = new Map<Ref, readonly string[] | null>();

  constructor(
    private readonly trace: Trace,
    private readonly tables: KernelTables,
    private readonly before: Silicon,
    private readonly after: Silicon,
    private readonly elsewhere: Elsewhere = () => [],
  ) {
    for (let step = 0; step < trace.steps.length; step++) this.behind.push(this.collect(step));
    this.guesses = guessesOf(trace);
  }

  /** @returns inputs behind a step that the profile does not know (`msr:10a`, `platformId`), sorted. */
  unknownBehind(step: number): readonly string[] {
    return this.guesses.behind(step);
  }

  /** @returns the same for a capability bit, given the step behind it (-1: CPUID itself). */
  unknownBehindBit(bit: number, step: number): readonly string[] {
    return this.guesses.behindBit(bit, step);
  }

  private collect(step: number): readonly string[] | null {
    const { start, end } = this.trace.steps[step]!;
    let causes: string[] | null = null;
    for (let i = start; i < end; i++) {
      const from = this.trace.froms[i]!;
      const more = from >= 0 ? this.behind[from] : this.ofLeaf(this.trace.refs[i]!);
      if (!more) continue;
      if (causes === null) causes = [...more];
      else for (const cause of more) if (!causes.includes(cause)) causes.push(cause);
    }
    return causes;
  }

  private ofLeaf(ref: Ref): readonly string[] | null {
    const known = this.leaves.get(ref);
    if (known !== undefined) return known;
    const causes = [...this.ownCauses(ref), ...this.elsewhere(ref)];
    for (const cause of causes) this.found.set(cause.ref, cause);
    const refs = causes.length > 0 ? [...new Set(causes.map((cause) => cause.ref))] : null;
    this.leaves.set(ref, refs);
    return refs;
  }

  private ownCauses(ref: Ref): readonly Cause[] {
    if (typeof ref !== 'number') return this.changed(ref);
    if (((this.wordDiffers(ref >>> 5) >>> (ref & 31)) & 1) === 0) return [];
    const name = capRef(this.tables, ref);
    return name === null ? [] : this.changed(name);
  }

  /** Bits of a capability word whose CPUID bit may have changed: hardly any has, and most questions are about these. */
  private wordDiffers(word: number): number {
    const known = this.words.get(word);
    if (known !== undefined) return known;
    const row = this.tables.words.find(([one]) => one === word);
    const differs = row === undefined ? 0 : cpuidOf(this.before, row[1], row[2])[row[3]] ^ cpuidOf(this.after, row[1], row[2])[row[3]];
    // What nobody knew before and the update has made known is not seen by comparing values.
    const mask = row !== undefined && this.before.cpuidKnown.has(cpuidKey(row[1], row[2])) ? -1 : differs;
    this.words.set(word, mask);
    return mask;
  }

  private changed(ref: string): Cause[] {
    if (ref === 'revision') return pair(ref, hexOf(this.before.revision), hexOf(this.after.revision));
    const at = parseRef(ref);
    if (at === null) return ref.startsWith('behaviour:') ? this.behaviour(ref) : [];
    if (at.kind !== 'writable' && at.bit === null) return bitsThatDiffer(at, this.before, this.after);
    return pair(ref, valueAt(this.before, at), valueAt(this.after, at));
  }

  private behaviour(ref: string): Cause[] {
    const name = ref.slice('behaviour:'.length);
    return pair(ref, `${this.before.behaviours[name] ?? false}`, `${this.after.behaviours[name] ?? false}`);
  }

  /** @returns the changed bits behind a step, sorted. */
  causesOf(step: number): Cause[] {
    return [...(this.behind[step] ?? [])].sort().map((ref) => this.found.get(ref)!);
  }

  /** @returns the changed bits behind a capability bit as it stands, given the step that wrote it (-1: CPUID itself). */
  causesOfBit(bit: number, origin: number): Cause[] {
    return origin >= 0 ? this.causesOf(origin) : (this.ofLeaf(bit) ?? []).map((ref) => this.found.get(ref)!);
  }

  /** @returns the rules that lead from the changed bits to a step, the step itself first. */
  chainOf(step: number): ChainLink[] {
    const seen = new Set<number>();
    const open = [step];
    while (open.length > 0) {
      const at = open.pop()!;
      if (at < 0 || seen.has(at) || !this.behind[at]) continue;
      seen.add(at);
      const { start, end } = this.trace.steps[at]!;
      for (let i = start; i < end; i++) open.push(this.trace.froms[i]!);
    }
    const rules = new Set([...seen].sort((one, other) => other - one).map((at) => this.trace.steps[at]!.rule));
    // Our own look at what protects is no rule of the kernel.
    for (const rule of rules) if (rule.endsWith('/protection')) rules.delete(rule);
    return [...rules].map((rule) => ({ rule, source: sourceOf(rule) }));
  }
}

/** @returns what the memory of a kernel rests on, given its causes: the answer to another kernel's `Elsewhere`. */
export function memoryCauses(kernel: Boot, causes: Causes): Elsewhere {
  const { choices, shares } = kernel.memory();
  return (ref) => {
    const from =
      typeof ref === 'number' ? kernel.cpu.origins[ref] : ref.startsWith('kernel:') ? shares.get(ref.slice(7))?.from : choices.get(ref.slice(7))?.from;
    return from === undefined || from < 0 ? [] : causes.causesOf(from);
  };
}

function pair(ref: string, before: string, after: string): Cause[] {
  return before === after ? [] : [{ ref, before, after }];
}

function hexOf(value: number): string {
  return `0x${value.toString(16)}`;
}

/** The CPUID bit that a capability bit copies, or null for one that only software sets. */
export function capRef(tables: KernelTables, bit: number): string | null {
  const row = tables.words.find(([word]) => word === bit >>> 5);
  return row ? cpuidRef(row[1], row[2], row[3], bit & 31) : null;
}

/** @returns one cause for each bit of a register or MSR that differs; a bit that nobody knew and the update sets goes from `unknown` to `1`. */
export function bitsThatDiffer(at: Exclude<SiliconRef, { kind: 'writable' }>, before: Silicon, after: Silicon): Cause[] {
  const read = (silicon: Silicon): bigint | null | undefined =>
    at.kind === 'cpuid' ? BigInt(cpuidOf(silicon, at.leaf, at.subleaf)[at.register]) : msrOf(silicon, at.index);
  const [one, other] = [read(before), read(after)];
  const name = at.kind === 'cpuid' ? cpuidRef(at.leaf, at.subleaf, at.register) : `msr:${at.index.toString(16)}`;
  const causes: Cause[] = [];
  if ((one == null) !== (other == null)) causes.push(...pair(name, valueAt(before, { ...at, bit: null }), valueAt(after, { ...at, bit: null })));
  const differ = ((one ?? 0n) ^ (other ?? 0n)) | learnt(at, before, after);
  for (let bit = 0; differ >> BigInt(bit) !== 0n; bit++)
    if ((differ >> BigInt(bit)) & 1n) causes.push({ ref: `${name}[${bit}]`, before: bitAt(before, at, bit), after: bitAt(after, at, bit) });
  return causes;
}

/** A bit; where the MSR faults it counts as clear, as for the kernel. */
function bitAt(silicon: Silicon, at: Exclude<SiliconRef, { kind: 'writable' }>, bit: number): string {
  return valueAt(silicon, { ...at, bit });
}

/** Bits that only the update has made known. */
function learnt(at: Exclude<SiliconRef, { kind: 'writable' }>, before: Silicon, after: Silicon): bigint {
  const mask = (silicon: Silicon): bigint | undefined => {
    if (at.kind === 'msr') return silicon.msrKnown.get(at.index);
    const row = silicon.cpuidKnown.get(cpuidKey(at.leaf, at.subleaf));
    return row && BigInt(row[at.register]);
  };
  const now = mask(after);
  return now === undefined ? 0n : now & ~(mask(before) ?? 0n);
}
