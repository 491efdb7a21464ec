import { viewFor } from '../guests/guest-view.ts';
import { msrDifferences, registerDifferences } from '../guests/register-bits.ts';
import { newGuest } from '../guests/start-guest.ts';
import { tsxCtrlView } from '../guests/tsx-ctrl-view.ts';
import type { Guest, Machine } from '../model/machine.ts';
import type { GuestRow, SnapshotDifference } from '../model/report.ts';
import { type Played, playedOn } from './cures.ts';
import { valueDifference } from './differ.ts';
import type { Cure, World } from './holder.ts';
import { worldOf } from './world.ts';

/** What a guest was told against what it would be told were it created on a machine. */
function against(guest: Guest, other: Machine): SnapshotDifference[] {
  const view = viewFor(other, guest.model, guest.wanted);
  if (view === null || other.kvm === null) return [];
  return [
    ...registerDifferences(guest.cpuid, view.cpuid),
    ...msrDifferences('10a', guest.archCapabilities ?? 0n, view.archCapabilities ?? 0n),
    ...valueDifference('guest:tsx_ctrl', guest.tsxCtrl, tsxCtrlView(other.kvm, view.archCapabilities)),
  ];
}

function matches(guest: Guest, machine: Machine | null, { freshKvm }: World): boolean {
  const created = machine && newGuest(machine, guest, guest.at);
  return created !== null && freshKvm !== null && against(created, freshKvm).length === 0;
}

/** What can stand before a guest is created anew, cheapest first. */
const WAYS: readonly (readonly Cure[])[] = [[], ['kvm-reload'], ['libvirt-refresh'], ['kvm-reload', 'libvirt-refresh']];

/** Steps, one after the other: recreating the guest where that suffices, else what must come before it. */
function curesOf(guest: Guest, world: World, played: Played): string[] {
  if (guest.away) return [];
  for (const way of WAYS) {
    if (way.includes('libvirt-refresh') && guest.model !== 'host-model') continue;
    if (matches(guest, played.afterAll(way), world)) return [...way, 'guest-recreate'];
  }
  return ['reboot', 'guest-recreate'];
}

/** @returns how each guest differs from what it would be told on a host that starts now, without asking what would cure it. */
export function guestDifferences(machine: Machine, twin?: Machine): { readonly guest: Guest; readonly differences: readonly SnapshotDifference[] }[] {
  if (machine.guests.length === 0) return [];
  const { freshKvm } = worldOf(machine, twin);
  return machine.guests.map((guest) => ({ guest, differences: freshKvm === null ? [] : against(guest, freshKvm) }));
}

/**
 * What every guest was told, against what it would be told by a kernel started on the silicon as it is.
 * @param twin as for ledger()
 */
export function guestRows(machine: Machine, twin?: Machine): GuestRow[] {
  return guestDifferences(machine, twin).map(({ guest, differences }) => {
    const stale = differences.length > 0;
    return { name: guest.name, stale, differences, cures: stale ? curesOf(guest, worldOf(machine, twin), playedOn(machine)) : [] };
  });
}
