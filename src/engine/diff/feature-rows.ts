import type { KernelTables } from '../../data/kernels/types.ts';
import { capsNow } from '../features/index.ts';
import type { Machine } from '../model/machine.ts';
import type { BugRow, Cause, FeatureRow, Verdict } from '../model/report.ts';
import { cpuidRef, isSet } from '../silicon/refs.ts';
import { type Causes, capRef } from './causes.ts';

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

/** The changed silicon behind a capability bit, found in the kernel that runs and in the one that a reboot gives. */
function behind(c: Compared, bit: number): { causes: Cause[]; chain: FeatureRow['chain'] } {
  const causes = new Map<string, Cause>();
  const [ran, runs] = [c.before.kernel.cpu.origins[bit]!, c.reboot.kernel.cpu.origins[bit]!];
  for (const cause of [...c.rebooted.causesOfBit(bit, runs), ...c.running.causesOfBit(bit, ran)]) causes.set(cause.ref, cause);
  const chain = [...(runs >= 0 ? c.rebooted.chainOf(runs) : []), ...(ran >= 0 ? c.running.chainOf(ran) : [])];
  return { causes: [...causes.values()], chain: chain.filter((link, i) => chain.findIndex((other) => other.rule === link.rule) === i) };
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

/** A feature that follows from the revision alone (PCID, the TSC deadline timer) costs speed while it is off, no protection. */
function featureVerdict(has: FeatureRow['silicon'], reported: boolean, afterReboot: boolean, causes: readonly Cause[]): Verdict {
  if (reported && has.before && !has.after) return 'hazard';
  if (!reported && afterReboot && causes.some(({ ref }) => ref !== 'revision')) return 'stranded';
  return reported === afterReboot ? 'unchanged' : 'equivalent';
}

/** Every feature whose bit of the silicon changed, or that a reboot would print otherwise. Names as /proc/cpuinfo prints them, else the macro in lower case. */
export function featureRows(c: Compared): FeatureRow[] {
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
    const why = behind(c, bit);
    const verdict = featureVerdict(has, reported, afterReboot, why.causes);
    const noticedByKernel = bitOf(was, bit) !== bitOf(is, bit);
    rows.push({ name: flag ?? name.toLowerCase(), silicon: has, before: held, reported, afterReboot, noticedByKernel, verdict, ...why });
  }
  return rows;
}

/** Every bug that a reboot would judge otherwise. */
export function bugRows(c: Compared): BugRow[] {
  const [before, late, reboot] = [c.before, c.late, c.reboot].map((machine) => machine.threads[0]!.cpu.words) as [Uint32Array, Uint32Array, Uint32Array];
  const { tables } = c.before.kernel;
  const rows: BugRow[] = [];
  for (const [name, at, flag] of tables.bugs) {
    const bit = tables.ncapints * 32 + at;
    const [held, reported, afterReboot] = [bitOf(before, bit), bitOf(late, bit), bitOf(reboot, bit)];
    if (held === reported && reported === afterReboot) continue;
    const verdict: Verdict = reported && !afterReboot ? 'pessimistic-report' : 'equivalent';
    rows.push({ name: flag ?? name.toLowerCase(), before: held, reported, afterReboot, verdict, ...behind(c, bit) });
  }
  return rows;
}
