import type { Blob } from '../../data/contract/blob.ts';
import { bootKernel } from '../boot/boot-kernel.ts';
import { decideEarlyLoad, type EarlyLoadDecision } from '../loader/decide-early-load.ts';
import type { Finding, Machine, Slot, Thread } from '../model/machine.ts';
import { updated } from '../silicon/effects.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { done, type EventContext, type EventRule, type MachineEvent, moment } from './event.ts';
import { endedGuests } from './kexec.ts';
import type { LateLoadInput } from './microcode-late-load.ts';

/** A reboot: what the early loader did, and the machine that came up. */
export interface Reboot {
  readonly machine: Machine;
  /** null: there was no update in the early image. */
  readonly early: EarlyLoadDecision | null;
}

/** The CPUs after the early loader: it reaches every core. */
function loadedSlots(slots: readonly Slot[], blob: Blob, revision: number): Slot[] {
  const made = new Map<Silicon, Silicon>();
  return slots.map((slot) => {
    if (slot.revision >= revision) return slot;
    const silicon = made.get(slot.silicon) ?? updated(slot.silicon, blob, 'reset');
    made.set(slot.silicon, silicon);
    return { ...slot, silicon, revision };
  });
}

/** The firmware's view of the threads, for the loader's questions about revisions. */
function threadsAtReset(machine: Machine): Thread[] {
  return machine.slots.map((slot) => {
    const thread = machine.threads.find((one) => one.number === slot.number) ?? machine.threads[0]!;
    return { ...thread, ...slot, online: true, booted: true, cpu: { ...thread.cpu, revision: slot.revision } };
  });
}

/**
 * A cold boot of the same kernel: microcode is volatile, so the silicon starts as at reset and the early loader asks by its own rules
 * (cpu/microcode/core.c load_ucode_bsp()). No module is loaded afterwards.
 * @param input the update in the early image and what is known of its bytes, or null for none
 */
export function reboot(machine: Machine, input: LateLoadInput | null): Reboot {
  const at = moment(machine, 'reboot');
  const guests = machine.guests.filter((guest) => guest.away);
  if (input === null) return { machine: { ...bootKernel(machine.kernel.spec, machine.slots, at), guests }, early: null };
  const early = decideEarlyLoad({ ...input, kernel: machine.kernel, threads: threadsAtReset(machine), cache: [] });
  const slots = early.loaded ? loadedSlots(machine.slots, input.blob, early.revision) : machine.slots;
  const booted = bootKernel(machine.kernel.spec, slots, at);
  return { machine: { ...booted, slots: machine.slots, early: input.blob, guests }, early };
}

/** What the early image holds: what the event says, else the scenario; nobody says: the same as the late loader finds. */
function earlyImage(event: MachineEvent, context: EventContext): LateLoadInput | null {
  if (event.load !== undefined) return event.load;
  return context.early === 'same' ? context.load : context.early;
}

export const rebootEvent: EventRule = {
  type: 'reboot',
  happen(machine, event, context) {
    const image = earlyImage(event, context);
    const { machine: next, early } = reboot(machine, image);
    const [before, after] = [machine.threads[0]!.revision, next.threads[0]!.revision];
    const findings: Finding[] = [{ code: 'kernel-started', args: { revision: after } }, ...endedGuests(machine)];
    if (early?.loaded) findings.push({ code: 'early-load', args: { revision: early.revision } });
    else for (const { code, args } of early?.reasons ?? []) findings.push({ code, args });
    if (after < before) findings.push({ code: 'microcode-went-back', args: { before, after } });
    if (image !== null && event.load === undefined && context.early === 'same') findings.push({ code: 'early-image-assumed', args: {} });
    return done(next, findings);
  },
};
