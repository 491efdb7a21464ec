/** Linux 6.12.107: arch/x86/kernel/cpu/common.c get_cpu_cap(). Extracted by `npm run tables:check -- --write`; do not edit. */
import type { WordRow } from '../types.ts';

export const words: readonly WordRow[] = [
  [0, 0x1, 0, 'edx'],
  [1, 0x80000001, 0, 'edx'],
  [4, 0x1, 0, 'ecx'],
  [6, 0x80000001, 0, 'ecx'],
  [9, 0x7, 0, 'ebx'],
  [10, 0xd, 1, 'eax'],
  [12, 0x7, 1, 'eax'],
  [13, 0x80000008, 0, 'ebx'],
  [14, 0x6, 0, 'eax'],
  [15, 0x8000000a, 0, 'edx'],
  [16, 0x7, 0, 'ecx'],
  [17, 0x80000007, 0, 'ebx'],
  [18, 0x7, 0, 'edx'],
  [19, 0x8000001f, 0, 'eax'],
  [20, 0x80000021, 0, 'eax'],
];
