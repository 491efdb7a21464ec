/** Named clauses of this line; the engine asks for the name, never for a version. One name a line, with what it is. */
export const traits: readonly string[] = [
  // Each microcode driver is built by an option of its own (CONFIG_MICROCODE_INTEL, CONFIG_MICROCODE_AMD).
  'microcode-driver-options',
  // CPUs on neither list get X86_BUG_MMIO_UNKNOWN and a line of their own (common.c).
  'mmio-unknown',
  // VERW runs at idle for TSA even where the microcode for it is missing (bugs.c cpu_bugs_smt_update()).
  'tsa-idle-without-microcode',
  // `disableapic` is another word for `nolapic` (apic/apic.c).
  'disableapic-option',
  // retbleed=unret and =ibpb stand on Intel too when Spectre v2 is not handled by IBRS, and the file says what that is worth (bugs.c).
  'retbleed-keeps-amd-choice-on-intel',
  // AMD errata are lists of models that OSVW can overrule, looked at on their own; later they stand in the code of the Zen generations (cpu/amd.c).
  'amd-erratum-lists',
  // TSA's microcode is looked up for all of family 0x19, not for Zen 3 and 4 (cpu/amd.c tsa_init()).
  'tsa-by-family',
  // XSAVES goes on every Zen 2 and stays on Zen 1, whatever the revision (cpu/amd.c init_spectral_chicken()).
  'xsaves-off-on-zen2',
  // Bit 31 of word 0 is taken for an old 3DNow bit on AMD and Hygon, and cleared (cpu/amd.c, cpu/hygon.c).
  'amd-clears-pbe',
  // Split lock detection is believed on listed models only (cpu/intel.c split_lock_cpu_ids).
  'split-lock-listed-models',
  // The self-snoop errata compare the model alone, not the family (cpu/intel.c).
  'self-snoop-any-family',
  // PAT is distrusted on model 0 of family 6, too (cpu/intel.c).
  'pat-erratum-model-0',
  // Goldmont and Goldmont-D are told by the model alone when the TSC is calibrated (kernel/tsc.c).
  'goldmont-any-family',
  // cpu_data(0) is copied in smp_prepare_cpus(), not in arch_cpu_finalize_init() (kernel/smpboot.c).
  'cpu0-copied-after-acpi',
  // The PKRU state needs PKU; later OSPKE, so that nopku drops it (fpu/xstate.c).
  'xstate-pkru-by-cpuid',
  // kvm_amd asks MSR_VM_CR whether firmware has switched SVM off (kvm/svm/svm.c is_disabled()).
  'kvm-asks-vm-cr',
];
