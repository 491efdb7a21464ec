import { hex } from '../../base/hex.ts';
import type { Blob } from '../../data/contract/blob.ts';
import { type LateLoad, type LateLoadInput, lateLoad } from '../events/microcode-late-load.ts';
import { reboot } from '../events/reboot.ts';
import type { Machine } from '../model/machine.ts';
import { type BlobReport, type DiffReport, type DiffRows, type KernelReport, type LoadReport, type Verdict, worse } from '../model/report.ts';
import { cpuReport, evalReport } from '../report/eval-report.ts';
import { updated } from '../silicon/effects.ts';
import type { Silicon } from '../silicon/silicon.ts';
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

function loadReport(load: LateLoad): LoadReport {
  const { decision } = load;
  const groups = new Map<string, { cpus: number[]; before: string; after: string }>();
  for (const row of decision.revisions) {
    const [before, after] = [hex(row.before), hex(row.after)];
    const group = groups.get(`${before} ${after}`) ?? { cpus: [], before, after };
    group.cpus.push(row.cpu);
    groups.set(`${before} ${after}`, group);
  }
  return {
    outcome: decision.outcome,
    errno: decision.errno,
    revisions: [...groups.values()],
    reasons: decision.reasons.map(({ code, args, enforcedBy, hard }) => ({ code, enforcedBy, hard, args })),
    tainted: [...load.machine.kernel.taints].sort(),
    taints: decision.taints,
    log: load.log,
  };
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

function rowsOf(before: Machine, late: Machine, rebooted: Machine): DiffRows {
  return { ...diffRows({ before, late, reboot: rebooted }), snapshots: [], guests: [] };
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

/**
 * The dry run: load the update into the running machine, boot another with it, and compare.
 * A refused load leaves the machine as it was; what would have followed stands under `ifLoaded`.
 */
export function dryRun(input: DryRunInput): DiffReport {
  const { machine: before, load: request } = input;
  const load = lateLoad(before, request);
  const rebooted = input.withModules(reboot(before, request).machine);
  const taken = load.decision.updated.length > 0;
  const rows = rowsOf(before, load.machine, rebooted);
  const would = taken || request.blob.revision === undefined ? null : rowsOf(before, forced(before, request.blob), rebooted);
  const report: DiffReport = {
    schema: 'cpueval/diff/1',
    kernel: input.kernel,
    policy: 'mainline',
    cpu: cpuReport(before.kernel, before.threads[0]!.silicon),
    blob: blobReport(request.blob),
    load: loadReport(load),
    inhibitors: [],
    ...rows,
    guard: { mode: 'off', reads: [] },
    plan: { steps: [], residual: [] },
    summary: { verdict: summaryVerdict(rows), counts: counts(rows), assumptions: input.assumptions },
    ifLoaded: would,
  };
  if (!input.full) return report;
  const state = (machine: Machine) => evalReport(machine, input.kernel);
  return { ...report, states: { before: state(before), late: state(load.machine), reboot: state(rebooted) } };
}
