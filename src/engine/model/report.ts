import { VERDICTS, type Verdict } from '../../data/contract/verdicts.ts';
import type { Engaged } from '../report/engaged.ts';

/** How near the modelled kernel is to the one that was asked for. */
export type Evidence = 'exact' | 'same-line' | 'nearest';

export interface KernelReport {
  readonly line: string;
  readonly release: string;
  readonly evidence: Evidence;
}

export interface CpuReport {
  readonly vendor: string;
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
  readonly signature: string;
  /** Brand string of CPUID 0x80000002 to 4, trimmed; empty where the CPU has none. */
  readonly name: string;
  readonly codename: string | null;
  /** null: the kernel prints no revision for this vendor. */
  readonly microcode: string | null;
}

export interface KvmReport {
  readonly module: string;
  readonly caps: Readonly<Record<string, string>>;
  readonly archCapabilities: string | null;
}

/** What rests on inputs that the profile does not know, by name, with those inputs (`msr:10a`, `cpuid:7.0.edx[10]`, `platformId`, `revision`). */
export interface UnknownReport {
  readonly vulnerabilities: Readonly<Record<string, readonly string[]>>;
  /** Flags that are printed and might not be, and those that are not and might be. */
  readonly flags: Readonly<Record<string, readonly string[]>>;
  readonly bugs: Readonly<Record<string, readonly string[]>>;
}

/** `cpueval/eval/1`. */
export interface EvalReport {
  readonly schema: 'cpueval/eval/1';
  readonly kernel: KernelReport;
  readonly cmdline: string;
  readonly cpu: CpuReport;
  readonly cpuinfo: { readonly flags: readonly string[]; readonly bugs: readonly string[]; readonly vmxFlags: readonly string[] };
  readonly otherCpus: readonly {
    readonly cpus: readonly number[];
    readonly flags?: readonly string[];
    readonly bugs?: readonly string[];
    readonly microcode?: string;
  }[];
  readonly vulnerabilities: Readonly<Record<string, string>>;
  readonly smt: { readonly control: string; readonly active: boolean };
  readonly tainted: readonly string[];
  readonly kvm: KvmReport | null;
  readonly engaged: Engaged;
  readonly unknown: UnknownReport;
  readonly log: readonly string[];
}

