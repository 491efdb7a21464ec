import type { Guest, Machine, Taken } from '../model/machine.ts';
import { newGuest } from './start-guest.ts';

/**
 * Power off and on: the same guests, told of the CPU as KVM offers it now, with as many vCPUs as before.
 * @returns null where one of them cannot be started
 */
export function recreateGuests(machine: Machine, at: Taken): Machine | null {
  const guests: Guest[] = [];
  for (const guest of machine.guests) {
    const created = guest.away ? guest : newGuest(machine, guest, at);
    if (created === null) return null;
    guests.push(guest.away ? created : { ...created, vcpus: guest.vcpus.map(({ number }) => ({ ...created.vcpus[0]!, number })) });
  }
  return { ...machine, guests };
}
