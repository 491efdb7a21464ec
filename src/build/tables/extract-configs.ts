/** A build of a line: its release, and where its options come from. */
export interface Build {
  readonly release: string;
  /** File of Debian's linux-config package, or null: a build of this project's recordings. */
  readonly debian: string | null;
}

/** The builds with a configuration of their own. The first of a line gives the line's default. */
export const BUILDS: Readonly<Record<string, readonly Build[]>> = {
  '6.1': [
    { release: '6.1.0-50-amd64', debian: 'config.amd64_none_amd64' },
    { release: '6.1.0-50-cloud-amd64', debian: 'config.amd64_none_cloud-amd64' },
    { release: '6.1.176-oracle', debian: null },
  ],
  '6.12': [
    { release: '6.12.107+deb13-amd64', debian: 'config.amd64_none_amd64' },
    { release: '6.12.107+deb13-cloud-amd64', debian: 'config.amd64_none_cloud-amd64' },
    { release: '6.12.107-oracle', debian: null },
  ],
  '7.2': [
    { release: '7.2.13+deb14-amd64', debian: 'config.amd64_none_amd64' },
    { release: '7.2.13+deb14-cloud-amd64', debian: 'config.amd64_none_cloud-amd64' },
    { release: '7.2.13-oracle', debian: null },
  ],
};

/** Options that decide features, bugs, mitigations, loading or KVM; the rest of a configuration says nothing here. */
const RELEVANT: readonly RegExp[] = [
  /^CONFIG_(?:SMP|NUMA|PCI|ACPI|SECCOMP|SUSPEND|HIBERNATION|PM_SLEEP|HOTPLUG_SMT|BPF_JIT|BPF_SYSCALL|BPF_UNPRIV_DEFAULT_OFF)$/,
  /^CONFIG_(?:XEN|XEN_PV|HYPERV|HYPERVISOR_GUEST|PARAVIRT|KVM_GUEST|INTEL_TDX_GUEST|ARCH_HAS_CC_PLATFORM|AMD_MEM_ENCRYPT)$/,
  /^CONFIG_(?:MICROCODE|MICROCODE_\w+|X86_MSR|X86_CPUID|X86_MCE|X86_MCE_INTEL|X86_MCE_AMD|X86_CPU_RESCTRL)$/,
  /^CONFIG_(?:MITIGATION_\w+|CPU_MITIGATIONS|CPU_(?:IBPB|IBRS|UNRET)_ENTRY|CPU_SRSO|GDS_FORCE_MITIGATION|RETPOLINE|RETHUNK|SLS|PAGE_TABLE_ISOLATION|CALL_DEPTH_TRACKING)$/,
  /^CONFIG_(?:CPU_SUP_\w+|X86_INTEL_TSX_MODE_\w+|KVM|KVM_INTEL|KVM_AMD|KVM_AMD_SEV|KVM_SMM|KVM_XEN|KVM_HYPERV)$/,
  /^CONFIG_X86_(?:64|X2APIC|LOCAL_APIC|MPPARSE|PAT|UMIP|CET|FRED|SGX|SGX_KVM|5LEVEL|KERNEL_IBT|USER_SHADOW_STACK|INTEL_MEMORY_PROTECTION_KEYS|MEM_ENCRYPT|VMX_FEATURE_NAMES)$/,
  /^CONFIG_(?:X86_DIRECT_GBPAGES|X86_BUS_LOCK_DETECT|X86_INTEL_LPSS|INTEL_IOMMU|INTEL_IOMMU_SVM|ADDRESS_MASKING|BROADCAST_TLB_FLUSH|DEBUG_FORCE_FUNCTION_ALIGN_64B)$/,
];

/** @returns the options of a `.config` file that matter here: `y`, `m`, a number or text, `n` where it says "is not set". */
export function parseConfig(text: string): Record<string, string> {
  const options: Record<string, string> = {};
  for (const [, unset, name, value] of text.matchAll(/^(?:# (CONFIG_\w+) is not set|(CONFIG_\w+)=(.*))$/gm)) {
    options[unset ?? name ?? ''] = unset === undefined ? (value ?? '').replace(/^"(.*)"$/, '$1') : 'n';
  }
  return relevantOptions(options);
}

/** @returns the options that matter here, by name. */
export function relevantOptions(options: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(options).filter(([name]) => RELEVANT.some((pattern) => pattern.test(name)));
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
