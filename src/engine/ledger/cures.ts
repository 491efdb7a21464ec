import type { EventContext } from '../events/event.ts';
import { cycleCpus } from '../events/hotplug.ts';
import { kvmLoad, kvmUnload } from '../events/kvm.ts';
import { processStartEvent } from '../events/process-start.ts';
import { recreateGuests } from '../guests/recreate.ts';
import { hostValues } from '../guests/user-return.ts';
import { enableVirtualization } from '../kvm/load-kvm.ts';
import type { Machine, Taken } from '../model/machine.ts';
import type { Cure } from './holder.ts';

const AT: Taken = { event: 'cure', number: 0 };

/** The guests wait elsewhere, the module goes and comes, the guests return as they were. */
function reloadKvm(machine: Machine): Machine | null {
  const { kvm, kvmLoaded } = machine;
  if (kvm === null || kvmLoaded === null) return null;
  const drained = { ...machine, guests: machine.guests.map((guest) => ({ ...guest, away: true })) };
  const loaded = kvmLoad(kvmUnload(drained).machine, kvm.module, kvmLoaded.tables, kvmLoaded.parameters);
  if (loaded.refused) return null;
  const back = { ...loaded.machine, guests: machine.guests };
  if (back.userReturn !== null || !machine.guests.some((guest) => !guest.away)) return back;
  const kernel = back.kernel.copy();
  enableVirtualization(kernel, kvm.module);
  return { ...back, kernel, userReturn: hostValues(back, AT) };
}

/** A process starts without anything of what a scenario is made of. */
function restart(machine: Machine, name: string): Machine {
  return processStartEvent.happen(machine, { type: 'process-start', name }, NO_CONTEXT).machine;
}

const NO_CONTEXT = {} as EventContext;

/** What a person does, played on the machine; null: it cannot be done here. Cures that need a new kernel are not played: it takes all anew. */
const plays: Readonly<Partial<Record<Cure, (machine: Machine) => Machine | null>>> = {
  'kvm-reload': reloadKvm,
  'cpu-hotplug': (machine) => (machine.threads.some((thread) => thread.online && thread.number !== 0) ? cycleCpus(machine, AT).machine : null),
  'guest-recreate': (machine) => (machine.kvm === null ? null : recreateGuests(machine, AT)),
  'process-restart': (machine) => restart(machine, '*'),
  'libvirt-refresh': (machine) => restart(machine, 'libvirtd'),
  'module-reload': (machine) => ({
    ...machine,
    modules: machine.modules.map((module) => ({ ...module, kernel: machine.kernel, silicon: machine.threads[0]!.silicon })),
  }),
};

/** Plays each cure at most once for a machine. */
export class Played {
  private readonly known = new Map<Cure, Machine | null>();

  constructor(private readonly machine: Machine) {}

  /** @returns the machine after a cure; null where it cannot be applied, or is none that is played. */
  after(cure: Cure): Machine | null {
    const known = this.known.get(cure);
    if (known !== undefined) return known;
    const after = plays[cure]?.(this.machine) ?? null;
    this.known.set(cure, after);
    return after;
  }

  /** @returns the machine after several cures in a row; null where one of them cannot be applied. */
  afterAll(cures: readonly Cure[]): Machine | null {
    const [first, ...others] = cures;
    if (first === undefined) return this.machine;
    let now = this.after(first);
    for (const cure of others) now = now && (plays[cure]?.(now) ?? null);
    return now;
  }
}

const played = new WeakMap<Machine, Played>();

/** @returns the cures of a machine, each played at most once whoever asks. */
export function playedOn(machine: Machine): Played {
  const known = played.get(machine) ?? new Played(machine);
  played.set(machine, known);
  return known;
}
