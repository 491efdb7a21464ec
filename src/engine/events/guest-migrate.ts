import { missingHere } from '../guests/guest-view.ts';
import { newVcpu } from '../guests/start-guest.ts';
import { tsxCtrlView } from '../guests/tsx-ctrl-view.ts';
import type { Guest, Machine } from '../model/machine.ts';
import { done, type EventRule, type Happened, moment, refused } from './event.ts';
import { afterGuest } from './guest-stop.ts';

function replaced(machine: Machine, guest: Guest): Machine {
  return { ...machine, guests: machine.guests.map((one) => (one.name === guest.name ? guest : one)) };
}

/** Out: nothing of this host counts for it any more. */
function away(machine: Machine, guest: Guest): Happened {
  if (guest.away) return refused(machine, 'guest-away-already', { guest: guest.name });
  return done(afterGuest(replaced(machine, { ...guest, away: true })), [{ code: 'guest-migrated-away', args: { guest: guest.name } }]);
}

/**
 * Back: the VMM creates new vCPUs and gives them exactly the CPUID and MSRs that the guest has had all along; KVM must offer all of it
 * (kvm/cpuid.c kvm_set_cpuid()).
 */
function back(machine: Machine, guest: Guest): Happened {
  if (!guest.away) return refused(machine, 'guest-is-here', { guest: guest.name });
  if (machine.kvm === null) return refused(machine, 'kvm-not-loaded');
  const missing = missingHere(machine, guest);
  if (missing.length > 0) return refused(machine, 'guest-features-missing', { guest: guest.name, refs: missing });
  const at = moment(machine, 'guest-migrate');
  const vcpus = guest.vcpus.map(({ number }) => newVcpu(number, guest.archCapabilities, at));
  const here: Guest = { ...guest, away: false, vcpus, tsxCtrl: tsxCtrlView(machine.kvm, guest.archCapabilities) };
  return done(replaced(machine, here), [{ code: 'guest-migrated-back', args: { guest: guest.name } }]);
}

/** Live migration, away and back unless the event names one way: the guest keeps what it was given. */
export const guestMigrateEvent: EventRule = {
  type: 'guest-migrate',
  happen(machine, event) {
    const name = event.guest ?? event.name ?? '';
    const find = (now: Machine): Guest | undefined => now.guests.find((one) => one.name === name);
    const guest = find(machine);
    if (!guest) return refused(machine, 'no-such-guest', { guest: name, known: machine.guests.map((one) => one.name) });
    if (event.direction === 'away') return away(machine, guest);
    if (event.direction === 'back') return back(machine, guest);
    const gone = away(machine, guest);
    if (gone.refused) return gone;
    const returned = back(gone.machine, find(gone.machine)!);
    return returned.refused ? { ...returned, machine } : done(returned.machine, [{ code: 'guest-migrated', args: { guest: name } }]);
  },
};
