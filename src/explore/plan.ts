import type { PlanReport, PlanStep } from '../engine/model/report.ts';
import { makePlan } from '../engine/plan/make-plan.ts';
import { comparisonOf } from './compare.ts';
import type { PlayedStep, Session } from './session.ts';

/** What is left to do from where the timeline stands, and what remains after it. */
export type CurePlan = PlanReport;

/** An update that is in force needs no loading: such a step cures nothing. */
function useful(step: PlanStep): boolean {
  return step.action !== 'microcode-late-load' || step.cures.length > 0;
}

const known = new WeakMap<PlayedStep, CurePlan>();

/** @returns the plan from the state after a step; null where there is nothing to plan for. */
export function planOf(played: PlayedStep, session: Session): CurePlan | null {
  const { context } = session;
  const compared = comparisonOf(played, session);
  if (compared === null || context.load === null) return null;
  const { machine, rebooted: twin } = compared;
  const made = known.get(played) ?? makePlan({ machine, context, load: context.load, guard: 'off', twin }).report;
  known.set(played, made);
  const steps = made.steps.filter(useful).map((step, at) => ({ ...step, order: at + 1 }));
  return { ...made, steps };
}
