import type { Blob } from '../../data/contract/blob.ts';
import { bootKernel } from '../boot/boot-kernel.ts';
import { decideEarlyLoad, type EarlyLoadDecision } from '../loader/decide-early-load.ts';
import type { Machine, Slot, Thread } from '../model/machine.ts';
import { updated } from '../silicon/effects.ts';
import type { Silicon } from '../silicon/silicon.ts';
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
  if (input === null) return { machine: bootKernel(machine.kernel.spec, machine.slots), early: null };
  const early = decideEarlyLoad({ ...input, kernel: machine.kernel, threads: threadsAtReset(machine), cache: [] });
  const slots = early.loaded ? loadedSlots(machine.slots, input.blob, early.revision) : machine.slots;
  const booted = bootKernel(machine.kernel.spec, slots);
  return { machine: { ...booted, slots: machine.slots, early: input.blob }, early };
}
