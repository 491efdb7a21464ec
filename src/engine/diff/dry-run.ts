import type { Blob } from '../../data/contract/blob.ts';
import type { EventContext } from '../events/event.ts';
import type { LateLoadInput } from '../events/microcode-late-load.ts';
import { reboot } from '../events/reboot.ts';
import { readsToCome } from '../guard/guard.ts';
import { guestRows } from '../ledger/guest-rows.ts';
import { ledger } from '../ledger/index.ts';
import type { Machine } from '../model/machine.ts';
import { type BlobReport, type DiffReport, type DiffRows, type GuardMode, type KernelReport, type Verdict, worse } from '../model/report.ts';
import { staleOn } from '../plan/left-open.ts';
import { makePlan } from '../plan/make-plan.ts';
import { AS_MAINLINE, loadUnderPolicy, type Otherwise, type PolicyLoad } from '../policies/load-under-policy.ts';
import { policyAssumptions } from '../policies/policy.ts';
import { reevaluate } from '../policies/reevaluate.ts';
import { cpuReport, evalReport } from '../report/eval-report.ts';
import { updated } from '../silicon/effects.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { loadReport } from './load-report.ts';
import { diffRows } from './rows.ts';

export interface DryRunInput {
  /** A machine that runs, with the modules that are loaded. */
  readonly machine: Machine;
  /** Loads the same modules into a machine that has just booted. */
  readonly withModules: (machine: Machine) => Machine;
  readonly kernel: KernelReport;
  readonly load: LateLoadInput;
  readonly assumptions: readonly string[];
  /** Give the three whole states as well. */
  readonly full: boolean;
  /** Policy, inhibitors, what else could be otherwise; as in mainline when absent. */
  readonly otherwise?: Otherwise;
  /** What becomes of later reads of stale copies; `off` when absent. */
  readonly guard?: GuardMode;
}

/** The machine as if the update had been taken, whatever the loader said. */
function forced(machine: Machine, blob: Blob): Machine {
  const made = new Map<Silicon, Silicon>();
  const threads = machine.threads.map((thread) => {
    const silicon = made.get(thread.silicon) ?? updated(thread.silicon, blob, 'late');
    made.set(thread.silicon, silicon);
    return { ...thread, silicon, revision: silicon.revision, cpu: { ...thread.cpu, silicon, revision: silicon.revision } };
  });
  return { ...machine, threads, kernel: machine.kernel.copy(threads[0]!.silicon) };
}

function blobReport(blob: Blob): BlobReport {
  return {
    id: blob.id,
    title: blob.title ?? null,
    revision: blob.revision ?? null,
    date: blob.date ?? null,
    minRevision: blob.minRevision ?? null,
    unknownEffects: blob.unknownEffects ?? false,
  };
}

function rowsOf(before: Machine, late: Machine, rebooted: Machine, blob: Blob): DiffRows {
  return { ...diffRows({ before, late, reboot: rebooted }, blob), snapshots: ledger(late, rebooted), guests: guestRows(late, rebooted) };
}

/**
 * One word for the whole: vulnerability rows count in full, feature and bug rows only as a hazard and otherwise at most as `equivalent`.
 */
export function summaryVerdict(rows: DiffRows): Verdict {
  const others = [...rows.features, ...rows.bugs].map(({ verdict }) => verdict);
  const mild: Verdict[] = others.map((verdict) => (verdict === 'hazard' ? 'hazard' : verdict === 'unchanged' ? 'unchanged' : 'equivalent'));
  return [...rows.vulnerabilities.map(({ verdict }) => verdict), ...mild].reduce(worse, 'unchanged');
}

function counts(rows: DiffRows): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { verdict } of rows.vulnerabilities) found[verdict] = (found[verdict] ?? 0) + 1;
  found.features = rows.features.length;
  found.silicon = rows.silicon.length;
  found.stale = [...rows.snapshots, ...rows.guests].filter(({ stale }) => stale).length;
  return found;
}

/** What the events of a plan find; the early image holds the update unless somebody has said that it is older. */
function contextOf(machine: Machine, load: LateLoadInput, otherwise: Otherwise): EventContext {
  const older = otherwise.earlyRevision !== null && otherwise.earlyRevision < Number(load.blob.revision ?? 0);
  return { spec: machine.kernel.spec, slots: machine.slots, kvmTables: machine.kvmRecipe?.tables ?? null, load, early: older ? null : 'same', otherwise };
}

/** What the policy did behind the load; mainline does nothing, and no report speaks of it. */
function reevaluationOf({ policy }: Otherwise, { findings }: PolicyLoad): Pick<DiffReport, 'reevaluation'> {
  return policy.id === 'mainline' ? {} : { reevaluation: { patches: [...policy.patches].sort((one, other) => one - other), findings } };
}

/**
 * The dry run: load the update into the running machine, boot another with it, and compare.
 * A refused load leaves the machine as it was; what would have followed stands under `ifLoaded`.
 */
export function dryRun(input: DryRunInput): DiffReport {
  const { machine: before, load: request } = input;
  const otherwise = input.otherwise ?? AS_MAINLINE;
  const done = loadUnderPolicy(before, request, otherwise);
  const guard = input.guard ?? 'off';
  const rebooted = input.withModules(reboot(before, request).machine);
  const taken = !done.inhibited && done.load.decision.updated.length > 0;
  const rows = rowsOf(before, done.machine, rebooted, request.blob);
  const would =
    taken || request.blob.revision === undefined
      ? null
      : rowsOf(before, reevaluate(forced(before, request.blob), otherwise.policy).machine, rebooted, request.blob);
  const report: DiffReport = {
    schema: 'cpueval/diff/1',
    kernel: input.kernel,
    policy: otherwise.policy.id,
    cpu: cpuReport(before.kernel, before.threads[0]!.silicon),
    blob: blobReport(request.blob),
    load: loadReport(done, before),
    inhibitors: done.asked.rows,
    ...reevaluationOf(otherwise, done),
    ...rows,
    guard: { mode: guard, reads: readsToCome(done.machine, guard, staleOn(done.machine, rebooted)) },
    plan: makePlan({ machine: before, context: contextOf(before, request, otherwise), load: request, guard, twin: rebooted }).report,
    summary: { verdict: summaryVerdict(rows), counts: counts(rows), assumptions: [...input.assumptions, ...policyAssumptions(otherwise.policy)] },
    ifLoaded: would,
  };
  if (!input.full) return report;
  const state = (machine: Machine) => evalReport(machine, input.kernel);
  return { ...report, states: { before: state(before), late: state(done.machine), reboot: state(rebooted) } };
}
