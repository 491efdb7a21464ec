import type { CpuidRow } from '../../data/contract/profile.ts';
import type { KvmTables } from '../../data/kernels/types.ts';
import type { KernelSpec } from '../boot/boot.ts';
import type { Finding, Machine, Slot, Taken } from '../model/machine.ts';
import type { Otherwise } from '../policies/load-under-policy.ts';
import type { LateLoadInput } from './microcode-late-load.ts';

/** Every event, in the order of DESIGN section 3; scenario files use the same names. */
export const EVENT_TYPES = [
  'boot',
  'microcode-late-load',
  'kvm-load',
  'kvm-unload',
  'guest-start',
  'guest-stop',
  'guest-migrate',
  'vcpu-create',
  'cpu-online',
  'cpu-offline',
  'resume',
  'process-start',
  'module-load',
  'host-msr-write',
  'reevaluate',
  'kexec',
  'reboot',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** One event as a scenario writes it; which keys count depends on the type. */
export interface MachineEvent {
  readonly type: EventType;
  /** kvm-load, module-load: name of the module. */
  readonly module?: string;
  /** kvm-load: options behind modprobe. */
  readonly parameters?: string;
  /** guest-*, vcpu-create: name of the guest. */
  readonly guest?: string;
  /** process-start: name of the process, `*` for all that run. */
  readonly name?: string;
  /** guest-start: host-passthrough unless given. */
  readonly model?: string;
  /** guest-start: the registers of a custom guest. */
  readonly cpuid?: readonly CpuidRow[];
  /** guest-migrate: only out, or only back; both when absent. */
  readonly direction?: 'away' | 'back';
  /** cpu-online, cpu-offline, host-msr-write: CPU numbers; a write without any reaches every CPU. */
  readonly cpu?: number;
  readonly cpus?: readonly number[];
  readonly msr?: string;
  readonly value?: string;
  /** microcode-late-load, reboot: another update than the scenario's. */
  readonly load?: LateLoadInput;
  readonly note?: string;
}

/** What events need besides the machine: the kernel that boots, and the files that it finds. */
export interface EventContext {
  readonly spec: KernelSpec;
  readonly slots: readonly Slot[];
  /** null: nothing in this scenario needs KVM. */
  readonly kvmTables: KvmTables | null;
  /** The update behind the microcode file; null where there is none. */
  readonly load: LateLoadInput | null;
  /** What the early-load image holds: an update, nothing, or `same` as the late loader finds (assumed where nobody says). */
  readonly early: LateLoadInput | null | 'same';
  /** Policy and inhibitors; as in mainline when absent. */
  readonly otherwise?: Otherwise;
}

/** A machine after an event, and what the event found; a refusal leaves the machine as it was. */
export interface Happened {
  readonly machine: Machine;
  readonly findings: readonly Finding[];
  readonly refused: boolean;
}

/** One event: what happens, and which copies it works from without looking at the silicon. */
export interface EventRule {
  readonly type: EventType;
  readonly happen: (machine: Machine, event: MachineEvent, context: EventContext) => Happened;
  /** Ids of the ledger's holders that this event reads: where one of them is stale, so is what is made now. */
  readonly reads?: (machine: Machine, event: MachineEvent) => readonly string[];
}

/** @returns what happened, with what was found. */
export function done(machine: Machine, findings: readonly Finding[] = []): Happened {
  return { machine, findings, refused: false };
}

/** @returns a refusal: the machine as it was, and why. */
export function refused(machine: Machine, code: string, args: Finding['args'] = {}): Happened {
  return { machine, findings: [{ code, args }], refused: true };
}

/** @returns the moment of the event that happens now. */
export function moment(machine: Machine, event: string): Taken {
  return { event, number: machine.events + 1 };
}