/** One bit of the silicon whose change stands behind a row. */
export interface Cause {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** One rule on the way from a cause to a row. */
export interface ChainLink {
  readonly rule: string;
  readonly source: string;
}

export type { Verdict } from '../../data/contract/verdicts.ts';

/** @returns the worse of two verdicts. */
export function worse(one: Verdict, other: Verdict): Verdict {
  return VERDICTS.indexOf(one) >= VERDICTS.indexOf(other) ? one : other;
}

export type ProtectionState = 'protected' | 'partly' | 'exposed' | 'not-affected' | 'unknown';
export type Confidence = 'high' | 'medium' | 'low';

export interface SiliconRow {
  readonly ref: string;
  /** Name of the bit, or null for one that nobody has named. */
  readonly name: string | null;
  readonly before: boolean | string | null;
  readonly after: boolean | string | null;
  readonly noticedByKernel: boolean;
  /** Why microcode_check() does not see it: `msr`, `masked`, `no-capability-word`, `other-cpu`; null when it does. */
  readonly blindSpot: string | null;
}

export interface FeatureRow {
  readonly name: string;
  /** The CPUID bit; for a feature that software makes, whether the kernel would make it of the silicon as it is. null: nobody knows. */
  readonly silicon: { readonly before: boolean | null; readonly after: boolean | null };
  readonly before: boolean;
  readonly reported: boolean;
  readonly afterReboot: boolean;
  readonly noticedByKernel: boolean;
  readonly verdict: Verdict;
  readonly causes: readonly Cause[];
  readonly chain: readonly ChainLink[];
  /** Inputs that the profile does not know and this row asked for; the row is as sure as `confidence` says. */
  readonly unknown: readonly string[];
  readonly confidence: Confidence;
}

export interface BugRow {
  readonly name: string;
  readonly before: boolean;
  readonly reported: boolean;
  readonly afterReboot: boolean;
  readonly verdict: Verdict;
  readonly causes: readonly Cause[];
  readonly chain: readonly ChainLink[];
  /** As in a feature's row. */
  readonly unknown: readonly string[];
  readonly confidence: Confidence;
}

export interface PartRow {
  readonly part: string;
  readonly verdict: Verdict;
  /** Code of the reason that holds after the load. */
  readonly why: string;
  readonly before: ProtectionState;
  readonly late: ProtectionState;
  readonly afterReboot: ProtectionState;
}

export interface VulnerabilityRow {
  /** Name of the file in sysfs, or the id of an erratum that has none. */
  readonly name: string;
  /** The kernel's own prefix. */
  readonly id: string;
  readonly title: string;
  readonly cves: readonly string[];
  /** What the file says; null: there is no file. */
  readonly before: string | null;
  readonly reported: string | null;
  readonly effective: { readonly state: ProtectionState; readonly why: string; readonly confidence: Confidence };
  readonly afterReboot: string | null;
  readonly verdict: Verdict;
  readonly parts: readonly PartRow[];
  readonly causes: readonly Cause[];
  readonly chain: readonly ChainLink[];
  /** Inputs that the profile does not know and this row asked for. */
  readonly unknown: readonly string[];
}

export interface LoadReason {
  readonly code: string;
  readonly enforcedBy: 'kernel' | 'policy';
  /** It stops the load; else the load runs and the reason only colours it. */
  readonly hard: boolean;
  readonly args: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Filled in by the views, which own all words. */
  readonly text?: string;
}

export interface LoadReport {
  readonly outcome: 'updated' | 'partial' | 'failed' | 'refused' | 'nothing-to-do' | 'inhibited';
  readonly errno: string | null;
  readonly revisions: readonly { readonly cpus: readonly number[]; readonly before: string; readonly after: string }[];
  readonly reasons: readonly LoadReason[];
  /** Every taint of the kernel after the load, earlier ones among them. */
  readonly tainted: readonly string[];
  /** Taints that this load has set, whether they stood before or not. */
  readonly taints: readonly string[];
  readonly log: readonly string[];
}

/** Somebody who holds the update back, or would if anybody asked. */
export interface InhibitorRow {
  readonly id: string;
  readonly holder: string;
  /** How often this holder has taken it. */
  readonly count: number;
  /** Code of the reason; its words are the views'. */
  readonly reason: string;
  readonly args: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly severity: 'hard' | 'soft';
  readonly enforcedBy: 'kernel' | 'policy';
  readonly overridable: boolean;
  /** Code of what frees it. */
  readonly release: string;
  /** It was named in `--force`, and so did not hold. */
  readonly overridden: boolean;
  /** Codes of what an overridden one lets happen. */
  readonly consequences: readonly string[];
}

/** What a policy other than mainline did behind the load. */
export interface ReevaluationReport {
  /** Patches of the 2020 series that were in; empty where the policy is not built on it. */
  readonly patches: readonly number[];
  readonly findings: readonly { readonly code: string; readonly args: Readonly<Record<string, string | number | boolean | readonly string[]>> }[];
}

export interface BlobReport {
  readonly id: string;
  readonly title: string | null;
  readonly revision: string | null;
  readonly date: string | null;
  readonly minRevision: string | null;
  readonly unknownEffects: boolean;
}

export interface SnapshotDifference {
  readonly ref: string;
  readonly held: boolean | string | null;
  readonly now: boolean | string | null;
}

export interface SnapshotRow {
  readonly holder: string;
  readonly takenAt: string;
  readonly stale: boolean;
  readonly differences: readonly SnapshotDifference[];
  readonly symptom: string;
  readonly cures: readonly string[];
  readonly notCuredBy: readonly { readonly cure: string; readonly why: string }[];
}

export interface GuestRow {
  readonly name: string;
  readonly stale: boolean;
  readonly differences: readonly SnapshotDifference[];
  readonly cures: readonly string[];
}

export type GuardMode = 'off' | 'warn' | 'deny';

/** A later event that works from a stale copy. */
export interface GuardRead {
  /** Number of the event, as the machine counts. */
  readonly event: number;
  /** The stale copy. */
  readonly holder: string;
  /** Type of the event. */
  readonly by: string;
  readonly refused: boolean;
}

export interface GuardReport {
  readonly mode: GuardMode;
  /** In a diff: what the next event of each kind would read. */
  readonly reads: readonly GuardRead[];
}

export type PlanAction =
  | 'cpu-online'
  | 'image-rebuild'
  | 'process-stop'
  | 'guest-migrate'
  | 'guest-stop'
  | 'kvm-unload'
  | 'microcode-late-load'
  | 'kvm-load'
  | 'libvirt-refresh'
  | 'guest-start'
  | 'guest-return'
  | 'process-restart'
  | 'reboot';

/** What a step interrupts, at most. */
export type Disruption = 'none' | 'process' | 'guest' | 'host';

/** One step of the cure plan. */
export interface PlanStep {
  readonly order: number;
  readonly id: string;
  readonly action: PlanAction;
  readonly target: string;
  /** A command for people, filled in by the views; nothing here ever runs it. */
  readonly hint?: string;
  /** Ids of steps that come before. */
  readonly requires: readonly string[];
  /** Ids of inhibitors that are held no longer after it. */
  readonly releases: readonly string[];
  /** What was open before the step and is not after it. */
  readonly cures: readonly string[];
  /** Everything that is open after it: stale copies by their holder, the update itself, what is stopped for it. */
  readonly leaves: readonly string[];
  readonly disruption: Disruption;
}

/** What a plan leaves. */
export interface PlanResidual {
  readonly id: string;
  /** Cheapest first; empty: nothing that is known here. */
  readonly cures: readonly string[];
}

/** One reboot instead of the plan, guests and modules as before. */
export interface PlanReboot {
  /** Revision that the boot CPU then has. */
  readonly revision: string;
  /** It is older than the update: the early image does not hold it. */
  readonly goesBack: boolean;
  readonly leaves: readonly string[];
}

export interface PlanReport {
  readonly steps: readonly PlanStep[];
  readonly residual: readonly PlanResidual[];
  readonly reboot: PlanReboot;
}

/** The rows of a diff: what stands at the top level, and under `ifLoaded` for a refused load. */
export interface DiffRows {
  readonly silicon: readonly SiliconRow[];
  readonly features: readonly FeatureRow[];
  readonly bugs: readonly BugRow[];
  readonly vulnerabilities: readonly VulnerabilityRow[];
  readonly snapshots: readonly SnapshotRow[];
  readonly guests: readonly GuestRow[];
}

/** `cpueval/diff/1`. */
export interface DiffReport extends DiffRows {
  readonly schema: 'cpueval/diff/1';
  readonly kernel: KernelReport;
  readonly policy: string;
  readonly cpu: CpuReport;
  readonly blob: BlobReport;
  readonly load: LoadReport;
  /** Everything that is in the way of the load, whoever enforces it; all of it, not only the first. */
  readonly inhibitors: readonly InhibitorRow[];
  /** What the policy did behind the load; absent for mainline, which does nothing. */
  readonly reevaluation?: ReevaluationReport;
  readonly guard: GuardReport;
  readonly plan: PlanReport;
  readonly summary: { readonly verdict: Verdict; readonly counts: Readonly<Record<string, number>>; readonly assumptions: readonly string[] };
  readonly ifLoaded: DiffRows | null;
  /** The three states, on request. */
  readonly states?: { readonly before: EvalReport; readonly late: EvalReport; readonly reboot: EvalReport };
}
