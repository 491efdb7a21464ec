/** A CPUID register and the bits of it by which programs and libraries choose their code. */
export type UserSpaceRow = readonly [leaf: number, subleaf: number, register: 'eax' | 'ebx' | 'ecx' | 'edx', bits: readonly number[]];

/**
 * What user space looks for in CPUID: instructions, and what tells whether they may be used (glibc's sysdeps/x86/cpu-features.c, active
 * features). Bits that only kernels and hypervisors act on, the mitigations among them, are left out.
 */
export const userSpaceFeatures: readonly UserSpaceRow[] = [
  // sse3 pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave osxsave avx f16c rdrand
  [0x1, 0, 'ecx', [0, 1, 9, 12, 13, 19, 20, 22, 23, 25, 26, 27, 28, 29, 30]],
  // tsc cx8 cmov clfsh mmx fxsr sse sse2
  [0x1, 0, 'edx', [4, 8, 15, 19, 23, 24, 25, 26]],
  // fsgsbase bmi1 hle avx2 bmi2 erms rtm mpx avx512f avx512dq rdseed adx avx512ifma clflushopt clwb avx512pf avx512er avx512cd sha_ni avx512bw avx512vl
  [0x7, 0, 'ebx', [0, 3, 4, 5, 8, 9, 11, 14, 16, 17, 18, 19, 21, 23, 24, 26, 27, 28, 29, 30, 31]],
  // avx512vbmi ospke waitpkg avx512_vbmi2 shstk gfni vaes vpclmulqdq avx512_vnni avx512_bitalg avx512_vpopcntdq rdpid cldemote movdiri movdir64b enqcmd
  [0x7, 0, 'ecx', [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 22, 25, 27, 28, 29]],
  // avx512_4vnniw avx512_4fmaps fsrm avx512_vp2intersect rtm_always_abort serialize tsxldtrk ibt amx_bf16 avx512_fp16 amx_tile amx_int8
  [0x7, 0, 'edx', [2, 3, 4, 8, 11, 14, 16, 20, 22, 23, 24, 25]],
  // sha512 sm3 sm4 avx_vnni avx512_bf16 cmpccxadd fzrm fsrs fsrc amx_fp16 avx_ifma lam
  [0x7, 1, 'eax', [0, 1, 2, 4, 5, 7, 10, 11, 12, 21, 23, 26]],
  // avx_vnni_int8 avx_ne_convert amx_complex avx_vnni_int16 prefetchi avx10 apx
  [0x7, 1, 'edx', [4, 5, 8, 10, 14, 19, 21]],
  // xsaveopt xsavec xgetbv1
  [0xd, 1, 'eax', [0, 1, 2]],
  // lahf abm sse4a misalignsse 3dnowprefetch xop fma4 tbm mwaitx
  [0x80000001, 0, 'ecx', [0, 5, 6, 7, 8, 11, 16, 21, 29]],
  // rdtscp
  [0x80000001, 0, 'edx', [27]],
  // clzero rdpru wbnoinvd
  [0x80000008, 0, 'ebx', [0, 4, 9]],
];
