import type { HostModelCache, Machine, Taken } from '../model/machine.ts';
import { offeredView } from './guest-view.ts';

/** What libvirt's daemon remembers of KVM from its first question on; null while there is no KVM to ask. */
export function hostModelNow(machine: Machine, at: Taken): HostModelCache | null {
  const offered = offeredView(machine);
  return offered === null ? null : { ...offered, at };
}
