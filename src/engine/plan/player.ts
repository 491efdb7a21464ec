import type { Blob } from '../../data/contract/blob.ts';
import { guardedTransition } from '../guard/guard.ts';
import type { Machine } from '../model/machine.ts';
import type { GuardMode } from '../model/report.ts';
import { leftOpen, staleOn } from './left-open.ts';
import type { PlannedStep, PlanState } from './step.ts';

/** Plays steps, each sequence once: plans that are compared share their beginnings. */
export class Player {
  private readonly known = new WeakMap<PlanState, Map<string, PlanState>>();
  private readonly open = new WeakMap<PlanState, ReadonlySet<string>>();

  /**
   * @param start the machine and its context as the plan finds them
   * @param blob the update
   * @param twin what a new boot with the update gives
   */
  constructor(
    readonly start: PlanState,
    private readonly blob: Blob,
    private readonly guard: GuardMode,
    private readonly twin?: Machine,
  ) {}

  /** @returns the state after a step; an event that is refused changes nothing, and the next one comes all the same. */
  after(state: PlanState, step: PlannedStep): PlanState {
    const known = this.known.get(state) ?? new Map<string, PlanState>();
    this.known.set(state, known);
    const done = known.get(step.id) ?? this.play(state, step);
    known.set(step.id, done);
    return done;
  }

  private play(state: PlanState, step: PlannedStep): PlanState {
    const stale = (machine: Machine): ReadonlySet<string> => staleOn(machine, this.twin);
    let { machine } = state;
    for (const event of step.events) machine = guardedTransition(machine, event, state.context, this.guard, stale).machine ?? machine;
    const now = machine === state.machine ? state : { ...state, machine };
    return step.aside ? step.aside(now) : now;
  }

  /** @returns the state after all steps, in their order. */
  afterAll(steps: readonly PlannedStep[]): PlanState {
    return steps.reduce((state, step) => this.after(state, step), this.start);
  }

  /** @returns what is left open at a moment. */
  openAt(state: PlanState): ReadonlySet<string> {
    const known = this.open.get(state);
    if (known) return known;
    const found = leftOpen(state, this.start.machine, this.blob, this.twin);
    this.open.set(state, found);
    return found;
  }
}
