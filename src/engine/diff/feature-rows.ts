import type { KernelTables } from '../../data/kernels/types.ts';
import { capsNow } from '../features/index.ts';
import type { Machine } from '../model/machine.ts';
import type { BugRow, Cause, FeatureRow, Verdict } from '../model/report.ts';
import { cpuidRef, isSet, parseRef, valueAt } from '../silicon/refs.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { type Causes, capRef } from './causes.ts';
import { confidenceOf, type Doubts } from './confidence.ts';

/** A change seen from three states: before the load, after it, and after a reboot with the same update. */
export interface ThreeMachines {
  readonly before: Machine;
  readonly late: Machine;
  readonly reboot: Machine;
}

/** The three states, and the two records that can explain what differs between them. */
export interface Compared extends ThreeMachines {
  readonly running: Causes;
  readonly rebooted: Causes;
}

function bitOf(words: Uint32Array, bit: number): boolean {
  return ((words[bit >>> 5]! >>> (bit & 31)) & 1) === 1;
}

/** The changed silicon behind a capability bit, found in the kernel that runs and in the one that a reboot gives, and what nobody knows of it. */
function behind(c: Compared, bit: number, doubts: Doubts | null): Pick<FeatureRow, 'causes' | 'chain' | 'unknown' | 'confidence'> {
  const causes = new Map<string, Cause>();
  const running = (c.late.kernel.lookedAgain ? c.late : c.before).kernel;
  const [ran, runs] = [running.cpu.origins[bit]!, c.reboot.kernel.cpu.origins[bit]!];
  for (const cause of [...c.rebooted.causesOfBit(bit, runs), ...c.running.causesOfBit(bit, ran)]) causes.set(cause.ref, cause);
  const chain = [...(runs >= 0 ? c.rebooted.chainOf(runs) : []), ...(ran >= 0 ? c.running.chainOf(ran) : [])];
  const unknown = [...c.running.unknownBehindBit(bit, running.stepBehind(bit)), ...c.rebooted.unknownBehindBit(bit, c.reboot.kernel.stepBehind(bit))];
  const grounds = { stated: [], causes: [...causes.values()], unknownInputs: unknown.length > 0, concerned: false, settled: true };
  return {
    causes: grounds.causes,
    chain: chain.filter((link, i) => chain.findIndex((other) => other.rule === link.rule) === i),
    unknown: [...new Set(unknown)].sort(),
    confidence: confidenceOf(doubts, grounds),
  };
}

/** The CPUID bit that a feature is, or null for one that software makes: its word's bit, or where scattered.c finds it. */
function ownRef(tables: KernelTables, feature: string, bit: number): string | null {
  const scattered = tables.scattered.find(([name]) => name === feature);
  return scattered ? cpuidRef(scattered[3], scattered[4], scattered[1], scattered[2]) : capRef(tables, bit);
}

interface Feature {
  readonly name: string;
  readonly bit: number;
  readonly flag: string | null;
  readonly ref: string | null;
}

const features = new WeakMap<KernelTables, readonly Feature[]>();

/** The features of a line with the CPUID bits behind them, put together once. */
function featuresOf(tables: KernelTables): readonly Feature[] {
  const known = features.get(tables) ?? tables.features.map(([name, bit, flag]) => ({ name, bit, flag, ref: ownRef(tables, name, bit) }));
  features.set(tables, known);
  return known;
}

/** @returns what the silicon has, or null where the profile does not say. */
function knownOr(has: boolean, silicon: Silicon, ref: string | null): boolean | null {
  const at = ref === null ? null : parseRef(ref);
  return at !== null && valueAt(silicon, at) === 'unknown' ? null : has;
}

/** A feature that follows from the revision alone (PCID, the TSC deadline timer) costs speed while it is off, no protection. */
function featureVerdict(
  has: { readonly before: boolean; readonly after: boolean },
  held: boolean,
  reported: boolean,
  afterReboot: boolean,
  causes: readonly Cause[],
): Verdict {
  if (held && has.before && !has.after) return 'hazard';
  // Only a kernel that looks again gets here. What it has come to say and a boot would not, its code was not patched for either.
  if (held !== reported) return reported === afterReboot ? 're-evaluated' : reported ? 'not-engaged' : 'equivalent';
  if (!reported && afterReboot && causes.some(({ ref }) => ref !== 'revision')) return 'stranded';
  return reported === afterReboot ? 'unchanged' : 'equivalent';
}

/** Every feature whose bit of the silicon changed, or that a reboot would print otherwise. Names as /proc/cpuinfo prints them, else the macro in lower case. */
export function featureRows(c: Compared, doubts: Doubts | null = null): FeatureRow[] {
  const [before, late, reboot] = [c.before, c.late, c.reboot].map((machine) => machine.threads[0]!.cpu.words) as [Uint32Array, Uint32Array, Uint32Array];
  const b = c.before.kernel;
  const [one, other] = [c.before.threads[0]!.silicon, c.late.threads[0]!.silicon];
  const [was, is] = [capsNow(b, one), capsNow(b, other)];
  const rows: FeatureRow[] = [];
  for (const { name, bit, flag, ref } of featuresOf(b.tables)) {
    const [held, reported, afterReboot] = [bitOf(before, bit), bitOf(late, bit), bitOf(reboot, bit)];
    // What software makes counts as the silicon's where the kernel would make it of the silicon as it is (SPEC_CTRL gives IBRS and IBPB).
    const has = ref === null ? { before: bitOf(was, bit), after: bitOf(is, bit) } : { before: isSet(one, ref), after: isSet(other, ref) };
    if (held === reported && reported === afterReboot && has.before === has.after) continue;
    // Software's own bits that nobody prints are the alternatives' business, and stand in the ledger.
    if (flag === null && ref === null) continue;
    const why = behind(c, bit, doubts);
    const verdict = featureVerdict(has, held, reported, afterReboot, why.causes);
    const noticedByKernel = bitOf(was, bit) !== bitOf(is, bit);
    const silicon = { before: knownOr(has.before, one, ref), after: knownOr(has.after, other, ref) };
    rows.push({ name: flag ?? name.toLowerCase(), silicon, before: held, reported, afterReboot, noticedByKernel, verdict, ...why });
  }
  return rows;
}

/** Every bug that a reboot would judge otherwise. */
export function bugRows(c: Compared, doubts: Doubts | null = null): BugRow[] {
  const [before, late, reboot] = [c.before, c.late, c.reboot].map((machine) => machine.threads[0]!.cpu.words) as [Uint32Array, Uint32Array, Uint32Array];
  const { tables } = c.before.kernel;
  const rows: BugRow[] = [];
  for (const [name, at, flag] of tables.bugs) {
    const bit = tables.ncapints * 32 + at;
    const [held, reported, afterReboot] = [bitOf(before, bit), bitOf(late, bit), bitOf(reboot, bit)];
    if (held === reported && reported === afterReboot) continue;
    const verdict: Verdict = held !== reported && reported === afterReboot ? 're-evaluated' : reported && !afterReboot ? 'pessimistic-report' : 'equivalent';
    rows.push({ name: flag ?? name.toLowerCase(), before: held, reported, afterReboot, verdict, ...behind(c, bit, doubts) });
  }
  return rows;
}
