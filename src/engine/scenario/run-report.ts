import type { MachineEvent } from '../events/event.ts';
import type { Finding } from '../model/machine.ts';
import type { EvalReport, GuardReport, GuestRow, KernelReport, SnapshotRow } from '../model/report.ts';

/** An event as a report shows it: the update by its name. */
export type RunEvent = Omit<MachineEvent, 'load'> & { readonly blob?: string };

/** Copies that an event made stale, and those that it cured; a copy that is gone is cured. */
export interface LedgerChange {
  readonly stale: readonly string[];
  readonly cured: readonly string[];
}

/** One event of a scenario, and the machine after it. */
export interface RunStep {
  readonly event: RunEvent;
  readonly outcome: 'done' | 'refused';
  readonly findings: readonly Finding[];
  /** Lines that the kernel has printed since the step before. */
  readonly log: readonly string[];
  readonly changes: LedgerChange;
  readonly state: EvalReport;
  readonly snapshots: readonly SnapshotRow[];
  readonly guests: readonly GuestRow[];
}

/** `cpueval/run/1`. */
export interface RunReport {
  readonly schema: 'cpueval/run/1';
  readonly id: string | null;
  readonly title: string | null;
  readonly kernel: KernelReport;
  readonly policy: string;
  /** Reads of stale copies by later events, whether they were refused or not. */
  readonly guard: GuardReport;
  readonly steps: readonly RunStep[];
  readonly summary: { readonly done: number; readonly refused: number; readonly stale: number; readonly assumptions: readonly string[] };
}
