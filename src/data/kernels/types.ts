/**
 * Shapes of a kernel line's tables. Every table is derived from the kernel source by `npm run tables:check`
 * (`src/build/tables/`); names are the kernel's own macro names without their prefix.
 */

/** `X86_FEATURE_x`: name, absolute bit (word * 32 + bit), and the name `/proc/cpuinfo` prints, or null. */
export type FeatureRow = readonly [name: string, bit: number, flag: string | null];

/** `X86_BUG_x`: name, bit counted from the first bug word, and the name `/proc/cpuinfo` prints, or null. */
export type BugRow = readonly [name: string, bit: number, flag: string | null];

/** `VMX_FEATURE_x`: name, absolute bit in the vmx capability words, printed name or null. */
export type VmxRow = readonly [name: string, bit: number, flag: string | null];

export type Register = 'eax' | 'ebx' | 'ecx' | 'edx';

/** A capability word that is a CPUID register as it is. */
export type WordRow = readonly [word: number, leaf: number, subleaf: number, register: Register];

/** `cpuid_bits[]` of scattered.c. */
export type ScatteredRow = readonly [feature: string, register: Register, bit: number, leaf: number, subleaf: number];

/** `cpuid_deps[]`: the first needs the second. */
export type DependencyRow = readonly [feature: string, depends: string];

/** `cpuid_dependent_features[]`: the feature needs this CPUID level (negative in C: an extended level, here >= 0x80000000). */
export type LevelRow = readonly [feature: string, level: number];

export type CpuVendor = 'INTEL' | 'AMD' | 'HYGON' | 'ZHAOXIN' | 'CENTAUR' | 'CYRIX' | 'NSC' | 'TRANSMETA' | 'UMC' | 'VORTEX' | 'UNKNOWN';

/**
 * One row of an x86_match_cpu() table. `null` is ANY (in these tables the kernel also takes family, model or
 * vendor 0 for ANY, see match.c; the extractor has written null there). `steppings`, `types` are masks of bits; null is ANY.
 */
export interface CpuMatch {
  readonly vendor: CpuVendor | null;
  readonly family: number | null;
  readonly model: number | null;
  readonly steppings: number | null;
  /** Feature that must be set, or null. */
  readonly feature: string | null;
  /** Hybrid core type that must match (intel 0x20 atom, 0x40 core), or null. 7.2 only. */
  readonly type: number | null;
}

/** A row of `cpu_vuln_whitelist` or `cpu_vuln_blacklist`: match, and the NO_x or x names of its flags, in full (NO_SPECULATION and the like expanded by OR are listed by name). */
export type CpuListRow = readonly [match: CpuMatch, flags: readonly string[]];

/** A row of a revision table: match, and a number (a revision, or what the table gives). */
export type CpuRevisionRow = readonly [match: CpuMatch, value: number];

/**
 * Models that a line writes as a switch or a range: family, first and last CPU as `model << 4 | stepping`, and the
 * feature that is set or cleared for them, or null where the name of the table says it.
 */
export type ModelRangeRow = readonly [family: number, first: number, last: number, feature: string | null];

/** `cpu_latest_microcode` of 7.2: family, model, mask of steppings, mask of platforms, revision; 0 is ANY. First match counts. */
export type LatestMicrocodeRow = readonly [family: number, model: number, steppings: number, platforms: number, revision: number];

/** How a mask bit of kvm_set_cpu_caps() is meant. `F` plain, the rest as the macros of kvm/cpuid.c name them. */
export type KvmBitKind = 'F' | 'SCATTERED_F' | 'SYNTHESIZED_F' | 'PASSTHROUGH_F' | 'ALIASED_1_EDX_F' | 'EMULATED_F' | 'VENDOR_F' | 'RUNTIME_F' | 'X86_64_F';

/** One word of KVM's mask: register as `kvm.caps` names it (`7.0.edx`), and its bits: feature macro, bit 0-31 in the register, kind. */
export interface KvmWord {
  readonly register: string;
  /** The kernel has this word in x86_capability (else a KVM-only leaf). */
  readonly kernelDefined: boolean;
  readonly bits: readonly (readonly [feature: string, bit: number, kind: KvmBitKind])[];
}

