import { diffRows } from '../engine/diff/rows.ts';
import { transition } from '../engine/events/index.ts';
import { reboot } from '../engine/events/reboot.ts';
import { bugsOf, flagsOf } from '../engine/features/index.ts';
import { guestRows } from '../engine/ledger/guest-rows.ts';
import { ledger } from '../engine/ledger/index.ts';
import type { Machine } from '../engine/model/machine.ts';
import type { DiffRows } from '../engine/model/report.ts';
import type { PlayedStep, Session } from './session.ts';

/** Everything that is shown of a machine after a step. */
export interface Comparison extends DiffRows {
  readonly machine: Machine;
  /** What a reboot gives, with KVM as it is here. */
  readonly rebooted: Machine;
  /** An update was taken since the kernel was started: only then do verdicts mean anything. */
  readonly loaded: boolean;
  /** Flags and bugs of /proc/cpuinfo as they stand. */
  readonly flags: readonly string[];
  readonly bugNames: readonly string[];
}

/** Loads or unloads KVM so that a machine compares with another: its module alone would change texts of sysfs. */
function withKvmOf(machine: Machine, other: Machine, session: Session): Machine {
  if ((machine.kvm === null) === (other.kvm === null)) return machine;
  if (other.kvm === null) return transition({ ...machine, guests: [] }, { type: 'kvm-unload' }, session.context).machine ?? machine;
  const parameters = other.kvmLoaded?.parameters ?? '';
  return transition(machine, { type: 'kvm-load', module: other.kvm.module, parameters }, session.context).machine ?? machine;
}

function compare(step: PlayedStep, machine: Machine, session: Session): Comparison {
  const before = step.unloaded === null ? machine : withKvmOf(step.unloaded, machine, session);
  const rebooted = withKvmOf(reboot(machine, session.context.load).machine, machine, session);
  const { tables } = machine.kernel;
  const { cpu } = machine.threads[0]!;
  return {
    ...diffRows({ before, late: machine, reboot: rebooted }),
    snapshots: ledger(machine, rebooted),
    guests: guestRows(machine, rebooted),
    machine,
    rebooted,
    loaded: step.unloaded !== null,
    flags: flagsOf(tables, cpu),
    bugNames: bugsOf(tables, cpu),
  };
}

const known = new WeakMap<PlayedStep, Comparison>();

/** @returns the state after a step, computed when it is first looked at; null before the first boot. */
export function comparisonOf(step: PlayedStep | undefined, session: Session): Comparison | null {
  if (step === undefined || step.machine === null) return null;
  const made = known.get(step) ?? compare(step, step.machine, session);
  known.set(step, made);
  return made;
}
