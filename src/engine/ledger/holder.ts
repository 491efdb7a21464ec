import type { Machine } from '../model/machine.ts';
import type { SnapshotDifference } from '../model/report.ts';

/** What can be done about a stale copy, cheapest first: the order in which rows list them. */
export const CURES = [
  'runtime-parameter',
  'vcpu-create',
  'process-restart',
  'libvirt-refresh',
  'module-reload',
  'cpu-hotplug',
  'kvm-reload',
  'guest-recreate',
  'kexec',
  'reboot',
] as const;
export type Cure = (typeof CURES)[number];

/** A machine, and the machine it would be if all copies were taken now. */
export interface World {
  readonly machine: Machine;
  /** The same kernel booted on the silicon as it is, the same CPUs online. */
  readonly fresh: Machine;
  /** That kernel with KVM loaded as it is, or was last, here; null where KVM never was loaded here or cannot be there. */
  readonly freshKvm: Machine | null;
}

/** Differences that are left, and those there were: why a cure that one would expect to help does not. */
export type WhyNot = (left: readonly SnapshotDifference[], all: readonly SnapshotDifference[]) => string;

/** Code or object that keeps a copy of CPU state. */
export interface Holder {
  /** How the kernel, or people, call it. */
  readonly id: string;
  readonly title: string;
  /** File and function that take the copy. */
  readonly source: string;
  /** Type of the event at which it was taken; null: this machine has no such holder. */
  readonly takenAt: (machine: Machine) => string | null;
  /** How the copy differs from what the same code would compute from the silicon now. */
  readonly differences: (machine: Machine, now: World) => readonly SnapshotDifference[];
  /** Code of what one notices. */
  readonly symptom: (differences: readonly SnapshotDifference[], machine: Machine) => string;
  /** A new kernel takes everything anew; it need not be tried. */
  readonly cures: readonly Cure[];
  /** Cures that one would try first, each with the reason for the case that it leaves something. They are played, not believed. */
  readonly tries: Readonly<Partial<Record<Cure, WhyNot>>>;
}

/** What cures every copy that a kernel takes at its boot. */
export const NEW_KERNEL: readonly Cure[] = ['kexec', 'reboot'];

/** @returns a reason that does not depend on what is left. */
export function because(why: string): WhyNot {
  return () => why;
}

/** @returns whether something is gone that the copy still has. */
export function anyLost(differences: readonly SnapshotDifference[]): boolean {
  return differences.some(({ held, now }) => held === true && now === false);
}
