import { type EventContext, type MachineEvent, readsOf, type Transition, transition } from '../events/index.ts';
import type { Machine } from '../model/machine.ts';
import type { GuardMode, GuardRead } from '../model/report.ts';

/** What the guard may do about a read of a stale copy: not look, say so, or refuse the event. */
export const GUARD_MODES: readonly GuardMode[] = ['off', 'warn', 'deny'];

/** An event under the guard. */
export interface Guarded extends Transition {
  /** Reads of stale copies, one for each holder; none with the guard off. */
  readonly reads: readonly GuardRead[];
}

/**
 * Stale copies that an event works from.
 * @param stale ids of the holders that are stale on the machine now
 */
export function staleReadsOf(machine: Machine, event: MachineEvent, stale: ReadonlySet<string>): string[] {
  return stale.size === 0 ? [] : [...new Set(readsOf(machine, event))].filter((holder) => stale.has(holder));
}

/**
 * One event under a guard such as nobody has built: whoever is about to work from a stale copy is found before it does. `warn` changes nothing;
 * `deny` refuses the event and leaves the machine as it is.
 * @param stale asked only when the guard is on: ids of the holders that are stale on a machine
 */
export function guardedTransition(
  machine: Machine | null,
  event: MachineEvent,
  context: EventContext,
  mode: GuardMode,
  stale: (machine: Machine) => ReadonlySet<string>,
): Guarded {
  const holders = machine === null || mode === 'off' ? [] : staleReadsOf(machine, event, stale(machine));
  const refused = mode === 'deny' && holders.length > 0;
  const number = (machine?.events ?? 0) + 1;
  const reads = holders.map((holder) => ({ event: number, holder, by: event.type, refused }));
  if (refused) return { machine, findings: [{ code: 'guard-denied', args: { holders } }], refused, reads };
  const happened = transition(machine, event, context);
  return { ...happened, reads: happened.refused ? [] : reads };
}

/** Events that take copies, as they could come next. */
function nextEvents(machine: Machine): MachineEvent[] {
  const guest = machine.guests.find((one) => !one.away)?.name;
  return [
    ...(machine.kvm === null ? [] : [{ type: 'guest-start' } as const]),
    ...(guest === undefined || machine.kvm === null ? [] : [{ type: 'vcpu-create', guest } as const]),
    ...(machine.kvm === null ? [{ type: 'kvm-load' } as const] : []),
    { type: 'module-load', module: 'any' },
    { type: 'process-start', name: 'any' },
  ];
}

/**
 * What the guard would find at the next event of each kind that takes copies.
 * @param machine after the load
 * @param stale ids of its stale holders
 */
export function readsToCome(machine: Machine, mode: GuardMode, stale: ReadonlySet<string>): GuardRead[] {
  if (mode === 'off') return [];
  const number = machine.events + 1;
  return nextEvents(machine).flatMap((event) =>
    staleReadsOf(machine, event, stale).map((holder) => ({ event: number, holder, by: event.type, refused: mode === 'deny' })),
  );
}
