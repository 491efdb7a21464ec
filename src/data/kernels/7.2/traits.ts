/** Named clauses of this line; the engine asks for the name, never for a version. One name a line, with what it is. */
export const traits: readonly string[] = [
  // Mitigations are selected, updated and applied in three passes (bugs.c).
  'phased-mitigations',
  // `mitigations=` takes attack vectors behind a comma (kernel/cpu.c).
  'attack-vectors',
  // Returns can be mitigated by stuffing the RSB: retbleed=stuff, indirect_target_selection=stuff (bugs.c).
  'call-depth-tracking',
  // spectre_bhi=vmexit exists (bugs.c).
  'bhi-vmexit',
  // IBPB before BPF programs (bugs.c cpu_wants_ibpb_bpf()).
  'bpf-ibpb',
  // Missing SRSO microcode is a choice of its own, not a suffix of the text (bugs.c).
  'srso-ucode-choices',
  // Options of the configuration are called CONFIG_MITIGATION_x.
  'config-mitigation-names',
  // The microcode loader stops all CPUs in a rendezvous and counts what each says; before, any CPU that fails fails all (microcode/core.c).
  'microcode-rendezvous',
  // A late load asks for the minimum revision in the header; force_minrev insists on it (microcode/intel.c).
  'microcode-minrev',
  // `microcode=` takes force_minrev and dis_ucode_ldr (microcode/core.c early_parse_cmdline()).
  'microcode-option',
  // From Zen on the patch id says which CPU a patch is for, not the equivalence table (microcode/amd.c).
  'amd-patch-id-match',
  // At boot the first container with a match is taken; before, a later one with a match outdoes it (microcode/amd.c parse_container()).
  'amd-first-container-wins',
  // Cores of a package are counted from the CPUs that were found, not read from CPUID (cpu/topology.c).
  'parsed-topology',
  // An update without platform flags fits every platform (microcode/intel.c cpu_signatures_match()).
  'empty-platform-mask',
  // Granite Rapids must not jump over revision 0x1000405 (microcode/intel.c revision_is_safe()).
  'erratum-gnr98',
  // The Broadwell-X erratum is called BDX90, before BDF90 (microcode/intel.c).
  'bdx90-name',
  // The image is copied in through a mailbox before the CPUs stop (microcode/intel.c stage_microcode()).
  'microcode-staging',
  // A Zen CPU without a revision counts as having its lowest one (microcode/amd.c get_patch_level()).
  'amd-lowest-revision',
  // AMD patches that no CPU took are forgotten (microcode/amd.c finalize_late_load_amd()).
  'amd-cache-cleanup',
  // pti= and nopti are early options, the later one wins; before, pti= is searched for and found first (mm/pti.c).
  'pti-early-param',
  // Page table isolation switches FRED and INVLPGB off (mm/pti.c).
  'pti-excludes-fred',
  // Alder Lake S and Raptor Lake S have RFDS only with Atom cores (common.c vulnerable_to_rfds()).
  'rfds-needs-atom-cores',
  // Microcode older than the kernel's list is a bug with a file, and taints (common.c cpu_has_old_microcode()).
  'old-microcode',
  // The file ghostwrite exists, on every architecture (drivers/base/cpu.c).
  'ghostwrite-file',
  // Boolean parameters also take enable and disable (lib/kstrtox.c kstrtobool()).
  'kstrtobool-enable-disable',
  // kvm_intel flushes the L1 data cache only in kernels built with CONFIG_CPU_MITIGATIONS (kvm/vmx/vmx.c).
  'l1d-flush-needs-mitigations',
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
  // FRED is used unless fred=off; before, only with fred=on (cpu/common.c).
  'fred-unless-off',
  // setcpuid= exists, and clearcpuid= takes bugs too (cpu/common.c parse_set_clear_cpuid()).
  'setcpuid',
  // tsx= is an early_param(); before, tsx_init() searches for it (cpu/tsx.c).
  'tsx-early-param',
  // tlbi=ipi switches broadcast TLB flushes off (cpu/common.c).
  'tlbi-option',
  // sev=nosnp refuses to be an SEV-SNP host (virt/svm/cmdline.c).
  'sev-nosnp-option',
  // rep_good follows MISC_ENABLE's fast string bit on Intel; before, it is set on all of family 6 (cpu/intel.c).
  'rep-good-by-fast-string',
  // constant_tsc without the CPUID bit: Prescott to Cedarmill and Yonah to Ivy Bridge only (cpu/intel.c).
  'constant-tsc-by-vfm',
  // Five-level paging cannot be configured out (boot/compressed/pgtable_64.c).
  'la57-always-built',
  // SEV-SNP hosts are Zen 3, Zen 4 and what has RMPREAD; before, family 0x19 and up (cpu/amd.c).
  'snp-by-zen',
  // A locked PPIN is cleared on all CPUs, not on that one (cpu/common.c ppin_init()).
  'ppin-cleared-for-good',
  // Supervisor shadow stack state is kept for guests (fpu/xstate.c).
  'xstate-cet-kernel',
  // APX state is known, and excludes MPX (fpu/xstate.c).
  'xstate-apx',
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
  // Each bit of KVM's mask says how it is meant, and leaves the CPU does not have are not read (kvm/cpuid.c kvm_cpu_cap_init()).
  'kvm-cap-kinds',
  // KVM gives guests control-flow enforcement and mode-based execute control (kvm/vmx/vmx.h).
  'kvm-cet',
  // KVM gives guests AVX10 up to version 2; before, version 1 (kvm/cpuid.c __do_cpuid_func()).
  'kvm-avx10-2',
  // KVM tells of the leaves from 0xc0000000 on Zhaoxin CPUs, too; before, on Centaur's alone (kvm/cpuid.c get_cpuid_func()).
  'kvm-zhaoxin-leaves',
  // A CPU that KVM refuses for its VMX configuration is told which fields differ (kvm/vmx/vmx.c vmx_check_processor_compat()).
  'kvm-names-vmcs-fields',
  // The kernel, not KVM, switches VMX and SVM on, and drops VMX where it cannot (virt/hw.c).
  'virtualization-in-core',
  // KVM compares the VMX configuration of each CPU that comes online with that of the load (kvm/x86.c kvm_x86_check_processor_compatibility()).
  'kvm-compat-at-online',
  // Other CPUs are started in parallel, the first threads of all cores before their siblings (kernel/cpu.c).
  'parallel-bringup',
  // retbleed=force puts the bug on any CPU (bugs.c retbleed_parse_cmdline()).
  'retbleed-force',
  // PGE is required, and so taken for granted, in kernels without Xen's paravirtualization (Kconfig.cpufeatures).
  'pge-required-without-xen',
];
