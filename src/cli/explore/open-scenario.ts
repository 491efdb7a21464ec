import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Problem, Result } from '../../base/problem.ts';
import { type Choices, NO_CHOICES, type OpenedScenario, type Source } from '../../explore/outside.ts';
import type { Step } from '../../explore/session.ts';
import { builtInFile } from '../built-in.ts';
import type { Document } from '../documents.ts';
import { kernelOf } from '../kernel-options.ts';
import { readScenario, type Scenario, scenarioProfile } from '../scenario-files.ts';
import { loadOf } from './prepare.ts';

/** A file that a scenario names stands beside it (scenario-files.ts); from here on it is found wherever we are. */
function found(scenario: Document<Scenario>, kind: 'profile' | 'blob', source: Source | undefined): Source | null {
  if (source === undefined) return null;
  if (typeof source !== 'string' || scenario.path === null) return source;
  const named = builtInFile(kind, source);
  if (named !== null && existsSync(named)) return source;
  const near = join(dirname(scenario.path), source);
  return existsSync(near) ? near : source;
}

/** Keys that a screen changes, and those that are something else here; all others are kept as they are. */
const OURS: ReadonlySet<string> = new Set(['schema', 'profile', 'blob', 'kernel', 'cmdline', 'policy', 'patches', 'inhibit', 'strict', 'force', 'events']);

function choicesOf(scenario: Document<Scenario>): Choices {
  const { value } = scenario;
  return {
    ...NO_CHOICES,
    profile: found(scenario, 'profile', value.profile),
    blob: found(scenario, 'blob', value.blob),
    kernel: value.kernel ?? null,
    cmdline: value.cmdline ?? null,
    policy: value.policy ?? 'mainline',
    patches: value.patches ?? null,
    inhibit: value.inhibit ?? false,
    strict: value.strict ?? false,
    force: value.force ?? [],
    extras: Object.fromEntries(Object.entries(value).filter(([key]) => !OURS.has(key))),
  };
}

/** Events with the updates that they name themselves. */
async function eventsOf(scenario: Document<Scenario>, choices: Choices): Promise<Result<Step[]>> {
  const { events } = scenario.value;
  if (events.every(({ blob }) => blob === undefined)) return { value: events as readonly Step[] as Step[], problems: [] };
  const profile = await scenarioProfile(scenario);
  if (profile.value === null) return profile;
  const config = Object.entries((choices.extras.config ?? {}) as Record<string, string>).map(([name, value]) => `${name}=${value}`);
  const { kernel: release, cmdline } = choices;
  const kernel = await kernelOf({ ...(release === null ? {} : { kernel: release }), ...(cmdline === null ? {} : { cmdline }), config }, profile.value.value);
  if (kernel.value === null) return kernel;
  const problems: Problem[] = [];
  const steps: Step[] = [];
  for (const event of events) {
    const source = found(scenario, 'blob', event.blob);
    const offer = await loadOf(source, profile.value, kernel.value);
    if (offer !== null && offer.value === null) problems.push(...offer.problems);
    steps.push(offer?.value ? { ...event, blob: source, load: offer.value.load } : (event as Step));
  }
  return problems.length > 0 ? { value: null, problems } : { value: steps, problems: [] };
}

/** The boot that `run` gives a scenario that does not begin with one. */
function withBoot(steps: readonly Step[]): readonly Step[] {
  return steps[0]?.type === 'boot' ? steps : [{ type: 'boot' }, ...steps];
}

/** Reads a saved scenario for the explorer. */
export async function openScenario(argument: string): Promise<Result<OpenedScenario>> {
  const scenario = await readScenario(argument);
  if (scenario.value === null) return scenario;
  const choices = choicesOf(scenario.value);
  const events = await eventsOf(scenario.value, choices);
  return events.value === null ? events : { value: { choices, events: withBoot(events.value) }, problems: [] };
}
