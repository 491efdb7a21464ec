import { bootKernel } from '../boot/boot-kernel.ts';
import type { Machine, Slot, Taken } from '../model/machine.ts';
import { done, type EventRule, moment } from './event.ts';

/**
 * The CPUs as a kernel finds them that is started now, without a reset in between.
 * @param offline which CPUs that kernel shall keep offline
 */
export function slotsNow(machine: Machine, offline: (cpu: number) => boolean): Slot[] {
  return machine.threads.map(({ number, package: socket, core, thread, node, revision, silicon }) => ({
    number,
    package: socket,
    core,
    thread,
    node,
    revision,
    silicon,
    offline: offline(number),
  }));
}

/**
 * A new kernel on CPUs that keep the microcode they have: everything a kernel holds is taken anew; what an update latches only at a reset
 * stays as it was. The kernel undoes what its predecessor left in SPEC_CTRL and TSX_CTRL, so the MSRs count as after reset
 * (cpu/bugs.c cpu_select_mitigations(), cpu/tsx.c).
 */
export function kexec(machine: Machine, at: Taken): Machine {
  const kept = new Set(machine.slots.filter((slot) => slot.offline).map((slot) => slot.number));
  const started = bootKernel(
    machine.kernel.spec,
    slotsNow(machine, (cpu) => kept.has(cpu)),
    at,
  );
  return { ...started, slots: machine.slots, early: machine.early, guests: machine.guests.filter((guest) => guest.away) };
}

export const kexecEvent: EventRule = {
  type: 'kexec',
  happen(machine) {
    const next = kexec(machine, moment(machine, 'kexec'));
    return done(next, [{ code: 'kernel-started', args: { revision: next.threads[0]!.revision } }, ...endedGuests(machine)]);
  },
};

/** Guests that went with the kernel they ran under. */
export function endedGuests(machine: Machine): { code: string; args: { guests: string[] } }[] {
  const ended = machine.guests.filter((guest) => !guest.away).map((guest) => guest.name);
  return ended.length === 0 ? [] : [{ code: 'guests-ended', args: { guests: ended } }];
}
