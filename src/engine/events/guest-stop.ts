import { virtualizationAtLoad } from '../guests/user-return.ts';
import { disableVirtualization } from '../kvm/load-kvm.ts';
import type { Machine } from '../model/machine.ts';
import { done, type EventRule, refused } from './event.ts';

/**
 * The last guest is gone: where virtualization was switched on for the first one it goes off again, and KVM forgets the host's MSRs.
 * @param machine without the guest
 */
export function afterGuest(machine: Machine): Machine {
  if (machine.guests.some((guest) => !guest.away) || virtualizationAtLoad(machine)) return machine;
  const kernel = machine.kernel.copy();
  disableVirtualization(kernel);
  return { ...machine, kernel, userReturn: null };
}

/** Power off: what the guest was told goes with it. A reboot inside the guest is none of this. */
export const guestStopEvent: EventRule = {
  type: 'guest-stop',
  happen(machine, event) {
    const name = event.guest ?? event.name ?? '';
    if (!machine.guests.some((guest) => guest.name === name))
      return refused(machine, 'no-such-guest', { guest: name, known: machine.guests.map((one) => one.name) });
    return done(afterGuest({ ...machine, guests: machine.guests.filter((guest) => guest.name !== name) }), [{ code: 'guest-stopped', args: { guest: name } }]);
  },
};
