import { hex, parseHex64 } from '../../base/hex.ts';
import { msrNow } from '../guests/user-return.ts';
import type { Finding, Machine } from '../model/machine.ts';
import { done, type EventRule, type Happened, type MachineEvent, refused } from './event.ts';

/** A write that the CPU answers with #GP; what nobody knows of is taken. */
function faults(machine: Machine, index: number, value: bigint): boolean {
  const { silicon } = machine.threads[0]!;
  const writable = silicon.msrWritable.get(index);
  if (writable !== undefined) return (value & ~writable) !== 0n;
  return msrNow(machine, index) === null;
}

/** KVM knows the host's value since virtualization was switched on and puts that one back whenever a guest has run. */
function kvmFinding(machine: Machine, index: number, value: bigint): Finding[] {
  const held = machine.userReturn?.values.get(index);
  if (held === undefined || held === value) return [];
  return [{ code: 'kvm-writes-old-value-back', args: { msr: hex(index), held: hex(held), written: hex(value) } }];
}

function write(machine: Machine, event: MachineEvent): Happened {
  const index = Number(event.msr ?? Number.NaN);
  const value = parseHex64(event.value ?? '');
  if (!Number.isInteger(index) || value === null) return refused(machine, 'msr-write-incomplete', { msr: event.msr ?? '', value: event.value ?? '' });
  // Only the boot CPU's MSRs are kept apart from the silicon's.
  const cpus = event.cpus ?? (event.cpu === undefined ? [0] : [event.cpu]);
  if (!cpus.includes(0)) return refused(machine, 'msr-of-other-cpu', { cpus: cpus.map(String) });
  if (faults(machine, index, value)) return refused(machine, 'msr-write-faults', { msr: hex(index), errno: 'EIO' });
  const kernel = machine.kernel.copy();
  kernel.writeMsr(index, value);
  kernel.taint('CPU_OUT_OF_SPEC');
  return done({ ...machine, kernel }, [{ code: 'msr-written', args: { msr: hex(index), value: hex(value) } }, ...kvmFinding(machine, index, value)]);
}

/** wrmsr from user space (arch/x86/kernel/msr.c msr_write()): taints, and no holder of the old value learns of it. */
export const hostMsrWriteEvent: EventRule = { type: 'host-msr-write', happen: write };
