/** Named clauses of this line; the engine asks for the name, never for a version. One name a line, with what it is. */
export const traits: readonly string[] = [
  // Returns can be mitigated by stuffing the RSB: retbleed=stuff, indirect_target_selection=stuff (bugs.c).
  'call-depth-tracking',
  // spectre_bhi=vmexit exists (bugs.c).
  'bhi-vmexit',
  // IBPB before BPF programs (bugs.c cpu_wants_ibpb_bpf()).
  'bpf-ibpb',
  // An unknown spectre_v2= or spec_store_bypass_disable= falls back to the compiled default, and says so (bugs.c).
  'spectre-v2-default-mode',
  // Missing SRSO microcode is a choice of its own, not a suffix of the text (bugs.c).
  'srso-ucode-choices',
  // Options of the configuration are called CONFIG_MITIGATION_x.
  'config-mitigation-names',
  // The microcode loader stops all CPUs in a rendezvous and counts what each says; before, any CPU that fails fails all (microcode/core.c).
  'microcode-rendezvous',
  // A late load asks for the minimum revision in the header; force_minrev insists on it (microcode/intel.c).
  'microcode-minrev',
  // microcode.force_minrev is a module parameter (microcode/core.c).
  'force-minrev-parameter',
  // From Zen on the patch id says which CPU a patch is for, not the equivalence table (microcode/amd.c).
  'amd-patch-id-match',
  // At boot the first container with a match is taken; before, a later one with a match outdoes it (microcode/amd.c parse_container()).
  'amd-first-container-wins',
  // Cores of a package are counted from the CPUs that were found, not read from CPUID (cpu/topology.c).
  'parsed-topology',
  // CPUs on neither list get X86_BUG_MMIO_UNKNOWN and a line of their own (common.c).
  'mmio-unknown',
  // VERW runs at idle for TSA even where the microcode for it is missing (bugs.c cpu_bugs_smt_update()).
  'tsa-idle-without-microcode',
  // pti= and nopti are early options, the later one wins; before, pti= is searched for and found first (mm/pti.c).
  'pti-early-param',
  // Page table isolation switches FRED off (mm/pti.c).
  'pti-excludes-fred',
  // `disableapic` is another word for `nolapic` (apic/apic.c).
  'disableapic-option',
  // Bit 31 of word 0 is taken for an old 3DNow bit on AMD and Hygon, and cleared (cpu/amd.c, cpu/hygon.c).
  'amd-clears-pbe',
  // One parser reads the topology's shifts for all vendors, and SMT follows from them (cpu/topology_common.c); before, the count in CPUID decides.
  'topology-domains',
  // The tme flag goes where firmware left memory encryption off (cpu/intel.c detect_tme_early()).
  'tme-cleared-when-off',
  // SBPB and IBPB_BRTYPE are probed when an AMD CPU is identified, on every CPU; before, once among the mitigations (cpu/amd.c).
  'sbpb-probed-at-init',
  // The kernel can be an SEV-SNP host and decides about the flag (cpu/amd.c bsp_determine_snp()).
  'snp-host',
  // RDSEED of one Zen 2 model is known to be broken (cpu/amd.c init_amd_zen2()).
  'cyan-skillfish-rdseed',
  // svm disappears where firmware has locked it out (cpu/amd.c, cpu/hygon.c).
  'svm-cleared-when-locked',
  // MONITOR does not work on Lunar Lake either (cpu/intel.c init_intel()).
  'monitor-bug-lunar-lake',
  // User shadow stack state is part of XSAVES (fpu/xstate.c).
  'xstate-cet-user',
  // Forcing or clearing a feature after code was patched warns, and so taints (asm/cpufeature.h, cpu/cpuid-deps.c).
  'warn-after-alternatives',
  // Built without CONFIG_CPU_MITIGATIONS the kernel ignores mitigations=; before, the option could still switch them on (kernel/cpu.c).
  'mitigations-option-needs-config',
  // KVM reads ARCH_CAPABILITIES once, when a vendor module is loaded; before, on every call (kvm/x86.c kvm_host).
  'kvm-caches-arch-capabilities',
  // KVM counts the counters before it offers AMD core counters (kvm/pmu.h MIN_NR_GP_COUNTERS).
  'kvm-pmu-counter-check',
  // KVM answers CPUID up to leaf 0x24 and 0x80000022; before, up to 0x1f and 0x80000021 (kvm/cpuid.c).
  'kvm-leaf-24',
  // kvm.enable_virt_at_load: virtualization is on from the load of the module (virt/kvm/kvm_main.c).
  'kvm-virt-at-load',
  // A nested hypervisor may flush by ASID (kvm/svm/svm.c).
  'kvm-nested-flushbyasid',
  // A nested hypervisor may use virtual NMIs (kvm/svm/svm.c).
  'kvm-nested-vnmi',
  // SEV needs NRIPS and FLUSHBYASID, SEV-ES LBR virtualization; both are added, not taken away (kvm/svm/sev.c).
  'kvm-sev-needs-nrips',
  // KVM knows the EPT violation #VE control (kvm/vmx/vmx.h).
  'kvm-ept-violation-ve',
  // perf lets PEBS write through guest page tables on Sapphire Rapids and later servers, too (events/intel/core.c).
  'pebs-ept-later-servers',
  // KVM offers SBPB and IBPB_BRTYPE by name (kvm/cpuid.c).
  'kvm-sbpb',
  // KVM compares the VMX configuration of each CPU that comes online with that of the load (kvm/x86.c kvm_x86_check_processor_compatibility()).
  'kvm-compat-at-online',
  // Other CPUs are started in parallel, the first threads of all cores before their siblings (kernel/cpu.c).
  'parallel-bringup',
  // retbleed=force puts the bug on any CPU (bugs.c retbleed_parse_cmdline()).
  'retbleed-force',
];
