import type { Ref, Trace } from './trace.ts';

/** What a kernel's decisions rest on that the profile does not know. */
export interface Guesses {
  /** The profile knows all that was asked for. */
  readonly nothing: boolean;
  /** @returns references of unknown inputs behind a step (`msr:10a`, `cpuid:7.0.edx[10]`, `platformId`), sorted; none for -1. */
  behind(step: number): readonly string[];
  /** @returns the same for a capability bit, given the step behind it (-1: CPUID itself). */
  behindBit(bit: number, step: number): readonly string[];
}

const NOTHING: Guesses = { nothing: true, behind: () => [], behindBit: () => [] };

/** An MSR is unknown as a whole, or bit by bit; what writes it takes follows from its being there. */
function unknownInput(trace: Trace, ref: Ref): readonly string[] | null {
  if (typeof ref === 'number') {
    const name = trace.unknownBits.get(ref);
    return name === undefined ? null : [name];
  }
  if (trace.unknown.has(ref)) return [ref];
  const whole = ref.replace(/\[\d+\]$/, '').replace(/^writable:/, 'msr:');
  return trace.unknown.has(whole) ? [whole] : null;
}

function collect(trace: Trace, step: number, known: readonly (readonly string[] | null)[]): readonly string[] | null {
  const { start, end } = trace.steps[step]!;
  let found: Set<string> | null = null;
  for (let i = start; i < end; i++) {
    const from = trace.froms[i]!;
    const more = from >= 0 ? known[from] : unknownInput(trace, trace.refs[i]!);
    if (!more) continue;
    found ??= new Set();
    for (const one of more) found.add(one);
  }
  return found && [...found];
}

/**
 * Walks a record once: every step looks back only. Costs nothing where the profile knows all that was asked for.
 * @param trace a record that is complete: what is written to it later is not seen
 */
export function guessesOf(trace: Trace): Guesses {
  if (trace.unknown.size === 0 && trace.unknownBits.size === 0) return NOTHING;
  const steps: (readonly string[] | null)[] = [];
  for (let step = 0; step < trace.steps.length; step++) steps.push(collect(trace, step, steps));
  const behind = (step: number): readonly string[] => [...(steps[step] ?? [])].sort();
  return { nothing: false, behind, behindBit: (bit, step) => (step >= 0 ? behind(step) : (unknownInput(trace, bit) ?? [])) };
}
