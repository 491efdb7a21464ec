/**
 * State components of XSAVE: the bit of XCR0, its size in bytes, and the flag without which no CPU has it. Sizes are architectural
 * (Intel SDM volume 1, 13.5; the kernel's structures in asm/fpu/types.h); offsets are not, so none stand here.
 */
export const xsaveComponents: readonly (readonly [component: number, bytes: number, flag: string])[] = [
  [0, 0, 'fpu'],
  [1, 0, 'sse'],
  [2, 256, 'avx'],
  [3, 64, 'mpx'],
  [4, 64, 'mpx'],
  [5, 64, 'avx512f'],
  [6, 512, 'avx512f'],
  [7, 1024, 'avx512f'],
  [9, 8, 'pku'],
  [17, 64, 'amx_tile'],
  [18, 8192, 'amx_tile'],
];
