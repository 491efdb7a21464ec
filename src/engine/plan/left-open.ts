import type { Blob } from '../../data/contract/blob.ts';
import { guestDifferences } from '../ledger/guest-rows.ts';
import { holdersOf } from '../ledger/index.ts';
import { worldOf } from '../ledger/world.ts';
import type { Machine } from '../model/machine.ts';
import type { PlanState } from './step.ts';

/** The update is not in force on every CPU. */
export const UPDATE = 'microcode';
/** The image of the next boot holds an older update: a reboot goes back. */
export const IMAGE = 'early image';

const NOT_BACK = ' is not back';

/** @returns whether what is open is something that the plan has stopped and that did not come back. */
export function isNotBack(id: string): boolean {
  return id.endsWith(NOT_BACK);
}

const stale = new WeakMap<Machine, ReadonlySet<string>>();

/** @returns ids of the stale holders of a machine; guests are named `guest NAME`, to tell them from holders of the same name. */
export function staleOn(machine: Machine, twin?: Machine): ReadonlySet<string> {
  const known = stale.get(machine);
  if (known) return known;
  const world = worldOf(machine, twin);
  const holders = holdersOf(machine).filter((holder) => holder.differences(machine, world).length > 0);
  const guests = guestDifferences(machine, twin).filter(({ guest, differences }) => !guest.away && differences.length > 0);
  const found = new Set([...holders.map(({ id }) => id), ...guests.map(({ guest }) => `guest ${guest.name}`)]);
  stale.set(machine, found);
  return found;
}

function updateOpen(machine: Machine, blob: Blob): boolean {
  const wanted = blob.revision === undefined ? null : Number(blob.revision);
  return wanted !== null && machine.threads.some((thread) => thread.online && thread.revision < wanted);
}

/** What ran before the plan and does not now. */
function notBack(machine: Machine, before: Machine): string[] {
  const here = new Set(machine.guests.filter((guest) => !guest.away).map((guest) => guest.name));
  const guests = before.guests.filter((guest) => !guest.away && !here.has(guest.name)).map((guest) => `guest ${guest.name}${NOT_BACK}`);
  const processes = before.processes.filter(({ name }) => !machine.processes.some((one) => one.name === name)).map(({ name }) => `process ${name}${NOT_BACK}`);
  const module = before.kvm !== null && machine.kvm === null ? [`${before.kvm.module}${NOT_BACK}`] : [];
  return [...module, ...guests, ...processes];
}

/**
 * Everything that a plan has to do with and that is not done: the update, stale copies, and what was stopped for the update.
 * @param state at any moment of the plan
 * @param before the machine as the plan found it
 * @param twin what a new boot with the update gives, to save that boot
 */
export function leftOpen(state: PlanState, before: Machine, blob: Blob, twin?: Machine): ReadonlySet<string> {
  const { machine, context } = state;
  const image = context.otherwise?.earlyRevision ?? null;
  const open = [...(updateOpen(machine, blob) ? [UPDATE] : []), ...staleOn(machine, twin), ...notBack(machine, before)];
  if (image !== null && blob.revision !== undefined && image < Number(blob.revision)) open.push(IMAGE);
  return new Set(open);
}
