import { parseHex32 } from '../../base/hex.ts';
import type { Profile } from '../../data/contract/profile.ts';
import type { Slot } from '../model/machine.ts';
import { otherSilicon, type Silicon, siliconOf } from '../silicon/silicon.ts';
import { placesOf } from './topology.ts';

/** Revisions that differ from the rest, by CPU number. */
function revisions(profile: Profile): Map<number, number> {
  const found = new Map<number, number>();
  for (const { cpus, revision } of profile.microcode.perCpu ?? []) for (const cpu of cpus) found.set(cpu, parseHex32(revision) ?? 0);
  return found;
}

/**
 * The CPUs of a profile as the firmware leaves them, the boot CPU first.
 * @param profile a validated profile
 */
export function slotsOf(profile: Profile): Slot[] {
  const boot = siliconOf(profile);
  const kinds = new Map<number, Silicon>();
  for (const { cpus, silicon } of otherSilicon(profile, boot)) for (const cpu of cpus) kinds.set(cpu, silicon);
  const own = revisions(profile);
  const mixed = new Map<string, Silicon>();
  return placesOf(profile.topology).map((place) => {
    const kind = kinds.get(place.number) ?? boot;
    const revision = own.get(place.number) ?? kind.revision;
    let silicon = kind;
    if (revision !== kind.revision) {
      const key = `${kinds.has(place.number)} ${revision}`;
      silicon = mixed.get(key) ?? { ...kind, revision };
      mixed.set(key, silicon);
    }
    return { ...place, offline: (profile.topology?.offline ?? []).includes(place.number), revision, silicon };
  });
}
