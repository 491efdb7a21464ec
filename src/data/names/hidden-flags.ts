/**
 * Flags that a kernel takes away from CPUs that have the bit, for a reason of its own: their absence tells nothing of the CPU.
 * Sources: cpu/tsx.c (RTM, HLE), cpu/feat_ctl.c (VMX, SGX), mm/init.c setup_pcid(), apic/apic.c (deadline timer), cpu/common.c (LA57 without
 * five levels, UMIP, PKU), cpu/amd.c (RDRAND, RDSEED, SEV and SME by MSR, INVLPGB), cpu/intel.c (TME), kernel/fpu/xstate.c (XSAVES).
 */
export const flagsKernelsHide: ReadonlySet<string> = new Set([
  ...['rtm', 'hle', 'vmx', 'sgx', 'sgx_lc', 'svm', 'pcid', 'invpcid', 'tsc_deadline_timer', 'la57', 'umip', 'pku', 'ospke', 'rdrand', 'rdseed'],
  ...['sme', 'sev', 'sev_es', 'sev_snp', 'tme', 'xsaves', 'fsgsbase', 'smap', 'smep', 'enqcmd', 'split_lock_detect', 'bus_lock_detect', 'user_shstk', 'ibt'],
]);
