import { dryRun } from '../engine/diff/dry-run.ts';
import { transition } from '../engine/events/index.ts';
import type { Machine } from '../engine/model/machine.ts';
import { evalReport } from '../engine/report/eval-report.ts';
import { play } from '../engine/scenario/play.ts';
import { reportJson } from '../views/json.ts';
import { renderDiff, renderEval } from '../views/render.ts';
import type { Session } from './session.ts';
import type { State } from './state.ts';

/** `cpueval/scenario/1`: what was chosen, and the events as they stand. */
export function scenarioOf({ prepared, choices, steps }: State): object {
  const { kernel, cmdline, policy, patches, inhibit, strict, force, extras } = choices;
  return {
    schema: 'cpueval/scenario/1',
    ...extras,
    ...(prepared === null ? { profile: choices.profile } : { profile: prepared.source.profile }),
    ...(prepared?.source.blob == null ? {} : { blob: prepared.source.blob }),
    ...(kernel === null ? {} : { kernel }),
    ...(cmdline === null ? {} : { cmdline }),
    policy,
    ...(patches === null ? {} : { patches }),
    ...(inhibit ? { inhibit } : {}),
    ...(strict ? { strict } : {}),
    ...(force.length > 0 ? { force } : {}),
    events: steps.map(({ load: _read, ...event }) => event),
  };
}

/** What `cpueval run` prints for the scenario. */
function runText({ prepared, choices, context, steps }: Session): string {
  const { kernel, assumptions } = prepared;
  const { id, title } = choices.extras;
  const name = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return reportJson(
    play({ id: name(id), title: name(title), kernel, context, assumptions, events: steps.map(({ step: { blob: _named, ...event } }) => event) }),
  );
}

/** Loads the KVM module again as it was loaded before a reboot. */
function withKvm(machine: Machine, like: Machine, session: Session): Machine {
  if (like.kvm === null) return machine;
  return transition(machine, { type: 'kvm-load', module: like.kvm.module, parameters: like.kvmLoaded?.parameters ?? '' }, session.context).machine ?? machine;
}

/** The dry run of the first late load of the timeline; without one the machine as it stands. */
async function markdown(session: Session, at: number): Promise<string> {
  const { prepared, context, steps } = session;
  const load = steps.findIndex(({ step }) => step.type === 'microcode-late-load');
  const before = steps[load - 1]?.machine ?? null;
  if (before === null || context.load === null) {
    const machine = steps[at]?.machine ?? null;
    return machine === null ? '' : renderEval(evalReport(machine, prepared.kernel), 'markdown', { width: 120, colour: false });
  }
  const withModules = (machine: Machine): Machine => withKvm(machine, before, session);
  const { kernel, doubts } = prepared;
  const assumptions = [...prepared.assumptions, ...doubts];
  const otherwise = context.otherwise === undefined ? {} : { otherwise: context.otherwise };
  const report = dryRun({ machine: before, withModules, kernel, load: context.load, assumptions, full: false, ...otherwise });
  return renderDiff(report, 'markdown', { width: 120, colour: false, all: false, only: null });
}

/**
 * @param form `scenario`, `json` or `markdown`
 * @returns what is written to the file
 */
export async function exportText(state: State, form: string): Promise<string> {
  if (form === 'scenario') return `${JSON.stringify(scenarioOf(state), null, 2)}\n`;
  if (state.session === null) return '';
  return form === 'json' ? runText(state.session) : markdown(state.session, state.at);
}
