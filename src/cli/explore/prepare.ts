import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseHex32 } from '../../base/hex.ts';
import { inFile, type Problem, type Result } from '../../base/problem.ts';
import type { Blob } from '../../data/contract/blob.ts';
import type { MsrValues, Profile } from '../../data/contract/profile.ts';
import { slotsOf } from '../../engine/boot/slots.ts';
import type { LateLoadInput } from '../../engine/events/microcode-late-load.ts';
import { type Choices, LIVE, type Prepared, type Source } from '../../explore/outside.ts';
import { offerBlob } from '../blob/offer-blob.ts';
import { builtInFile } from '../built-in.ts';
import type { Document } from '../documents.ts';
import { type ChosenKernel, kernelOf } from '../kernel-options.ts';
import { type Scenario, scenarioBlob, scenarioProfile } from '../scenario-files.ts';

const CAPTURED = new Map<string, Document<Profile>>();

/** Captured once: the screen belongs to the explorer, so what `capture` would say of it becomes notes. */
async function liveProfile(): Promise<Result<Document<Profile>>> {
  const known = CAPTURED.get(LIVE);
  if (known) return { value: known, problems: [] };
  const { captureMachine } = await import('../capture-machine.ts');
  const { profile, problems } = await captureMachine({ root: '/', anonymous: false });
  if (profile === null) return { value: null, problems: inFile('this machine', problems) };
  const document = { value: profile, file: LIVE, path: null };
  CAPTURED.set(LIVE, document);
  return { value: document, problems: [] };
}

/** The choices as a scenario without events: what reads scenarios reads them. */
function scenarioOf({ profile, extras }: Choices): Document<Scenario> {
  const { msrs } = extras as { msrs?: MsrValues };
  const value = { schema: 'cpueval/scenario/1', profile, ...(msrs === undefined ? {} : { msrs }), events: [] } as unknown as Scenario;
  return { value, file: 'scenario', path: null };
}

function profileOf(choices: Choices): Promise<Result<Document<Profile>>> {
  return choices.profile === LIVE ? liveProfile() : scenarioProfile(scenarioOf(choices));
}

function chosenKernel({ kernel, cmdline, extras }: Choices, profile: Profile): Promise<Result<ChosenKernel>> {
  const config = Object.entries((extras.config ?? {}) as Record<string, string>).map(([name, value]) => `${name}=${value}`);
  return kernelOf({ ...(kernel === null ? {} : { kernel }), ...(cmdline === null ? {} : { cmdline }), config }, profile);
}

/**
 * An update as the loader is offered it.
 * @returns null where none is chosen
 */
export async function loadOf(
  source: Source | null,
  profile: Document<Profile>,
  kernel: ChosenKernel,
): Promise<Result<{ readonly load: LateLoadInput; readonly notes: readonly string[] }> | null> {
  if (source === null) return null;
  const input = await scenarioBlob({ value: {} as Scenario, file: 'scenario', path: null }, source as string | Blob);
  if (input.value === null) return input;
  const offer = await offerBlob(input.value, profile, kernel);
  if (offer.value === null) return offer;
  const { blob, bytes, way } = offer.value;
  const notes = [...offer.value.notes, ...(way === undefined ? [] : [way])];
  return { value: { load: { blob, cpuRejects: false, ...(bytes === undefined ? {} : { verdictOfBytes: bytes }) }, notes }, problems: [] };
}

/** What a scenario writes: a NAME stays one, a file is found from everywhere, a captured machine goes along. */
function written(source: Source, kind: 'profile' | 'blob', captured: unknown): unknown {
  if (typeof source !== 'string') return source;
  if (source === LIVE && kind === 'profile') return captured;
  const named = builtInFile(kind, source);
  return named !== null && existsSync(named) ? source : resolve(source);
}

/** Standard input is the keyboard here. */
function fromStandardInput({ profile, blob }: Choices): Problem[] {
  const one = (path: string): Problem => ({ code: 'no-standard-input', path, expected: 'a NAME or a file, as the keyboard is read here', got: '-' });
  return [...(profile === '-' ? [one('--profile')] : []), ...(blob === '-' ? [one('--blob')] : [])];
}

/** Reads and validates everything that is chosen; every problem is named. */
export async function prepare(choices: Choices): Promise<Result<Prepared>> {
  const wrong = fromStandardInput(choices);
  if (wrong.length > 0) return { value: null, problems: wrong };
  const profile = await profileOf(choices);
  if (profile.value === null) return profile;
  const { value } = profile.value;
  const kernel = await chosenKernel(choices, value);
  if (kernel.value === null) return kernel;
  const offer = await loadOf(choices.blob, profile.value, kernel.value);
  if (offer !== null && offer.value === null) return offer;
  const load = offer?.value.load ?? null;
  const { kvm } = await kernel.value.choice.line.loadKvm();
  const early = value.system?.earlyMicrocode;
  return {
    value: {
      profile: {
        id: value.id,
        title: value.title,
        kernel: value.system?.kernel ?? null,
        guests: (value.system?.guests ?? []).map(({ name, model }) => ({ name, model: model ?? 'host-passthrough' })),
      },
      source: { profile: written(choices.profile ?? '', 'profile', value), ...(choices.blob === null ? {} : { blob: written(choices.blob, 'blob', null) }) },
      spec: kernel.value.spec,
      slots: slotsOf(value),
      kvmTables: kvm,
      kernel: kernel.value.report,
      load,
      early: choices.extras.early === 'none' ? null : 'same',
      earlyRevision: early === undefined ? null : parseHex32(early),
      assumptions: kernel.value.assumptions,
      doubts: load?.blob.unknownEffects === true ? ['unknown-effects'] : [],
      notes: offer?.value.notes ?? [],
    },
    problems: [],
  };
}
