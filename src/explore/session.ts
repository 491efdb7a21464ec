import type { EventContext, MachineEvent } from '../engine/events/event.ts';
import { transition } from '../engine/events/index.ts';
import type { Finding, Machine } from '../engine/model/machine.ts';
import type { Otherwise } from '../engine/policies/load-under-policy.ts';
import { parsePatches, policyNamed, policyOf } from '../engine/policies/policy.ts';
import type { Choices, Prepared } from './outside.ts';

/** An event of the timeline; one with an update of its own keeps what the scenario wrote for it. */
export interface Step extends MachineEvent {
  readonly blob?: unknown;
}

/** What a step did. */
export interface PlayedStep {
  readonly step: Step;
  readonly refused: boolean;
  readonly findings: readonly Finding[];
  /** After the step; null as long as nothing has booted. */
  readonly machine: Machine | null;
  /** The machine as it was before the first update of this boot; null where none was taken since. */
  readonly unloaded: Machine | null;
}

/** A timeline that was played. */
export interface Session {
  readonly prepared: Prepared;
  readonly choices: Choices;
  readonly context: EventContext;
  readonly steps: readonly PlayedStep[];
}

/** Events after which the kernel that took the update is gone. */
const NEW_KERNEL: ReadonlySet<string> = new Set(['boot', 'kexec', 'reboot']);

function otherwiseOf({ policy, patches, inhibit, strict, force }: Choices, earlyRevision: number | null): Otherwise {
  const wanted = patches === null ? undefined : (parsePatches(patches) ?? undefined);
  return {
    policy: policyOf(policyNamed(policy) ?? 'mainline', wanted),
    inhibitors: { inhibit, strict, force: new Set(force) },
    earlyRevision,
  };
}

/** @returns what events find besides the machine. */
export function contextOf(prepared: Prepared, choices: Choices): EventContext {
  const { spec, slots, kvmTables, load, early, earlyRevision } = prepared;
  return { spec, slots, kvmTables, load, early, otherwise: otherwiseOf(choices, earlyRevision) };
}

/** The machine to compare with: kept from the first load that some CPU took. */
function unloadedAfter(before: PlayedStep | undefined, step: Step, machine: Machine | null): Machine | null {
  if (NEW_KERNEL.has(step.type)) return null;
  const was = before?.machine ?? null;
  if (before === undefined || was === null || machine === null) return null;
  if (before.unloaded !== null) return before.unloaded;
  const taken = step.type === 'microcode-late-load' && machine.threads.some((thread, at) => thread.revision !== was.threads[at]?.revision);
  return taken ? was : null;
}

function playStep(step: Step, before: PlayedStep | undefined, context: EventContext): PlayedStep {
  const happened = transition(before?.machine ?? null, step, context);
  return { step, refused: happened.refused, findings: happened.findings, machine: happened.machine, unloaded: unloadedAfter(before, step, happened.machine) };
}

/**
 * Plays a timeline. Steps that were played before, on the same machine and in the same order, are not played again.
 * @param earlier what was played last
 */
export function play(prepared: Prepared, choices: Choices, steps: readonly Step[], earlier: Session | null = null): Session {
  const same = earlier !== null && earlier.prepared === prepared && earlier.choices === choices ? earlier : null;
  const context = same?.context ?? contextOf(prepared, choices);
  const played: PlayedStep[] = [];
  for (const [at, step] of steps.entries()) {
    const known = same?.steps[at];
    // A step stands on all before it: it is known only where all of them were.
    const usable = known?.step === step && (at === 0 || played[at - 1] === same?.steps[at - 1]);
    played.push(usable ? known : playStep(step, played[at - 1], context));
  }
  return { prepared, choices, context, steps: played };
}
