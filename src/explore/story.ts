import { transition } from '../engine/events/index.ts';
import type { Choices, Prepared } from './outside.ts';
import { contextOf, type Step } from './session.ts';

/** Whether this machine can run guests at all: a timeline that is refused at once teaches nothing. */
function canRunKvm(prepared: Prepared, choices: Choices): boolean {
  const context = contextOf(prepared, choices);
  const booted = transition(null, { type: 'boot' }, context).machine;
  return booted !== null && !transition(booted, { type: 'kvm-load' }, context).refused;
}

/**
 * The story to begin with: a host with guests takes the update while it runs, then everything that may cure what went stale is done, from the
 * mildest to the reboot.
 */
export function story(prepared: Prepared, choices: Choices): Step[] {
  const kvm = choices.guests.length > 0 && canRunKvm(prepared, choices);
  const guests = kvm ? choices.guests : [];
  const start = guests.map(({ name, model }): Step => ({ type: 'guest-start', guest: name, model }));
  const stop = guests.map(({ name }): Step => ({ type: 'guest-stop', guest: name }));
  const load: Step[] = kvm ? [{ type: 'kvm-load' }] : [];
  const reload: Step[] = kvm ? [...stop, { type: 'kvm-unload' }, ...load, ...start] : [];
  if (prepared.load === null) return [{ type: 'boot' }, ...load, ...start];
  return [{ type: 'boot' }, ...load, ...start, { type: 'microcode-late-load' }, ...reload, { type: 'reboot' }];
}
