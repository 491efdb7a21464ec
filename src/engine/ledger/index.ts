import type { Machine } from '../model/machine.ts';
import type { SnapshotRow } from '../model/report.ts';
import { alternativesHolders } from './alternatives.ts';
import { bootCpuDataHolders } from './boot-cpu-data.ts';
import { cpuDataHolders } from './cpu-data.ts';
import { type Played, playedOn } from './cures.ts';
import { guestHolders } from './guest-copies.ts';
import { CURES, type Cure, type Holder, type World } from './holder.ts';
import { kernelMemoryHolders } from './kernel-memory.ts';
import { kvmArchCapabilitiesHolders } from './kvm-arch-capabilities.ts';
import { kvmCapsHolders } from './kvm-caps.ts';
import { kvmUserReturnHolders } from './kvm-user-return.ts';
import { kvmVmxHolders } from './kvm-vmx.ts';
import { processHolders } from './processes.ts';
import { worldAfter, worldOf } from './world.ts';
import { xstateHolders } from './xstate.ts';

/** Groups of holders, in the order in which the kernel, KVM and user space take their copies. Some depend on the machine: one for each guest or module. */
const registry: readonly ((machine: Machine) => readonly Holder[])[] = [
  bootCpuDataHolders,
  cpuDataHolders,
  alternativesHolders,
  kernelMemoryHolders,
  xstateHolders,
  kvmCapsHolders,
  kvmArchCapabilitiesHolders,
  kvmUserReturnHolders,
  kvmVmxHolders,
  guestHolders,
  processHolders,
];

/** @returns everyone who holds a copy on this machine. */
export function holdersOf(machine: Machine): Holder[] {
  return registry.flatMap((group) => group(machine)).filter((holder) => holder.takenAt(machine) !== null);
}

/** Tries a holder's cures; a cure counts when nothing differs after it. */
function cured(holder: Holder, played: Played, world: World, all: SnapshotRow['differences']): Pick<SnapshotRow, 'cures' | 'notCuredBy'> {
  const cures = new Set<Cure>(holder.cures);
  const notCuredBy: { cure: string; why: string }[] = [];
  for (const cure of CURES) {
    const whyNot = holder.tries[cure];
    const after = whyNot ? played.after(cure) : null;
    if (!whyNot || after === null) continue;
    const left = holder.takenAt(after) === null ? [] : holder.differences(after, worldAfter(world, after));
    if (left.length === 0) cures.add(cure);
    else notCuredBy.push({ cure, why: whyNot(left, all) });
  }
  return { cures: CURES.filter((cure) => cures.has(cure)), notCuredBy };
}

/**
 * The ledger: everyone who keeps a copy of CPU state on this machine, whether it is stale, and what cures it.
 * @param machine at any moment
 * @param twin a machine that may be what a new boot on this silicon gives, to save that boot
 * @returns one row for each holder; rows that are not stale have neither cures nor differences
 */
export function ledger(machine: Machine, twin?: Machine): SnapshotRow[] {
  const world = worldOf(machine, twin);
  const played = playedOn(machine);
  return holdersOf(machine).map((holder) => {
    const differences = holder.differences(machine, world);
    const stale = differences.length > 0;
    const row = { holder: holder.id, takenAt: holder.takenAt(machine)!, stale, differences, symptom: stale ? holder.symptom(differences, machine) : 'none' };
    return stale ? { ...row, ...cured(holder, played, world, differences) } : { ...row, cures: [], notCuredBy: [] };
  });
}
