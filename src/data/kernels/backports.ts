/**
 * Since which stable release of a modelled line each thing exists that came by backport, and what later fixes changed. The engine
 * takes these things away again when an older release of the line is asked for.
 *
 * Read from the changelogs of Debian's linux 6.1.176-1, 6.12.107-1 and 7.2.13-1, which repeat kernel.org's ChangeLog of every stable
 * release (only 7.2.1 to 7.2.6 are named without their commits). A source is the subject of a commit in the ChangeLog of the release
 * that `until`, else `since` names. What stands here neither as a row nor as a note is as old as its line.
 */

/** What the public record says of one thing. */
interface Fact {
  readonly line: string;
  /** First stable release that has it; null: not known, and the engine leaves it in. */
  readonly since: string | null;
  /** First stable release that has it no more. */
  readonly until?: string;
  /** First release, or ABI name, of Debian that has it, where Debian did not wait for the stable release. */
  readonly debian?: string;
  readonly source: string;
  readonly confidence: 'high' | 'medium' | 'low';
}

/** An object of the engine, with its file, bug and parameters; a bug; a flag; a named clause; a register of KVM's mask; a table. */
interface Named extends Fact {
  readonly kind: 'vulnerability' | 'bug' | 'feature' | 'trait' | 'kvm-word' | 'table';
  readonly what: string;
}

/** CPUs that entered cpu_vuln_blacklist under a flag later than the flag itself. */
interface Listed extends Fact {
  readonly kind: 'listed';
  readonly what: string;
  readonly vendor: string;
  /** Null: every model of the vendor. */
  readonly models: readonly number[] | null;
}

/** `array.CONSTANT` of the texts, and what stood there before. */
interface Text extends Fact {
  readonly kind: 'text';
  readonly what: string;
  readonly before: string;
}

/** A revision table, and the one revision that stood for all its CPUs before; null: there was no such table. */
interface Revisions extends Fact {
  readonly kind: 'revisions';
  readonly what: string;
  readonly before: number | null;
}

/** A change that nothing here undoes: a reader of an older release should know of it. */
interface Note extends Fact {
  readonly kind: 'note';
  readonly what: string;
}

export type Backport = Named | Listed | Text | Revisions | Note;

/** Files that a line has had since its first release, by the engine's ids. */
export const filesFromTheStart: Readonly<Record<string, readonly string[]>> = {
  '6.1': ['itlb_multihit', 'l1tf', 'mds', 'meltdown', 'mmio', 'retbleed', 'spectre_v1', 'spectre_v2', 'srbds', 'ssb', 'taa'],
  '6.12': ['gds', 'itlb_multihit', 'l1tf', 'mds', 'meltdown', 'mmio', 'retbleed', 'rfds', 'spectre_v1', 'spectre_v2', 'srbds', 'srso', 'ssb', 'taa'],
  '7.2': [
    'gds',
    'ghostwrite',
    'itlb_multihit',
    'its',
    'l1tf',
    'mds',
    'meltdown',
    'mmio',
    'old_microcode',
    'retbleed',
    'rfds',
    'spectre_v1',
    'spectre_v2',
    'srbds',
    'srso',
    'ssb',
    'taa',
    'tsa',
    'vmscape',
  ],
};

const EVERY_REVISION = 0xffff_ffff;
const AUTOIBRS = 'x86/cpu: Support AMD Automatic IBRS';
const ITS = 'x86/its: Enumerate Indirect Target Selection (ITS) bug';
const TSA = 'x86/bugs: Add a Transient Scheduler Attacks mitigation';

