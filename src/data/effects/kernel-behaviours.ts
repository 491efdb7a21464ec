/**
 * Behaviours that the kernel reads off the revision: a table of src/data/kernels (by its C name) gives the first good revision.
 * The revisions stay there; only what they mean stands here.
 */
export interface KernelBehaviour {
  /** C name of the table, a key of `KernelTables.matchTables`. */
  readonly table: string;
  readonly behaviour: string;
  readonly source: string;
  readonly note: string;
}

// biome-ignore format: one line a table
export const kernelBehaviours: readonly KernelBehaviour[] = [
  { table: 'deadline_match', behaviour: 'tsc-deadline-usable', source: 'kernel/apic/apic.c deadline_match[]', note: 'a booted kernel keeps the timer off until a reboot' },
  { table: 'invlpg_miss_ids', behaviour: 'invlpg-global-fixed', source: 'mm/init.c invlpg_miss_ids[]', note: 'a booted kernel keeps PCID off until a reboot' },
  { table: 'isolation_ucodes', behaviour: 'pebs-isolation', source: 'events/intel/core.c isolation_ucodes[]', note: 'perf looks again after a late load' },
  { table: 'pebs_ucodes', behaviour: 'pebs-usable', source: 'events/intel/core.c pebs_ucodes[]', note: 'perf looks again after a late load' },
  { table: 'amd_tsa_microcode', behaviour: 'verw-clears-tsa-buffers', source: 'cpu/amd.c amd_tsa_microcode[]', note: 'the kernel forces VERW_CLEAR from this revision on; whether CPUID 80000021 EAX[5] shows it is not published' },
  { table: 'amd_zenbleed_microcode', behaviour: 'zenbleed-fixed', source: 'cpu/amd.c amd_zenbleed_microcode[]', note: 'the kernel takes its fallback (DE_CFG bit 9) back at once' },
  { table: 'erratum_1386_microcode', behaviour: 'erratum-1386-fixed', source: 'cpu/amd.c erratum_1386_microcode[]', note: 'a booted kernel keeps XSAVES off until a reboot' },
  { table: 'zen5_rdseed_microcode', behaviour: 'rdseed-fixed', source: 'cpu/amd.c zen5_rdseed_microcode[]', note: 'a booted kernel keeps RDSEED off until a reboot' },
];

/** Behaviours out of `spectre_bad_microcodes` (cpu/intel.c) and of 7.2's list of latest revisions (microcode/intel-ucode-defs.h). */
export const revisionListBehaviours = {
  stillBad: {
    behaviour: 'spectre-bad-revision',
    source: 'cpu/intel.c spectre_bad_microcodes[]',
    note: 'a kernel that boots on this revision hides IBRS, IBPB, STIBP and SSBD',
  },
  leftBad: {
    behaviour: 'spectre-revision-good',
    source: 'cpu/intel.c spectre_bad_microcodes[]',
    note: 'a kernel that boots on this revision no longer hides IBRS, IBPB, STIBP and SSBD',
  },
  notOld: {
    behaviour: 'microcode-not-old',
    source: 'cpu/microcode/intel-ucode-defs.h cpu_latest_microcode[]',
    note: 'old_microcode is judged at boot only',
  },
} as const;
