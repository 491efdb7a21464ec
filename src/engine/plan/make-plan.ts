import type { EventContext } from '../events/event.ts';
import type { LateLoadInput } from '../events/microcode-late-load.ts';
import { guestRows } from '../ledger/guest-rows.ts';
import { ledger } from '../ledger/index.ts';
import type { Machine } from '../model/machine.ts';
import type { GuardMode, PlanReboot, PlanReport, PlanResidual, PlanStep } from '../model/report.ts';
import { AS_MAINLINE, loadUnderPolicy } from '../policies/load-under-policy.ts';
import { buildSteps } from './build-steps.ts';
import { chooseParts } from './choose-parts.ts';
import { leftOpen, UPDATE } from './left-open.ts';
import { Player } from './player.ts';
import { type PlannedStep, type PlanState, step } from './step.ts';

export interface PlanInput {
  /** As the plan finds it: before the load. */
  readonly machine: Machine;
  readonly context: EventContext;
  readonly load: LateLoadInput;
  readonly guard: GuardMode;
  /** What a reboot with the update gives, to save that boot. */
  readonly twin?: Machine;
}

/** A plan as it is reported, and as it is played. */
export interface Plan {
  readonly report: PlanReport;
  readonly steps: readonly PlannedStep[];
  readonly player: Player;
}

const without = (one: ReadonlySet<string>, other: ReadonlySet<string>): string[] => [...one].filter((id) => !other.has(id));

/** Inhibitors that are held at a moment, whether anybody enforces them or not: one entry for each holder. */
function held({ machine, context }: PlanState, load: LateLoadInput): ReadonlySet<string> {
  const { asked } = loadUnderPolicy(machine, load, context.otherwise ?? AS_MAINLINE);
  return new Set(asked.rows.map(({ id, holder }) => `${id} ${holder}`));
}

function released(before: PlanState, after: PlanState, load: LateLoadInput): string[] {
  return [...new Set(without(held(before, load), held(after, load)).map((row) => row.slice(0, row.indexOf(' '))))];
}

function reported(steps: readonly PlannedStep[], player: Player, load: LateLoadInput): PlanStep[] {
  let state = player.start;
  const loadAt = steps.findIndex(({ action }) => action === 'microcode-late-load');
  return steps.map(({ id, action, target, requires, disruption }, at) => {
    const after = player.after(state, steps[at]!);
    const [wasOpen, open] = [player.openAt(state), player.openAt(after)];
    const releases = at < loadAt ? released(state, after, load) : [];
    state = after;
    return { order: at + 1, id, action, target, requires, releases, cures: without(wasOpen, open), leaves: [...open], disruption };
  });
}

/** One reboot instead, from the machine as the plan finds it: guests end and start, KVM is loaded, nothing is loaded late. */
function oneReboot({ machine, context, load, twin }: PlanInput): { report: PlanReboot; open: ReadonlySet<string> } {
  const guests = machine.guests.filter((guest) => !guest.away).map((guest) => guest.name);
  const parts = new Set(['kvm', ...guests.map((name) => `recreate ${name}`)]);
  const around = buildSteps(machine, parts, load.blob.id).filter(({ action }) => action !== 'kvm-unload');
  const back = around.findIndex(({ action }) => action === 'kvm-load');
  const at = back < 0 ? around.length : back;
  const processes = machine.processes.map(({ name }) => step('process-restart', name, [], [{ type: 'process-start', name }]));
  const reboot = step('reboot', '', [], [{ type: 'reboot' }]);
  const player = new Player({ machine, context }, load.blob, 'off', twin);
  const end = player.afterAll([...around.slice(0, at), reboot, ...around.slice(at), ...processes]);
  const open = leftOpen(end, machine, load.blob, twin);
  const revision = end.machine.threads[0]!.revision;
  return { report: { revision: `0x${revision.toString(16)}`, goesBack: open.has(UPDATE), leaves: [...open] }, open };
}

/** What is left at the end, each with what cures it; what no ledger knows of is cured by a reboot that does not leave it open. */
function residualOf(state: PlanState, open: ReadonlySet<string>, rebooted: ReadonlySet<string>, twin?: Machine): PlanResidual[] {
  if (open.size === 0) return [];
  const cures = new Map<string, readonly string[]>();
  for (const row of ledger(state.machine, twin)) if (row.stale) cures.set(row.holder, row.cures);
  for (const row of guestRows(state.machine, twin)) if (row.stale) cures.set(`guest ${row.name}`, row.cures);
  return [...open].map((id) => ({ id, cures: cures.get(id) ?? (rebooted.has(id) ? [] : ['reboot']) }));
}

/**
 * The ordered plan (kernel-facts 6.3, 6.4): the fewest steps short of a new kernel that bring the update into force and take stale copies anew.
 * Every step is played, none is believed: what it cures and leaves is what the ledger says before and after it.
 */
export function makePlan(input: PlanInput): Plan {
  const { machine, context, load, guard, twin } = input;
  const player = new Player({ machine, context }, load.blob, guard, twin);
  const steps = buildSteps(machine, chooseParts(player, load), load.blob.id);
  const end = player.afterAll(steps);
  const reboot = oneReboot(input);
  const residual = residualOf(end, player.openAt(end), reboot.open, twin);
  return { report: { steps: reported(steps, player, load), residual, reboot: reboot.report }, steps, player };
}
