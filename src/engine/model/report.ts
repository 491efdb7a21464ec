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
  /** The CPUID bit; for a feature that software makes, whether the kernel would make it of the silicon as it is. */
  readonly silicon: { readonly before: boolean; readonly after: boolean };
  readonly before: boolean;
  readonly reported: boolean;
  readonly afterReboot: boolean;
  readonly noticedByKernel: boolean;
  readonly verdict: Verdict;
  readonly causes: readonly Cause[];
  readonly chain: readonly ChainLink[];
}

export interface BugRow {
  readonly name: string;
  readonly before: boolean;
  readonly reported: boolean;
  readonly afterReboot: boolean;
  readonly verdict: Verdict;
  readonly causes: readonly Cause[];
  readonly chain: readonly ChainLink[];
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
  /** Name of the file in sysfs. */
  readonly name: string;
  /** The kernel's own prefix. */
  readonly id: string;
  readonly title: string;
  readonly cves: readonly string[];
  readonly before: string;
  readonly reported: string;
  readonly effective: { readonly state: ProtectionState; readonly why: string; readonly confidence: Confidence };
  readonly afterReboot: string;
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
  readonly inhibitors: readonly unknown[];
  readonly guard: { readonly mode: string; readonly reads: readonly unknown[] };
  readonly plan: { readonly steps: readonly unknown[]; readonly residual: readonly unknown[] };
  readonly summary: { readonly verdict: Verdict; readonly counts: Readonly<Record<string, number>>; readonly assumptions: readonly string[] };
  readonly ifLoaded: DiffRows | null;
  /** The three states, on request. */
  readonly states?: { readonly before: EvalReport; readonly late: EvalReport; readonly reboot: EvalReport };
}
