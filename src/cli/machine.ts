import type { Command } from 'commander';
import type { Problem, Result } from '../base/problem.ts';
import type { Profile, ProfileGuest } from '../data/contract/profile.ts';
import type { KvmTables } from '../data/kernels/types.ts';
import { bootKernel } from '../engine/boot/boot-kernel.ts';
import { slotsOf } from '../engine/boot/slots.ts';
import type { EventContext, MachineEvent } from '../engine/events/event.ts';
import type { Finding, Machine } from '../engine/model/machine.ts';
import type { Document } from './documents.ts';
import type { ChosenKernel } from './kernel-options.ts';

/** A machine that has booted and loaded its modules, and how to load the same modules after another boot. */
export interface RunningMachine {
  readonly machine: Machine;
  readonly withModules: (machine: Machine) => Machine;
}

const KVM_MODULES: readonly string[] = ['kvm_intel', 'kvm_amd'];
const GUEST_MODELS: readonly string[] = ['host-passthrough', 'host-model'];

const more = (value: string, all: string[]): string[] => [...all, value];

/** Gives a command `--module`. */
export function withModuleOption(command: Command): Command {
  return command.option('--module <module>', 'a KVM module that is loaded (kvm_intel, kvm_amd); repeat for more', more, []);
}

/** Gives a command `--guest`. */
export function withGuestOption(command: Command): Command {
  return command.option('--guest <name>', 'a guest that runs, NAME or NAME:host-model; repeat for more; KVM is loaded for it', more, []);
}

/** What was asked for on the command line; the profile's own comes first. */
export interface Wishes {
  readonly modules: readonly string[];
  readonly guests: readonly string[];
}

function moduleProblems(modules: readonly string[]): Problem[] {
  return modules
    .filter((one) => !KVM_MODULES.includes(one))
    .map((got) => ({ code: 'unknown-module', path: '--module', expected: 'kvm_intel or kvm_amd', got }));
}

/** `web-1` or `web-1:host-model`; a custom guest needs registers, which only a profile or a scenario can give. */
function guestOf(text: string): Result<ProfileGuest> {
  const at = text.lastIndexOf(':');
  const [name, model] = at < 0 ? [text, 'host-passthrough'] : [text.slice(0, at), text.slice(at + 1)];
  if (name !== '' && GUEST_MODELS.includes(model)) return { value: { name, model: model as 'host-passthrough' }, problems: [] };
  const expected = 'NAME, NAME:host-passthrough or NAME:host-model (custom guests stand in a profile or scenario, with their CPUID)';
  return { value: null, problems: [{ code: 'bad-guest', path: '--guest', expected, got: text }] };
}

interface Step {
  readonly event: MachineEvent;
  /** Option that asked for it; null: the profile did, and what cannot be is left out. */
  readonly option: string | null;
}

function stepsOf(profile: Profile, wishes: Wishes, guests: readonly ProfileGuest[]): Step[] {
  const { system } = profile;
  const own = (system?.modules ?? []).filter((name) => KVM_MODULES.includes(name) && !wishes.modules.includes(name));
  const modules = [...own.map((module) => ({ module, option: null })), ...wishes.modules.map((module) => ({ module, option: '--module' }))];
  const all = [...(system?.guests ?? []).map((guest) => ({ guest, option: null })), ...guests.map((guest) => ({ guest, option: '--guest' }))];
  // modprobe runs by itself where a guest needs it.
  const implied: Step[] = modules.length === 0 && all.length > 0 ? [{ event: { type: 'kvm-load' }, option: all.at(-1)!.option }] : [];
  return [
    ...modules.map(({ module, option }): Step => ({ event: { type: 'kvm-load', module }, option })),
    ...implied,
    ...all.map(({ guest, option }): Step => {
      const { name, model, cpuid } = guest;
      return { event: { type: 'guest-start', guest: name, ...(model ? { model } : {}), ...(cpuid ? { cpuid } : {}) }, option };
    }),
    ...(system?.processes ?? []).map(({ name }): Step => ({ event: { type: 'process-start', name }, option: null })),
  ];
}

function refusal({ event, option }: Step, findings: readonly Finding[]): Problem {
  const expected = option === '--guest' ? 'a guest that KVM can start here' : 'a module that this kernel loads on this CPU';
  const got = `${event.guest ?? event.module ?? event.type} (${findings.map(({ code }) => code).join(', ')})`;
  return { code: 'refused', path: option ?? '', expected, got };
}

/**
 * Boots the profile's machine, loads KVM, and starts guests and processes.
 * @param wishes of the command line: a module or guest that cannot be is a problem; one that the profile names is left out
 */
export async function machineOf(profile: Document<Profile>, kernel: ChosenKernel, wishes: Wishes): Promise<Result<RunningMachine>> {
  const guests = wishes.guests.map(guestOf);
  const wrong = [...moduleProblems(wishes.modules), ...guests.flatMap(({ problems }) => problems)];
  if (wrong.length > 0) return { value: null, problems: wrong };
  const named = guests.flatMap(({ value }) => (value === null ? [] : [value]));
  const slots = slotsOf(profile.value);
  const steps = stepsOf(profile.value, wishes, named);
  const booted = bootKernel(kernel.spec, slots);
  if (steps.length === 0) return { value: { machine: booted, withModules: (machine) => machine }, problems: [] };
  const kvmTables: KvmTables = (await kernel.choice.line.loadKvm()).kvm;
  const { transition } = await import('../engine/events/index.ts');
  const context: EventContext = { spec: kernel.spec, slots, kvmTables, load: null, early: null };
  const problems: Problem[] = [];
  const apply = (machine: Machine, note: (problem: Problem) => void): Machine =>
    steps.reduce((now, step) => {
      const next = transition(now, step.event, context);
      if (next.refused && step.option !== null) note(refusal(step, next.findings));
      return next.refused ? now : next.machine!;
    }, machine);
  const machine = apply(booted, (problem) => problems.push(problem));
  if (problems.length > 0) return { value: null, problems };
  return { value: { machine, withModules: (other) => apply(other, () => undefined) }, problems: [] };
}
