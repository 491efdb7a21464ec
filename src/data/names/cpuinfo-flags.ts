/**
 * Flags of /proc/cpuinfo whose name is not the feature macro in lower case: flag to suffix of X86_FEATURE.
 * Source: asm/cpufeatures.h of 6.1, 6.12 and 7.2, the names in quotes.
 */
export const cpuinfoFlags: Readonly<Record<string, string>> = {
  ace: 'XCRYPT',
  ace_en: 'XCRYPT_EN',
  ds_cpl: 'DSCPL',
  dts: 'DS',
  monitor: 'MWAIT',
  nrip_save: 'NRIPS',
  pdpe1gb: 'GBPAGES',
  pni: 'XMM3',
  rng: 'XSTORE',
  rng_en: 'XSTORE_EN',
  ss: 'SELFSNOOP',
  sse: 'XMM',
  sse2: 'XMM2',
  sse4_1: 'XMM4_1',
  sse4_2: 'XMM4_2',
  svm_lock: 'SVML',
  tm: 'ACC',
  tsc_scale: 'TSCRATEMSR',
  vmcb_clean: 'VMCBCLEAN',
};

/**
 * Flags that the kernel makes itself out of other bits, and the bits that stand behind them by vendor.
 * Source: cpu/common.c init_speculation_control() and early_init_intel(), early_init_amd() for the time stamp counter.
 */
export const cpuinfoDerivedFlags: Readonly<Record<string, { readonly intel: readonly string[]; readonly amd: readonly string[]; readonly amdSince?: number }>> =
  {
    ibrs: { intel: ['cpuid:7.0.edx[26]'], amd: ['cpuid:80000008.0.ebx[14]'] },
    ibpb: { intel: ['cpuid:7.0.edx[26]'], amd: ['cpuid:80000008.0.ebx[12]'] },
    stibp: { intel: ['cpuid:7.0.edx[27]'], amd: ['cpuid:80000008.0.ebx[15]'] },
    // Families 0x15 to 0x17 of AMD have it through an MSR of their own, so nothing is concluded there.
    ssbd: { intel: ['cpuid:7.0.edx[31]'], amd: ['cpuid:80000008.0.ebx[24]'], amdSince: 0x19 },
    // The kernel knows some families to have these whatever the bit says (init_amd(), early_init_intel()), or asks an MSR (intel_ppin, vnmi).
    constant_tsc: { intel: [], amd: [] },
    arat: { intel: ['cpuid:6.0.eax[2]'], amd: [] },
    '3dnowprefetch': { intel: ['cpuid:80000001.0.ecx[8]'], amd: ['cpuid:80000001.0.ecx[8]'], amdSince: 0x10 },
    intel_ppin: { intel: [], amd: [] },
    vnmi: { intel: [], amd: ['cpuid:8000000a.0.edx[25]'] },
    nonstop_tsc: { intel: ['cpuid:80000007.0.edx[8]'], amd: ['cpuid:80000007.0.edx[8]'] },
  };

/** Words of the line "power management" by their bit in leaf 0x80000007 edx. Source: cpu/powerflags.c; the others print as [9]. */
export const powerFlags: Readonly<Record<string, number>> = {
  ts: 0,
  fid: 1,
  vid: 2,
  ttp: 3,
  tm: 4,
  stc: 5,
  '100mhzsteps': 6,
  hwpstate: 7,
  cpb: 9,
  eff_freq_ro: 10,
  proc_feedback: 11,
  acc_power: 12,
};
