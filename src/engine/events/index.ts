import { bootKernel } from '../boot/boot-kernel.ts';
import type { Finding, Machine } from '../model/machine.ts';
import { cpuOfflineEvent, cpuOnlineEvent } from './cpu-hotplug.ts';
import { EVENT_TYPES, type EventContext, type EventRule, type EventType, type MachineEvent } from './event.ts';
import { guestMigrateEvent } from './guest-migrate.ts';
import { guestStartEvent } from './guest-start.ts';
import { guestStopEvent } from './guest-stop.ts';
import { hostMsrWriteEvent } from './host-msr-write.ts';
import { kexecEvent } from './kexec.ts';
import { kvmLoadEvent } from './kvm-load.ts';
import { kvmUnloadEvent } from './kvm-unload.ts';
import { microcodeLateLoadEvent } from './late-load.ts';
import { moduleLoadEvent } from './module-load.ts';
import { processStartEvent } from './process-start.ts';
import { rebootEvent } from './reboot.ts';
import { reevaluateEvent } from './reevaluate.ts';
import { resumeEvent } from './resume.ts';
import { vcpuCreateEvent } from './vcpu-create.ts';

export { EVENT_TYPES, type EventContext, type EventRule, type EventType, type MachineEvent } from './event.ts';

/** Everything that can happen to a machine that runs; `boot` makes one. */
export const events: readonly EventRule[] = [
  microcodeLateLoadEvent,
  kvmLoadEvent,
  kvmUnloadEvent,
  guestStartEvent,
  guestStopEvent,
  guestMigrateEvent,
  vcpuCreateEvent,
  cpuOnlineEvent,
  cpuOfflineEvent,
  resumeEvent,
  processStartEvent,
  moduleLoadEvent,
  hostMsrWriteEvent,
  reevaluateEvent,
  kexecEvent,
  rebootEvent,
];

const byType: ReadonlyMap<string, EventRule> = new Map(events.map((rule) => [rule.type, rule]));

/** A machine after an event. A refusal is a finding; it leaves the machine as it was, but for what the attempt itself leaves behind (a taint, a log line). */
export interface Transition {
  readonly machine: Machine | null;
  readonly findings: readonly Finding[];
  readonly refused: boolean;
}

function boot(machine: Machine | null, context: EventContext): Transition {
  if (machine !== null) return { machine, findings: [{ code: 'booted-already', args: {} }], refused: true };
  const booted = bootKernel(context.spec, context.slots, { event: 'boot', number: 1 });
  return { machine: booted, findings: [{ code: 'kernel-started', args: { revision: booted.threads[0]!.revision } }], refused: false };
}

/** @returns the rule of an event; undefined for `boot` and for what is no event. */
export function ruleOf(type: EventType): EventRule | undefined {
  return byType.get(type);
}

/**
 * One event. Pure: the machine that is given stays as it was.
 * @param machine null before the first boot
 * @param event what happens
 * @param context the kernel and the files the event finds
 */
export function transition(machine: Machine | null, event: MachineEvent, context: EventContext): Transition {
  if (event.type === 'boot') return boot(machine, context);
  if (machine === null) return { machine, findings: [{ code: 'not-booted', args: {} }], refused: true };
  const rule = ruleOf(event.type);
  if (rule === undefined) return { machine, findings: [{ code: 'unknown-event', args: { type: String(event.type), known: EVENT_TYPES } }], refused: true };
  const happened = rule.happen(machine, event, context);
  if (happened.machine === machine) return happened;
  return { ...happened, machine: { ...happened.machine, events: machine.events + 1 } };
}

/** Copies that an event works from, by the ids of the ledger. */
export function readsOf(machine: Machine, event: MachineEvent): readonly string[] {
  return ruleOf(event.type)?.reads?.(machine, event) ?? [];
}