export const backports: readonly Backport[] = [
  // ---- 6.1: files and bugs
  {
    line: '6.1',
    kind: 'vulnerability',
    what: 'smt_rsb',
    since: '6.1.12',
    source: 'x86/speculation: Identify processors vulnerable to SMT RSB predictions',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'vulnerability',
    what: 'gds',
    since: '6.1.44',
    debian: '6.1.0-11',
    source: 'x86/speculation: Add Gather Data Sampling mitigation (Debian: 6.1.38-3)',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'listed',
    what: 'GDS',
    vendor: 'INTEL',
    models: [0x4e, 0x5e],
    since: '6.1.53',
    source: 'x86/speculation: Mark all Skylake CPUs as vulnerable to GDS',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'vulnerability',
    what: 'srso',
    since: '6.1.44',
    debian: '6.1.0-11',
    source: 'x86/srso: Add a Speculative RAS Overflow mitigation (Debian: 6.1.38-3)',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'listed',
    what: 'SRSO',
    vendor: 'HYGON',
    models: null,
    since: '6.1.56',
    source: 'x86/srso: Add SRSO mitigation for Hygon processors',
    confidence: 'high',
  },
  { line: '6.1', kind: 'bug', what: 'DIV0', since: '6.1.45', source: 'x86/CPU/AMD: Do not leak quotient data after a division by 0', confidence: 'high' },
  { line: '6.1', kind: 'vulnerability', what: 'rfds', since: '6.1.82', source: 'x86/rfds: Mitigate Register File Data Sampling (RFDS)', confidence: 'high' },
  { line: '6.1', kind: 'vulnerability', what: 'bhi', since: '6.1.85', source: 'x86/bhi: Enumerate Branch History Injection (BHI) bug', confidence: 'high' },
  { line: '6.1', kind: 'vulnerability', what: 'ibpb_no_ret', since: '6.1.114', source: 'x86/cpufeatures: Add a IBPB_NO_RET BUG flag', confidence: 'high' },
  { line: '6.1', kind: 'vulnerability', what: 'its', since: '6.1.139', source: ITS, confidence: 'high' },
  { line: '6.1', kind: 'bug', what: 'ITS_NATIVE_ONLY', since: '6.1.139', source: ITS, confidence: 'high' },
  { line: '6.1', kind: 'vulnerability', what: 'tsa', since: '6.1.144', source: TSA, confidence: 'high' },
  { line: '6.1', kind: 'vulnerability', what: 'vmscape', since: '6.1.152', source: 'x86/vmscape: Enumerate VMSCAPE bug', confidence: 'high' },

  // ---- 6.1: flags
  { line: '6.1', kind: 'feature', what: 'SBPB', since: '6.1.44', debian: '6.1.0-11', source: 'x86/srso: Add IBPB_BRTYPE support', confidence: 'high' },
  { line: '6.1', kind: 'feature', what: 'IBPB_BRTYPE', since: '6.1.44', debian: '6.1.0-11', source: 'x86/srso: Add IBPB_BRTYPE support', confidence: 'high' },
  { line: '6.1', kind: 'feature', what: 'SRSO_NO', since: '6.1.44', debian: '6.1.0-11', source: 'x86/srso: Add SRSO_NO support', confidence: 'high' },
  { line: '6.1', kind: 'feature', what: 'AUTOIBRS', since: '6.1.84', source: AUTOIBRS, confidence: 'high' },
  {
    line: '6.1',
    kind: 'feature',
    what: 'AMD_LBR_PMC_FREEZE',
    since: '6.1.85',
    source: 'perf/x86/amd/lbr: Use freeze based on availability',
    confidence: 'high',
  },
  { line: '6.1', kind: 'feature', what: 'BHI_CTRL', since: '6.1.85', source: 'x86/bhi: Define SPEC_CTRL_BHI_DIS_S', confidence: 'high' },
  { line: '6.1', kind: 'feature', what: 'AMD_IBPB_RET', since: '6.1.114', source: 'x86/cpufeatures: Define X86_FEATURE_AMD_IBPB_RET', confidence: 'high' },
  {
    line: '6.1',
    kind: 'feature',
    what: 'INDIRECT_THUNK_ITS',
    since: '6.1.139',
    source: 'x86/its: Add support for ITS-safe indirect thunk',
    confidence: 'high',
  },
  { line: '6.1', kind: 'feature', what: 'VERW_CLEAR', since: '6.1.144', source: TSA, confidence: 'high' },
  { line: '6.1', kind: 'feature', what: 'TSA_SQ_NO', since: '6.1.144', source: TSA, confidence: 'high' },
  { line: '6.1', kind: 'feature', what: 'TSA_L1_NO', since: '6.1.144', source: TSA, confidence: 'high' },
  { line: '6.1', kind: 'feature', what: 'CLEAR_CPU_BUF_VM', since: '6.1.144', source: TSA, confidence: 'high' },
  { line: '6.1', kind: 'feature', what: 'IBPB_EXIT_TO_USER', since: '6.1.152', source: 'x86/vmscape: Add conditional IBPB mitigation', confidence: 'high' },

  // ---- 6.1: texts and clauses
  {
    line: '6.1',
    kind: 'text',
    what: 'spectre_v2_strings.SPECTRE_V2_EIBRS',
    before: 'Mitigation: Enhanced IBRS',
    since: '6.1.84',
    source: AUTOIBRS,
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'text',
    what: 'spectre_v2_strings.SPECTRE_V2_EIBRS_LFENCE',
    before: 'Mitigation: Enhanced IBRS + LFENCE',
    since: '6.1.84',
    source: AUTOIBRS,
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'text',
    what: 'spectre_v2_strings.SPECTRE_V2_EIBRS_RETPOLINE',
    before: 'Mitigation: Enhanced IBRS + Retpolines',
    since: '6.1.84',
    source: AUTOIBRS,
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'trait',
    what: 'spectre-v2-commas',
    since: '6.1.0',
    until: '6.1.85',
    source: "x86/bugs: Change commas to semicolons in 'spectre_v2' sysfs file",
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'trait',
    what: 'legacy-ibrs-without-stibp',
    since: '6.1.0',
    until: '6.1.16',
    source: 'x86/speculation: Allow enabling STIBP with legacy IBRS',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'trait',
    what: 'rsb-filled-with-eibrs',
    since: '6.1.0',
    until: '6.1.136',
    source: "x86/bugs: Don't fill RSB on context switch with eIBRS",
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'trait',
    what: 'spectre-v2-lfence-alone',
    since: '6.1.0',
    until: '6.1.159',
    source: 'x86/bugs: Fix reporting of LFENCE retpoline',
    confidence: 'high',
  },
  { line: '6.1', kind: 'trait', what: 'xsaves-off-on-zen2', since: '6.1.20', source: 'x86/CPU/AMD: Disable XSAVES on AMD family 0x17', confidence: 'high' },
  {
    line: '6.1',
    kind: 'trait',
    what: 'xsaves-off-on-zen1',
    since: '6.1.20',
    until: '6.1.173',
    source: 'x86/CPU/AMD: Call the spectral chicken in the Zen2 init function',
    confidence: 'medium',
  },
  { line: '6.1', kind: 'trait', what: 'tsa-idle-without-microcode', since: '6.1.144', source: TSA, confidence: 'medium' },
  { line: '6.1', kind: 'trait', what: 'tsa-by-family', since: '6.1.144', source: TSA, confidence: 'medium' },
  {
    line: '6.1',
    kind: 'revisions',
    what: 'invlpg_miss_ids',
    before: EVERY_REVISION,
    since: '6.1.131',
    source: "x86/mm: Don't disable PCID when INVLPG has been fixed by microcode",
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'revisions',
    what: 'invlpg_miss_ids',
    before: null,
    since: '6.1.31',
    source: 'x86/mm: Avoid incomplete Global INVLPG flushes',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'kvm-word',
    what: '7.2.edx',
    since: '6.1.84',
    source: 'KVM: x86: Advertise CPUID.(EAX=7,ECX=2):EDX[5:0] to userspace',
    confidence: 'high',
  },

  // ---- 6.1: changes that nothing undoes
  {
    line: '6.1',
    kind: 'note',
    what: 'microcode_check() compares what CPUID says before and after the load; before, it compared with boot_cpu_data and so nearly always warned',
    since: '6.1.16',
    source: 'x86/microcode: Check CPU capabilities after late microcode update correctly',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'the line printed after a late load names the old and the new revision',
    since: '6.1.16',
    source: 'x86/microcode: Adjust late loading result reporting message',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'AMD microcode is loaded late on both threads of a core',
    since: '6.1.37',
    source: 'x86/microcode/AMD: Load late on both threads too',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'Zenbleed: the chicken bit, and its check after a late load',
    since: '6.1.41',
    debian: '6.1.38',
    source: 'x86/cpu/amd: Add a Zenbleed fix (Debian: 6.1.38-2)',
    confidence: 'medium',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'spec_rstack_overflow says that SMT is disabled on Zen 1 and 2 without siblings',
    since: '6.1.48',
    source: 'x86/srso: Correct the mitigation status when SMT is disabled',
    confidence: 'medium',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'VERW is patched in by alternatives; before, a static key ran it at the same places',
    since: '6.1.81',
    source: 'x86/bugs: Use ALTERNATIVE() instead of mds_user_clear static key',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'spectre_bhi=auto is gone, and syscall hardening no longer counts as a mitigation of BHI',
    since: '6.1.87',
    source: "x86/bugs: Clarify that syscall hardening isn't a BHI mitigation",
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'retpolines count against BHI only with RRSBA switched off',
    since: '6.1.88',
    source: 'x86/bugs: Fix BHI retpoline check',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'clearing AVX takes VAES and VPCLMULQDQ along, clearing XMM2 GFNI',
    since: '6.1.88',
    source: 'x86/cpufeatures: Fix dependencies for GFNI, VAES, and VPCLMULQDQ',
    confidence: 'medium',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'lahf_lm stays on K8 in a virtual machine',
    since: '6.1.135',
    source: "x86/cpu: Don't clear X86_FEATURE_LAHF_LM flag in init_amd_k8() on AMD when running in a virtual machine",
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'the revisions that mitigate TSA are compared by patch id',
    since: '6.1.145',
    source: 'x86/CPU/AMD: Properly check the TSA microcode',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'VERW_CLEAR is read from the right bit',
    since: '6.1.146',
    source: 'x86: Fix X86_FEATURE_VERW_CLEAR definition',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'KVM offers TSA_SQ_NO and TSA_L1_NO',
    since: '6.1.153',
    source: 'KVM: SVM: Return TSA_SQ_NO and TSA_L1_NO bits in __do_cpuid_func()',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'Zen generations have features of their own',
    since: '6.1.173',
    source: 'x86/CPU/AMD: Add ZenX generations flags',
    confidence: 'high',
  },
  {
    line: '6.1',
    kind: 'note',
    what: 'BTC_NO is set on Zen 3 again, after 6.1.173 had lost it',
    since: '6.1.176',
    source: 'x86/CPU/AMD: Move the Zen3 BTC_NO detection to the Zen3 init function',
    confidence: 'high',
  },

  // ---- 6.12: files and bugs
  { line: '6.12', kind: 'vulnerability', what: 'its', since: '6.12.29', source: ITS, confidence: 'high' },
  { line: '6.12', kind: 'bug', what: 'ITS_NATIVE_ONLY', since: '6.12.29', source: ITS, confidence: 'high' },
  { line: '6.12', kind: 'vulnerability', what: 'tsa', since: '6.12.37', source: TSA, confidence: 'high' },
  { line: '6.12', kind: 'vulnerability', what: 'vmscape', since: '6.12.47', source: 'x86/vmscape: Enumerate VMSCAPE bug', confidence: 'high' },

  // ---- 6.12: flags
  {
    line: '6.12',
    kind: 'feature',
    what: 'INDIRECT_THUNK_ITS',
    since: '6.12.29',
    source: 'x86/its: Add support for ITS-safe indirect thunk',
    confidence: 'high',
  },
  { line: '6.12', kind: 'feature', what: 'VERW_CLEAR', since: '6.12.37', source: TSA, confidence: 'high' },
  { line: '6.12', kind: 'feature', what: 'TSA_SQ_NO', since: '6.12.37', source: TSA, confidence: 'high' },
  { line: '6.12', kind: 'feature', what: 'TSA_L1_NO', since: '6.12.37', source: TSA, confidence: 'high' },
  { line: '6.12', kind: 'feature', what: 'CLEAR_CPU_BUF_VM', since: '6.12.37', source: TSA, confidence: 'high' },
  { line: '6.12', kind: 'feature', what: 'IBPB_EXIT_TO_USER', since: '6.12.47', source: 'x86/vmscape: Add conditional IBPB mitigation', confidence: 'high' },
  {
    line: '6.12',
    kind: 'feature',
    what: 'SRSO_USER_KERNEL_NO',
    since: '6.12.54',
    debian: '6.12.48',
    source: 'KVM: x86: Advertise SRSO_USER_KERNEL_NO to userspace (Debian: 6.12.48-1)',
    confidence: 'medium',
  },
  {
    line: '6.12',
    kind: 'feature',
    what: 'SRSO_BP_SPEC_REDUCE',
    since: null,
    debian: '6.12.48',
    source: 'a patch of Debian (6.12.48-1); no stable changelog names it',
    confidence: 'medium',
  },

  // ---- 6.12: clauses and tables
  {
    line: '6.12',
    kind: 'trait',
    what: 'monitor-bug-lunar-lake',
    since: '6.12.5',
    source: 'x86/cpu: Add Lunar Lake to list of CPUs with a broken MONITOR implementation',
    confidence: 'high',
  },
  { line: '6.12', kind: 'table', what: 'amdDigests', since: '6.12.18', source: 'x86/microcode/AMD: Load only SHA256-checksummed patches', confidence: 'high' },
  {
    line: '6.12',
    kind: 'table',
    what: 'amdCutoffs',
    since: '6.12.18',
    source: 'x86/microcode/AMD: Load only SHA256-checksummed patches',
    confidence: 'medium',
  },
  {
    line: '6.12',
    kind: 'revisions',
    what: 'invlpg_miss_ids',
    before: EVERY_REVISION,
    since: '6.12.19',
    source: "x86/mm: Don't disable PCID when INVLPG has been fixed by microcode",
    confidence: 'high',
  },
  {
    line: '6.12',
    kind: 'trait',
    what: 'rsb-filled-with-eibrs',
    since: '6.12.0',
    until: '6.12.26',
    source: "x86/bugs: Don't fill RSB on context switch with eIBRS",
    confidence: 'high',
  },
  { line: '6.12', kind: 'trait', what: 'tsa-idle-without-microcode', since: '6.12.37', source: TSA, confidence: 'medium' },
  {
    line: '6.12',
    kind: 'trait',
    what: 'cyan-skillfish-rdseed',
    since: '6.12.39',
    source: 'x86/rdrand: Disable RDSEED on AMD Cyan Skillfish',
    confidence: 'high',
  },
  {
    line: '6.12',
    kind: 'trait',
    what: 'spectre-v2-lfence-alone',
    since: '6.12.0',
    until: '6.12.57',
    source: 'x86/bugs: Fix reporting of LFENCE retpoline',
    confidence: 'high',
  },
  {
    line: '6.12',
    kind: 'trait',
    what: 'retbleed-keeps-amd-choice-on-intel',
    since: '6.12.0',
    until: '6.12.57',
    source: 'x86/bugs: Report correct retbleed mitigation status',
    confidence: 'high',
  },
  { line: '6.12', kind: 'trait', what: 'bpf-ibpb', since: '6.12.97', source: 'x86/bugs: Enable IBPB flush on BPF JIT allocation', confidence: 'high' },

  // ---- 6.12: changes that nothing undoes
  {
    line: '6.12',
    kind: 'note',
    what: 'SHA-256 of patches for Zen 5, and more of them since',
    since: '6.12.25',
    source: 'ChangeLog-6.12.25, -6.12.37, -6.12.56, -6.12.58, -6.12.60, -6.12.64: x86/microcode/AMD',
    confidence: 'high',
  },
  {
    line: '6.12',
    kind: 'note',
    what: 'an AMD load that finds nothing newer succeeds',
    since: '6.12.34',
    source: 'x86/microcode/AMD: Do not return error when microcode update is not necessary',
    confidence: 'high',
  },
  {
    line: '6.12',
    kind: 'note',
    what: 'the revisions that mitigate TSA are compared by patch id',
    since: '6.12.38',
    source: 'x86/CPU/AMD: Properly check the TSA microcode',
    confidence: 'high',
  },
  {
    line: '6.12',
    kind: 'note',
    what: 'the topology of AMD and Hygon comes from the extended topology leaf',
    since: '6.12.48',
    source: 'x86/cpu/topology: Always try cpu_parse_topology_ext() on AMD/Hygon',
    confidence: 'high',
  },
  {
    line: '6.12',
    kind: 'note',
    what: 'rdseed goes on Zen 5 without new microcode; more revisions since 6.12.81',
    since: '6.12.58',
    source: 'x86/CPU/AMD: Add RDSEED fix for Zen5',
    confidence: 'high',
  },
  {
    line: '6.12',
    kind: 'note',
    what: 'page table isolation switches FRED off in builds that have it',
    since: '6.12.86',
    source: 'x86/cpu: Disable FRED when PTI is forced on',
    confidence: 'high',
  },
  {
    line: '6.12',
    kind: 'note',
    what: 'which of several AMD patches is loaded',
    since: '6.12.64',
    source: 'x86/microcode/AMD: Select which microcode patch to load',
    confidence: 'high',
  },

  // ---- 7.2
  {
    line: '7.2',
    kind: 'trait',
    what: 'erratum-gnr98',
    since: '7.2.8',
    source: 'x86/microcode/intel: Reject problematic loading on Granite Rapids systems',
    confidence: 'high',
  },
  {
    line: '7.2',
    kind: 'trait',
    what: 'bpf-ibpb',
    since: null,
    source: 'not named in the changelogs of 7.2.7 to 7.2.13: in 7.2 itself or in one of the first six updates',
    confidence: 'low',
  },
  {
    line: '7.2',
    kind: 'note',
    what: 'what 7.2.1 to 7.2.6 changed here',
    since: null,
    source: 'Debian lists these updates without their commits',
    confidence: 'low',
  },
  { line: '7.2', kind: 'bug', what: 'TLBI', since: '7.2.11', source: 'x86/CPU/AMD: Fix AMD TLBI Erratum #1718', confidence: 'medium' },
  { line: '7.2', kind: 'feature', what: 'TLBSYNC_SFW_NO', since: '7.2.11', source: 'x86/CPU/AMD: Fix AMD TLBI Erratum #1718', confidence: 'medium' },
  { line: '7.2', kind: 'trait', what: 'tlbi-option', since: '7.2.11', source: 'x86/CPU/AMD: Fix AMD TLBI Erratum #1718', confidence: 'medium' },
];
