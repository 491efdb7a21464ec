/** The profile of `cpueval/profile/1`: a CPU as it comes out of reset. Types only; the schema is the judge of files. */
export interface CpuidRow {
  readonly leaf: string;
  readonly subleaf: string;
  readonly eax: string;
  readonly ebx: string;
  readonly ecx: string;
  readonly edx: string;
}

/** `null`: reading the MSR faults. */
export type MsrValues = Readonly<Record<string, string | null>>;

/** What an MSR that is not listed does: faults, reads as zero, or nobody knows. */
export type AbsentMsrs = 'unknown' | 'zero' | 'fault';

export interface ProfileMicrocode {
  readonly revision: string;
  /** Nobody knows the revision: `0x0` stands for it. */
  readonly unknown?: boolean;
  /** 0 to 7: MSR 0x17 bits 52:50 on Intel; the update's platform flags are a mask of these. */
  readonly platformId?: number;
  /** CPUs that stand on another revision than the rest: a mixed base. */
  readonly perCpu?: readonly { readonly cpus: readonly number[]; readonly revision: string }[];
}

export interface ProfileTopology {
  readonly packages?: number;
  readonly coresPerPackage?: number;
  readonly threadsPerCore?: number;
  readonly nodes?: number;
  readonly offline?: readonly number[];
  /** Core by core, where not all have the same number of threads: the CPU numbers of each. The counts above then only sum up. */
  readonly cores?: readonly ProfileCore[];
}

/** One core: its package, its threads by CPU number, the node it belongs to. */
export interface ProfileCore {
  readonly package: number;
  readonly threads: readonly number[];
  readonly node?: number;
}

export interface ProfileGuest {
  readonly name: string;
  readonly model?: 'host-passthrough' | 'host-model' | 'custom';
  readonly cpuid?: readonly CpuidRow[];
}

export interface ProfileSystem {
  readonly kernel?: string;
  readonly cmdline?: string;
  readonly config?: Readonly<Record<string, string>>;
  /** Named clauses of the kernel switched on or off: backports that the line's table does not have. */
  readonly traits?: Readonly<Record<string, boolean>>;
  readonly memoryBytes?: number;
  /** Revision that the early-load image holds, when known. */
  readonly earlyMicrocode?: string;
  readonly modules?: readonly string[];
  readonly guests?: readonly ProfileGuest[];
  readonly processes?: readonly { readonly name: string }[];
}

export interface Profile {
  readonly schema: 'cpueval/profile/1';
  readonly id: string;
  readonly title: string;
  readonly source: { readonly kind: 'captured' | 'imported' | 'recorded' | 'synthetic'; readonly from: string; readonly notes?: readonly string[] };
  readonly cpuid: readonly CpuidRow[];
  readonly msrs?: MsrValues;
  readonly absentMsrs?: AbsentMsrs;
  /** What CPUID answers for a leaf within the CPU's range that is not listed: `zero` where the source leaves rows of zeros out; default unknown. */
  readonly absentLeaves?: 'unknown' | 'zero';
  /** Bits that a write of the MSR accepts without a fault. */
  readonly msrWritable?: Readonly<Record<string, string>>;
  /** What the kernel finds out by trying; defaults by vendor and family. */
  readonly behaviours?: Readonly<Record<string, boolean>>;
  readonly microcode: ProfileMicrocode;
  readonly topology?: ProfileTopology;
  readonly otherCores?: readonly { readonly cpus: readonly number[]; readonly cpuid?: readonly CpuidRow[]; readonly msrs?: MsrValues }[];
  readonly system?: ProfileSystem;
  /** The registers were rebuilt from names: absent bits are unknown, not zero. */
  readonly partial?: boolean;
  /** Of a partial profile: masks of the bits that are known, set or clear. Bits that are set are known in any case. */
  readonly known?: { readonly cpuid?: readonly CpuidRow[]; readonly msrs?: Readonly<Record<string, string>> };
}
