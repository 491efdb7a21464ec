import type { Finding, KvmHeld } from '../model/machine.ts';

export type KvmModule = 'kvm_intel' | 'kvm_amd';

/** One word of kvm_cpu_caps and what it was made of. */
export interface CapWord {
  /** As `kvm.caps` names it, e.g. `7.0.edx`. */
  readonly register: string;
  /** The kernel has the word: it was masked with boot_cpu_data. Else only raw CPUID counts. */
  readonly kernelDefined: boolean;
  /** Bits KVM knows how to give a guest. */
  readonly mask: number;
  /** boot_cpu_data's word at the load; null for a word of KVM's own. */
  readonly boot: number | null;
  /** CPUID at the load. */
  readonly raw: number;
  readonly value: number;
}

/** vmcs_config and vmx_capability of kvm/vmx/vmx.c. */
export interface VmcsConfig {
  readonly pin: number;
  readonly processor: number;
  readonly secondary: number;
  readonly tertiary: bigint;
  readonly exit: number;
  readonly entry: number;
  readonly basic: bigint;
  readonly misc: bigint;
  readonly ept: number;
  readonly vpid: number;
}

/** What a KVM module computed when it was loaded and keeps until it is removed. */
export interface KvmState extends KvmHeld {
  readonly module: KvmModule;
  /** KVM_GET_SUPPORTED_CPUID at the load, by register. */
  readonly caps: Readonly<Record<string, number>>;
  /** MSR_IA32_ARCH_CAPABILITIES as offered at the load; see archCapabilitiesOffered() for later. */
  readonly archCapabilities: bigint;
  /** kvm_cpu_caps, every word, with its origins. */
  readonly words: readonly CapWord[];
  /** kvm_host.arch_capabilities: the MSR as it was read at the load; null where this kernel reads it on every call. */
  readonly hostArchCapabilities: bigint | null;
  /** MSRs that KVM switches for guests and puts back on the way to user space. */
  readonly userReturnMsrs: readonly number[];
  /** kvm_intel only. */
  readonly vmcs: VmcsConfig | null;
  /** kvm_intel.error_on_inconsistent_vmcs_config at the load: every CPU that is asked later is asked with it. */
  readonly vmcsStrict: boolean;
  readonly tdpEnabled: boolean;
  readonly pmuEnabled: boolean;
}

/** `kvm` null: the module was not loaded; findings and errno say why. */
export interface KvmLoad {
  readonly kvm: KvmState | null;
  readonly errno: 'ENOENT' | 'EOPNOTSUPP' | 'EIO' | 'EINVAL' | null;
  readonly findings: readonly Finding[];
}
