/** Linux 6.1.176: arch/x86/kernel/cpu/bugs.c. Extracted by `npm run tables:check -- --write`; do not edit. */
import type { Texts } from '../types.ts';

export const texts: Readonly<Record<string, Texts>> = {
  mds_strings: {
    MDS_MITIGATION_OFF: 'Vulnerable',
    MDS_MITIGATION_FULL: 'Mitigation: Clear CPU buffers',
    MDS_MITIGATION_VMWERV: 'Vulnerable: Clear CPU buffers attempted, no microcode',
  },
  taa_strings: {
    TAA_MITIGATION_OFF: 'Vulnerable',
    TAA_MITIGATION_UCODE_NEEDED: 'Vulnerable: Clear CPU buffers attempted, no microcode',
    TAA_MITIGATION_VERW: 'Mitigation: Clear CPU buffers',
    TAA_MITIGATION_TSX_DISABLED: 'Mitigation: TSX disabled',
  },
  mmio_strings: {
    MMIO_MITIGATION_OFF: 'Vulnerable',
    MMIO_MITIGATION_UCODE_NEEDED: 'Vulnerable: Clear CPU buffers attempted, no microcode',
    MMIO_MITIGATION_VERW: 'Mitigation: Clear CPU buffers',
  },
  rfds_strings: {
    RFDS_MITIGATION_OFF: 'Vulnerable',
    RFDS_MITIGATION_VERW: 'Mitigation: Clear Register File',
    RFDS_MITIGATION_UCODE_NEEDED: 'Vulnerable: No microcode',
  },
  srbds_strings: {
    SRBDS_MITIGATION_OFF: 'Vulnerable',
    SRBDS_MITIGATION_UCODE_NEEDED: 'Vulnerable: No microcode',
    SRBDS_MITIGATION_FULL: 'Mitigation: Microcode',
    SRBDS_MITIGATION_TSX_OFF: 'Mitigation: TSX disabled',
    SRBDS_MITIGATION_HYPERVISOR: 'Unknown: Dependent on hypervisor status',
  },
  gds_strings: {
    GDS_MITIGATION_OFF: 'Vulnerable',
    GDS_MITIGATION_UCODE_NEEDED: 'Vulnerable: No microcode',
    GDS_MITIGATION_FORCE: 'Mitigation: AVX disabled, no microcode',
    GDS_MITIGATION_FULL: 'Mitigation: Microcode',
    GDS_MITIGATION_FULL_LOCKED: 'Mitigation: Microcode (locked)',
    GDS_MITIGATION_HYPERVISOR: 'Unknown: Dependent on hypervisor status',
  },
  spectre_v1_strings: {
    SPECTRE_V1_MITIGATION_NONE: 'Vulnerable: __user pointer sanitization and usercopy barriers only; no swapgs barriers',
    SPECTRE_V1_MITIGATION_AUTO: 'Mitigation: usercopy/swapgs barriers and __user pointer sanitization',
  },
  retbleed_strings: {
    RETBLEED_MITIGATION_NONE: 'Vulnerable',
    RETBLEED_MITIGATION_UNRET: 'Mitigation: untrained return thunk',
    RETBLEED_MITIGATION_IBPB: 'Mitigation: IBPB',
    RETBLEED_MITIGATION_IBRS: 'Mitigation: IBRS',
    RETBLEED_MITIGATION_EIBRS: 'Mitigation: Enhanced IBRS',
  },
  its_strings: {
    ITS_MITIGATION_OFF: 'Vulnerable',
    ITS_MITIGATION_VMEXIT_ONLY: 'Mitigation: Vulnerable, KVM: Not affected',
    ITS_MITIGATION_ALIGNED_THUNKS: 'Mitigation: Aligned branch/return thunks',
  },
  spectre_v2_user_strings: {
    SPECTRE_V2_USER_NONE: 'User space: Vulnerable',
    SPECTRE_V2_USER_STRICT: 'User space: Mitigation: STIBP protection',
    SPECTRE_V2_USER_STRICT_PREFERRED: 'User space: Mitigation: STIBP always-on protection',
    SPECTRE_V2_USER_PRCTL: 'User space: Mitigation: STIBP via prctl',
    SPECTRE_V2_USER_SECCOMP: 'User space: Mitigation: STIBP via seccomp and prctl',
  },
  spectre_v2_strings: {
    SPECTRE_V2_NONE: 'Vulnerable',
    SPECTRE_V2_RETPOLINE: 'Mitigation: Retpolines',
    SPECTRE_V2_LFENCE: 'Vulnerable: LFENCE',
    SPECTRE_V2_EIBRS: 'Mitigation: Enhanced / Automatic IBRS',
    SPECTRE_V2_EIBRS_LFENCE: 'Mitigation: Enhanced / Automatic IBRS + LFENCE',
    SPECTRE_V2_EIBRS_RETPOLINE: 'Mitigation: Enhanced / Automatic IBRS + Retpolines',
    SPECTRE_V2_IBRS: 'Mitigation: IBRS',
  },
  tsa_strings: {
    TSA_MITIGATION_NONE: 'Vulnerable',
    TSA_MITIGATION_UCODE_NEEDED: 'Vulnerable: Clear CPU buffers attempted, no microcode',
    TSA_MITIGATION_USER_KERNEL: 'Mitigation: Clear CPU buffers: user/kernel boundary',
    TSA_MITIGATION_VM: 'Mitigation: Clear CPU buffers: VM',
    TSA_MITIGATION_FULL: 'Mitigation: Clear CPU buffers',
  },
  ssb_strings: {
    SPEC_STORE_BYPASS_NONE: 'Vulnerable',
    SPEC_STORE_BYPASS_DISABLE: 'Mitigation: Speculative Store Bypass disabled',
    SPEC_STORE_BYPASS_PRCTL: 'Mitigation: Speculative Store Bypass disabled via prctl',
    SPEC_STORE_BYPASS_SECCOMP: 'Mitigation: Speculative Store Bypass disabled via prctl and seccomp',
  },
  srso_strings: {
    SRSO_MITIGATION_NONE: 'Vulnerable',
    SRSO_MITIGATION_MICROCODE: 'Mitigation: microcode',
    SRSO_MITIGATION_SAFE_RET: 'Mitigation: safe RET',
    SRSO_MITIGATION_IBPB: 'Mitigation: IBPB',
    SRSO_MITIGATION_IBPB_ON_VMEXIT: 'Mitigation: IBPB on VMEXIT only',
  },
  vmscape_strings: {
    VMSCAPE_MITIGATION_NONE: 'Vulnerable',
    VMSCAPE_MITIGATION_IBPB_EXIT_TO_USER: 'Mitigation: IBPB before exit to userspace',
    VMSCAPE_MITIGATION_IBPB_ON_VMEXIT: 'Mitigation: IBPB on VMEXIT',
  },
  l1tf_vmx_states: {
    VMENTER_L1D_FLUSH_AUTO: 'auto',
    VMENTER_L1D_FLUSH_NEVER: 'vulnerable',
    VMENTER_L1D_FLUSH_COND: 'conditional cache flushes',
    VMENTER_L1D_FLUSH_ALWAYS: 'cache flushes',
    VMENTER_L1D_FLUSH_EPT_DISABLED: 'EPT disabled',
    VMENTER_L1D_FLUSH_NOT_REQUIRED: 'flush not necessary',
  },
  messages: {
    RETBLEED_UNTRAIN_MSG: 'WARNING: BTB untrained return thunk mitigation is only effective on AMD/Hygon!\n',
    RETBLEED_INTEL_MSG: 'WARNING: Spectre v2 mitigation leaves CPU vulnerable to RETBleed attacks, data leaks possible!\n',
    SPECTRE_V2_LFENCE_MSG: 'WARNING: LFENCE mitigation is not recommended for this CPU, data leaks possible!\n',
    SPECTRE_V2_EIBRS_EBPF_MSG: 'WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible via Spectre v2 BHB attacks!\n',
    SPECTRE_V2_EIBRS_LFENCE_EBPF_SMT_MSG:
      'WARNING: Unprivileged eBPF is enabled with eIBRS+LFENCE mitigation and SMT, data leaks possible via Spectre v2 BHB attacks!\n',
    SPECTRE_V2_IBRS_PERF_MSG: 'WARNING: IBRS mitigation selected on Enhanced IBRS CPU, this may cause unnecessary performance loss\n',
    L1TF_DEFAULT_MSG: 'Mitigation: PTE Inversion',
  },
};