/** A bit of DISABLED_MASKx: feature, and the option that keeps it in; null: never in on 64-bit kernels. */
export type DisabledFeatureRow = readonly [feature: string, unless: string | null];

/** Texts of one mitigation, by the enum's constant in full (`MDS_MITIGATION_FULL`). */
export type Texts = Readonly<Record<string, string>>;

export interface KernelTables {
  readonly line: string;
  readonly release: string;
  readonly ncapints: number;
  readonly nbugints: number;
  readonly words: readonly WordRow[];
  readonly features: readonly FeatureRow[];
  readonly bugs: readonly BugRow[];
  readonly vmxFeatures: readonly VmxRow[];
  readonly scattered: readonly ScatteredRow[];
  readonly dependencies: readonly DependencyRow[];
  readonly levels: readonly LevelRow[];
  readonly whitelist: readonly CpuListRow[];
  readonly blacklist: readonly CpuListRow[];
  /** Further x86_match_cpu()/x86_match_min_microcode_rev() tables by their C name (`cpu_no_l1tf...`, `zen2 revisions`...). */
  readonly matchTables: Readonly<Record<string, readonly CpuRevisionRow[]>>;
  /** Model lists of functions (`bsp_init_amd`: Zen generations; `override_cache_bits`) and, in 6.1, of AMD errata (`amd_div0`). */
  readonly modelRanges: Readonly<Record<string, readonly ModelRangeRow[]>>;
  /** `spectre_bad_microcodes`: model, stepping, revision. */
  readonly badSpectre: readonly (readonly [model: number, stepping: number, revision: number])[];
  readonly latestMicrocode: readonly LatestMicrocodeRow[] | null;
  /** Mitigation texts: name of the C string array (`mds_strings`), enum constant, text. */
  readonly texts: Readonly<Record<string, Texts>>;
  /** AMD patches whose digest the loader knows: patch id, sha256 in lower-case hex; null where the line has no list. */
  readonly amdDigests: readonly (readonly [patchId: number, sha256: string])[] | null;
  /** get_cutoff_revision(): revision >> 8, and the last revision signed the old way; null where the line has no cut-off. */
  readonly amdCutoffs: readonly (readonly [patch: number, revision: number])[] | null;
  /** Features that cpu_feature_enabled() takes for absent (they still show in /proc/cpuinfo) unless the option is on. */
  readonly disabledFeatures: readonly DisabledFeatureRow[];
  /** `CONFIG_x` as far as they matter here: Debian's amd64 kernel of this line, with CONFIG_MICROCODE_LATE_LOADING=y. */
  readonly config: Readonly<Record<string, string>>;
  /** The same by release (`6.12.107+deb13-cloud-amd64`), as built; an option that is absent does not exist in that build. */
  readonly configs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Named clauses this line has: code asks `look.trait(name)`, never for a version. */
  readonly traits: readonly string[];
  /** The select/update/apply steps in the order in which cpu_select_mitigations() runs them, e.g. `mds_select_mitigation`. */
  readonly mitigationOrder: readonly string[];
}

/** What is known of a line without loading its tables; `src/data/kernels/index.ts` lists them. */
export interface KernelLine {
  readonly line: string;
  /** Release the tables are taken from. */
  readonly release: string;
  /** Releases with a configuration of their own in `KernelTables.configs`. */
  readonly builds: readonly string[];
  readonly load: () => Promise<{ readonly tables: KernelTables }>;
  readonly loadKvm: () => Promise<{ readonly kvm: KvmTables }>;
}

/** How a module parameter reads its value: `callback` by code of its own, the rest as module_param() names the types. */
export type KvmParameterKind = 'bool' | 'int' | 'uint' | 'ushort' | 'callback';

/** A parameter of kvm, kvm_intel or kvm_amd as the command line names it (`kvm_intel.ept`), and the option without which it is not built in. */
export type KvmParameterRow = readonly [name: string, kind: KvmParameterKind, needs: string | null];

/** KVM's tables are loaded only when a KVM module is. */
export interface KvmTables {
  readonly line: string;
  readonly words: readonly KvmWord[];
  readonly parameters: readonly KvmParameterRow[];
}
