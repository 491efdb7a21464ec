import { BDX90, bdx90, GNR98, gnr98Forbids } from './judge-intel.ts';
import { loaderTraits } from './loader-traits.ts';
import { fitsCpu } from './pick-update.ts';
import { SIGNING_CUTOFFS, sameSideOfCutoff, signingCutoff } from './signing-cutoff.ts';
import { type TurnDown, turnDown } from './turn-down.ts';
import type { UpdateRecord } from './update-record.ts';
import type { LoaderCpu, LoaderOptions } from './verdict.ts';

export interface StepOptions extends LoaderOptions {
  /** The revision wanted; else the highest. */
  readonly target?: number;
  /** Updates that no late load reads as they stand, and why; see `notForLateLoad`. */
  readonly notLate?: ReadonlyMap<UpdateRecord, TurnDown>;
}

export interface Step {
  readonly update: UpdateRecord;
  readonly from: number;
  readonly to: number;
  /** The update declares a minimum revision, and `from` meets it. */
  readonly declaredSafe: boolean;
}

export interface StepPlan {
  /**
   * `direct`: one late load serves; `chain`: these loads one after the other; `early-only`: no late load leads there, a
   * boot with it does; `firmware-only`: neither may go there, only new firmware; `nothing-newer`: no update to go to.
   */
  readonly outcome: 'direct' | 'chain' | 'early-only' | 'firmware-only' | 'nothing-newer';
  readonly target: UpdateRecord | null;
  /** The loads in order; where they stop short of the target, as far as they lead. */
  readonly steps: readonly Step[];
  /** What forbids the jump from the CPU's revision straight to the target. */
  readonly barriers: readonly TurnDown[];
}

/**
 * Finds the late loads that lead from a CPU's revision to an update without breaking a rule on the way. A declared minimum
 * revision counts even where the kernel would only taint itself, GNR98 even on lines that do not know it.
 * @param updates all that is at hand, of any CPU; damaged ones are passed over
 * @param cpu the CPU
 * @param options kernel line and parameters, the target, what is at hand for early loads only
 * @returns the fewest steps, or why there are none
 * @source cpu/microcode/intel.c ucode_validate_minrev(), revision_is_safe(), is_blacklisted(); amd.c verify_patch(); Xen's check_min_rev()
 */
export function planSteps(updates: readonly UpdateRecord[], cpu: LoaderCpu, options: StepOptions): StepPlan {
  const usable = updates.filter((update) => update.flaws.length === 0 && update.revision > cpu.revision && fitsCpu(update, cpu, options));
  const target = pickTarget(usable, options);
  if (target === null) return { outcome: 'nothing-newer', target: null, steps: [], barriers: [] };
  const barriers = barriersTo(target, cpu, options);
  const steps = climb(usable, cpu, options, target);
  if (steps.at(-1)?.to === target.revision) return { outcome: steps.length === 1 ? 'direct' : 'chain', target, steps, barriers };
  // Early loading asks for no minimum revision and no Broadwell-X erratum, but it keeps GNR98 and the signing cut-off.
  const firmware = barriers.some(({ code }) => code === 'gnr98' || code === 'signing-cut-off');
  return { outcome: firmware ? 'firmware-only' : 'early-only', target, steps, barriers };
}

/** Of two with the same revision the one that can be loaded late. */
function pickTarget(usable: readonly UpdateRecord[], { target, notLate }: StepOptions): UpdateRecord | null {
  const late = (update: UpdateRecord): boolean => notLate?.has(update) !== true;
  return usable
    .filter(({ revision }) => target === undefined || revision === target)
    .reduce<UpdateRecord | null>((best, update) => {
      if (best === null || update.revision > best.revision) return update;
      return update.revision === best.revision && late(update) && !late(best) ? update : best;
    }, null);
}

function barriersTo(target: UpdateRecord, cpu: LoaderCpu, options: StepOptions): TurnDown[] {
  const reasons: TurnDown[] = [];
  const purpose = options.notLate?.get(target);
  if (purpose !== undefined) reasons.push(purpose);
  if (cpu.revision < target.minRevision) reasons.push(turnDown('minimum-revision-not-met', cpu.revision, target.minRevision));
  if (target.minRevision === 0 && mustDeclare(cpu, options)) reasons.push(turnDown('minimum-revision-undeclared'));
  if (cpu.vendor === 'GenuineIntel') {
    if (gnr98Forbids(cpu, target.revision)) reasons.push(turnDown('gnr98', cpu.revision, GNR98.revision));
    if (bdx90(cpu)) reasons.push(turnDown('bdx90', cpu.revision, BDX90.revision));
  } else {
    // A CPU knows one signature only, whatever the kernel: the newest list is the one to go by.
    const cutoffs = SIGNING_CUTOFFS['7.2'];
    if (!sameSideOfCutoff(cutoffs, cpu.revision, target.revision))
      reasons.push(turnDown('signing-cut-off', cpu.revision, signingCutoff(cutoffs, cpu.revision)));
    if (forced(options)) reasons.push(turnDown('force-minrev-on-amd'));
  }
  return reasons;
}

const forced = (options: LoaderOptions): boolean => options.forceMinrev === true && loaderTraits(options.line).readsMinRevision;
const mustDeclare = (cpu: LoaderCpu, options: LoaderOptions): boolean => cpu.vendor === 'GenuineIntel' && forced(options);

/** Rules that no revision lifts. The Broadwell-X erratum stops every late load from below, so no late load can lead out of it. */
const FINAL: ReadonlySet<TurnDown['code']> = new Set([
  'early-load-only',
  'text-form',
  'later-container',
  'minimum-revision-undeclared',
  'signing-cut-off',
  'force-minrev-on-amd',
  'bdx90',
]);

/** The revision a CPU must have reached before it may take an update. */
function needs(update: UpdateRecord, cpu: LoaderCpu, options: StepOptions): number {
  const codes = barriersTo(update, cpu, options).map(({ code }) => code);
  if (codes.some((code) => FINAL.has(code))) return Number.POSITIVE_INFINITY;
  return Math.max(update.minRevision, codes.includes('gnr98') ? GNR98.revision : 0);
}

/** A higher revision never forbids what a lower one allows, so the highest allowed step is always the best one. */
function climb(usable: readonly UpdateRecord[], cpu: LoaderCpu, options: StepOptions, target: UpdateRecord): Step[] {
  const byNeed = usable
    .filter((update) => update.revision <= target.revision)
    .map((update) => ({ update, need: needs(update, cpu, options) }))
    .sort((a, b) => a.need - b.need);
  const steps: Step[] = [];
  let current = cpu.revision;
  let next = 0;
  let best: UpdateRecord | null = null;
  for (;;) {
    for (; next < byNeed.length; next++) {
      const each = byNeed[next];
      if (each === undefined || each.need > current) break;
      if (best === null || each.update.revision > best.revision) best = each.update;
    }
    if (best === null || best.revision <= current) return steps;
    steps.push({ update: best, from: current, to: best.revision, declaredSafe: best.minRevision !== 0 });
    current = best.revision;
  }
}
