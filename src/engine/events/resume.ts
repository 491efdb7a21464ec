import { hostValues } from '../guests/user-return.ts';
import type { Machine } from '../model/machine.ts';
import { done, type EventRule, type Happened, moment } from './event.ts';
import { bootCpuDataChange, cycleCpus } from './hotplug.ts';
import { savedMsrs } from './saved-msrs.ts';

/**
 * A suspend loses the update on every core; the kernel applies it again if it still has it (cpu/microcode/core.c microcode_bsp_resume()).
 * A kernel that was started by kexec on updated CPUs never had it.
 */
function keepsMicrocode(machine: Machine): boolean {
  return machine.patchCache.length > 0 || machine.early !== null;
}

/** Back on what the firmware holds. */
function withFirmwareMicrocode(machine: Machine): Machine {
  const slots = new Map(machine.slots.map((slot) => [slot.number, slot]));
  const threads = machine.threads.map((thread) => {
    const slot = slots.get(thread.number);
    if (!slot || slot.silicon === thread.silicon) return thread;
    return { ...thread, silicon: slot.silicon, revision: slot.revision, cpu: { ...thread.cpu, silicon: slot.silicon, revision: slot.revision } };
  });
  const kernel = machine.kernel.copy(threads[0]!.silicon);
  kernel.cpu.revision = threads[0]!.revision;
  return { ...machine, threads, kernel };
}

/** MSRs that the kernel had written on the boot CPU and that its list does not hold: they are as after reset. */
function lost(machine: Machine): number[] {
  const saved = savedMsrs(machine.booted.kernel);
  return [...machine.kernel.written.keys()].filter((index) => !saved.has(index));
}

function resume(machine: Machine): Happened {
  const at = moment(machine, 'resume');
  const forgotten = !keepsMicrocode(machine) && machine.threads.some((thread, i) => thread.silicon !== machine.slots[i]?.silicon);
  const awake = forgotten ? withFirmwareMicrocode(machine) : machine;
  const kernel = awake.kernel.copy();
  const gone = lost(awake);
  for (const index of gone) kernel.written.delete(index);
  const restored = { ...awake, kernel };
  // kvm_resume() switches virtualization on again and looks at the host's MSRs anew.
  const withKvm = machine.userReturn === null ? restored : { ...restored, userReturn: hostValues(restored, at) };
  const cycled = cycleCpus(withKvm, at);
  return {
    ...done(cycled.machine, [
      { code: 'resumed', args: { cpus: machine.threads.filter((thread) => thread.online && thread.number !== 0).map((thread) => String(thread.number)) } },
      ...(forgotten ? [{ code: 'microcode-lost-in-suspend', args: { revision: cycled.machine.threads[0]!.revision } }] : []),
      ...(gone.length > 0 ? [{ code: 'msrs-not-restored', args: { msrs: gone.map((index) => `0x${index.toString(16)}`) } }] : []),
      ...bootCpuDataChange(machine, cycled.machine),
      ...cycled.findings,
    ]),
  };
}

/** S3 and back: all CPUs but the first are identified again, and the boot CPU gets back the MSRs of its list (arch/x86/power/cpu.c). */
export const resumeEvent: EventRule = {
  type: 'resume',
  happen: resume,
  reads: () => ['mitigation choices', 'tsx_ctrl_state', 'x86_spec_ctrl_base', 'saved MSRs of the boot CPU'],
};
