import type { EventContext, MachineEvent } from '../events/index.ts';
import { guardedTransition, staleReadsOf } from '../guard/guard.ts';
import { guestRows } from '../ledger/guest-rows.ts';
import { ledger } from '../ledger/index.ts';
import type { Finding, Machine } from '../model/machine.ts';
import type { GuardMode, GuardRead, GuardReport, GuestRow, KernelReport, SnapshotRow } from '../model/report.ts';
import { AS_MAINLINE } from '../policies/load-under-policy.ts';
import { policyAssumptions } from '../policies/policy.ts';
import { evalReport } from '../report/eval-report.ts';
import type { LedgerChange, RunEvent, RunReport, RunStep } from './run-report.ts';

export interface PlayInput {
  readonly id: string | null;
  readonly title: string | null;
  readonly kernel: KernelReport;
  readonly context: EventContext;
  /** In their order; a scenario that does not begin with `boot` is given one. */
  readonly events: readonly MachineEvent[];
  readonly assumptions: readonly string[];
  /** What becomes of events that work from a stale copy; `off` when absent. */
  readonly guard?: GuardMode;
}

/** The ledger between two events. */
interface Standing {
  readonly machine: Machine | null;
  readonly snapshots: readonly SnapshotRow[];
  readonly guests: readonly GuestRow[];
}

const NOTHING: Standing = { machine: null, snapshots: [], guests: [] };

/** Stale rows by a name that says what they are; guests are told from holders of the same name. */
function staleNames({ snapshots, guests }: Standing): Set<string> {
  const names = snapshots.filter(({ stale }) => stale).map(({ holder }) => holder);
  return new Set([...names, ...guests.filter(({ stale }) => stale).map(({ name }) => `guest ${name}`)]);
}

function changesBetween(before: Standing, after: Standing): LedgerChange {
  const [was, is] = [staleNames(before), staleNames(after)];
  return { stale: [...is].filter((name) => !was.has(name)), cured: [...was].filter((name) => !is.has(name)) };
}

function staleHolders(snapshots: readonly SnapshotRow[]): ReadonlySet<string> {
  return new Set(snapshots.filter(({ stale }) => stale).map(({ holder }) => holder));
}

/** Copies the event worked from though they were stale: what it made is stale from birth. */
function staleReads({ machine, snapshots }: Standing, event: MachineEvent): Finding[] {
  if (machine === null) return [];
  const holders = staleReadsOf(machine, event, staleHolders(snapshots));
  return holders.length === 0 ? [] : [{ code: 'reads-stale-copies', args: { holders } }];
}

/** A guest that is told less, or more, than a host that boots now would tell it. */
function bornStale(event: MachineEvent, { guests }: Standing): Finding[] {
  const row = event.type === 'guest-start' ? guests.at(-1) : undefined;
  if (!row?.stale) return [];
  const misses = row.differences.filter(({ held, now }) => held === false && now === true).map(({ ref }) => ref);
  const keeps = row.differences.filter(({ held, now }) => held === true && now === false).map(({ ref }) => ref);
  return [{ code: 'guest-born-stale', args: { guest: row.name, misses, keeps } }];
}

/** The event as it was written: what was read from files goes by its name. */
function shownEvent({ load, ...event }: MachineEvent): RunEvent {
  return load === undefined ? event : { ...event, blob: load.blob.id };
}

function newLines(before: Machine | null, after: Machine): string[] {
  const { log } = after.kernel;
  // A new kernel has a log of its own; one that went on has added to it.
  const goesOn = before !== null && before.booted.kernel === after.booted.kernel;
  return log.slice(goesOn ? before.kernel.log.length : 0);
}

function withBoot(events: readonly MachineEvent[]): readonly MachineEvent[] {
  return events[0]?.type === 'boot' ? events : [{ type: 'boot' }, ...events];
}

/**
 * Plays a scenario: one event after the other, and after each what the kernel says and who holds stale state.
 * A refused event is a step like any other; the scenario goes on.
 */
export function play(input: PlayInput): RunReport {
  const steps: RunStep[] = [];
  const reads: GuardRead[] = [];
  const guard = input.guard ?? 'off';
  let before: Standing = NOTHING;
  for (const event of withBoot(input.events)) {
    const { snapshots } = before;
    const { machine, findings, refused, reads: found } = guardedTransition(before.machine, event, input.context, guard, () => staleHolders(snapshots));
    reads.push(...found);
    // The first event boots, so from here on there is a machine.
    const now = machine!;
    const after: Standing = now === before.machine ? before : { machine: now, snapshots: ledger(now), guests: guestRows(now) };
    steps.push({
      event: shownEvent(event),
      outcome: refused ? 'refused' : 'done',
      findings: refused ? findings : [...findings, ...staleReads(before, event), ...bornStale(event, after)],
      log: newLines(before.machine, now),
      changes: changesBetween(before, after),
      state: evalReport(now, input.kernel),
      snapshots: after.snapshots,
      guests: after.guests,
    });
    before = after;
  }
  return reportOf(input, steps, { mode: guard, reads });
}

function reportOf({ id, title, kernel, context, assumptions }: PlayInput, steps: readonly RunStep[], guard: GuardReport): RunReport {
  const { policy } = context.otherwise ?? AS_MAINLINE;
  const last = steps.at(-1)!;
  const stale = [...last.snapshots, ...last.guests].filter((row) => row.stale).length;
  const refused = steps.filter(({ outcome }) => outcome === 'refused').length;
  const summary = { done: steps.length - refused, refused, stale, assumptions: [...assumptions, ...policyAssumptions(policy)] };
  return { schema: 'cpueval/run/1', id, title, kernel, policy: policy.id, guard, steps, summary };
}
