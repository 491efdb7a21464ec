import type { EventContext, MachineEvent } from '../events/event.ts';
import type { Machine } from '../model/machine.ts';
import type { Disruption, PlanAction } from '../model/report.ts';

/** A machine and what its next events find: an operator changes both. */
export interface PlanState {
  readonly machine: Machine;
  readonly context: EventContext;
}

/** One step as it is played. */
export interface PlannedStep {
  /** Action and target: the same in every plan, for CI to compare. */
  readonly id: string;
  readonly action: PlanAction;
  /** Guest, module, process, CPU or update. */
  readonly target: string;
  readonly disruption: Disruption;
  /** Ids of steps that must have come before. */
  readonly requires: readonly string[];
  readonly events: readonly MachineEvent[];
  /** What no event of the machine is: a rebuilt image, a program that ends. */
  readonly aside?: (state: PlanState) => PlanState;
}

const DISRUPTION: Readonly<Partial<Record<PlanAction, Disruption>>> = {
  'guest-stop': 'guest',
  'guest-start': 'guest',
  'process-stop': 'process',
  'process-restart': 'process',
  'libvirt-refresh': 'process',
};

/** @returns the id of a step. */
export function stepId(action: PlanAction, target: string): string {
  return target === '' ? action : `${action} ${target}`;
}

/** @returns a step that plays events. */
export function step(action: PlanAction, target: string, requires: readonly string[], events: readonly MachineEvent[]): PlannedStep {
  return { id: stepId(action, target), action, target, disruption: DISRUPTION[action] ?? 'none', requires, events };
}
