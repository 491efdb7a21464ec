import { parseHex32 } from '../base/hex.ts';
import type { Problem, Result } from '../base/problem.ts';
import type { Blob } from '../data/contract/blob.ts';
import type { Profile } from '../data/contract/profile.ts';
import { slotsOf } from '../engine/boot/slots.ts';
import type { EventContext, MachineEvent } from '../engine/events/event.ts';
import type { LateLoadInput } from '../engine/events/microcode-late-load.ts';
import type { Otherwise } from '../engine/policies/load-under-policy.ts';
import { MAINLINE, parsePatches, policyNamed, policyOf } from '../engine/policies/policy.ts';
import { offerBlob } from './blob/offer-blob.ts';
import type { Document } from './documents.ts';
import { type ChosenKernel, type KernelOptions, kernelOf } from './kernel-options.ts';
import { readScenario, type Scenario, scenarioBlob, scenarioProfile } from './scenario-files.ts';

/** The command line before the scenario, the scenario before its profile. */
function kernelOptions(options: KernelOptions, { kernel, cmdline, config }: Scenario): KernelOptions {
  const own = Object.entries(config ?? {}).map(([name, value]) => `${name}=${value}`);
  return {
    ...(kernel === undefined ? {} : { kernel }),
    ...(cmdline === undefined ? {} : { cmdline }),
    ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
    ...(options.cmdline === undefined ? {} : { cmdline: options.cmdline }),
    config: [...own, ...options.config],
  };
}

function otherwise({ policy, patches, inhibit, force, strict }: Scenario, profile: Profile): Result<Otherwise> {
  const numbers = patches === undefined ? undefined : parsePatches(patches);
  if (numbers === null)
    return { value: null, problems: [{ code: 'bad-patches', path: '$.patches', expected: 'numbers from 1 to 7 such as "1-3,6"', got: patches ?? '' }] };
  const id = policyNamed(policy ?? 'mainline');
  const early = profile.system?.earlyMicrocode;
  return {
    value: {
      policy: id === null ? MAINLINE : policyOf(id, numbers),
      inhibitors: { inhibit: inhibit ?? false, force: new Set(force ?? []), strict: strict ?? false },
      earlyRevision: early === undefined ? null : parseHex32(early),
    },
    problems: [],
  };
}

/** A scenario with the files that it names. */
interface Setting {
  readonly scenario: Document<Scenario>;
  readonly profile: Document<Profile>;
  readonly kernel: ChosenKernel;
}

async function loadOf({ scenario, profile, kernel }: Setting, blob: string | Blob | undefined): Promise<Result<LateLoadInput | null>> {
  if (blob === undefined) return { value: null, problems: [] };
  const input = await scenarioBlob(scenario, blob);
  if (input.value === null) return input;
  const offer = await offerBlob(input.value, profile, kernel);
  if (offer.value === null) return offer;
  const { bytes } = offer.value;
  return { value: { blob: offer.value.blob, cpuRejects: false, ...(bytes === undefined ? {} : { verdictOfBytes: bytes }) }, problems: [] };
}

/** The events with the updates they name; every problem of every file at once. */
async function eventsOf(setting: Setting): Promise<Result<MachineEvent[]>> {
  const events: MachineEvent[] = [];
  const problems: Problem[] = [];
  for (const { blob, ...event } of setting.scenario.value.events) {
    const load = await loadOf(setting, blob);
    problems.push(...(load.value === null ? load.problems : []));
    events.push(load.value === null ? event : { ...event, load: load.value });
  }
  return problems.length > 0 ? { value: null, problems } : { value: events, problems: [] };
}

async function contextOf(setting: Setting): Promise<Result<EventContext>> {
  const { scenario, profile, kernel } = setting;
  const load = await loadOf(setting, scenario.value.blob);
  const other = otherwise(scenario.value, profile.value);
  if (other.value === null) return other;
  if (load.value === null && load.problems.length > 0) return { value: null, problems: load.problems };
  const { kvm } = await kernel.choice.line.loadKvm();
  const early = scenario.value.early === 'none' ? null : ('same' as const);
  return { value: { spec: kernel.spec, slots: slotsOf(profile.value), kvmTables: kvm, load: load.value, early, otherwise: other.value }, problems: [] };
}

/** A scenario that can be played. */
export interface PlayableScenario {
  readonly scenario: Scenario;
  readonly kernel: ChosenKernel;
  readonly context: EventContext;
  readonly events: readonly MachineEvent[];
}

/**
 * Reads a scenario and everything it names.
 * @param argument a NAME of cpu-profiles/, a file or `-`
 * @param options of the command line, which go before the scenario's own
 */
export async function playableScenario(argument: string, options: KernelOptions): Promise<Result<PlayableScenario>> {
  const scenario = await readScenario(argument);
  if (scenario.value === null) return scenario;
  const profile = await scenarioProfile(scenario.value);
  if (profile.value === null) return profile;
  const kernel = await kernelOf(kernelOptions(options, scenario.value.value), profile.value.value);
  if (kernel.value === null) return { value: null, problems: kernel.problems };
  const setting = { scenario: scenario.value, profile: profile.value, kernel: kernel.value };
  const [context, events] = [await contextOf(setting), await eventsOf(setting)];
  if (context.value === null || events.value === null) return { value: null, problems: [...context.problems, ...events.problems] };
  return { value: { scenario: scenario.value.value, kernel: kernel.value, context: context.value, events: events.value }, problems: [] };
}
