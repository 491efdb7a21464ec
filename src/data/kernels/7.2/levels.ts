/** Linux 7.2.13: arch/x86/kernel/cpu/common.c. Extracted by `npm run tables:check -- --write`; do not edit. */
import type { LevelRow } from '../types.ts';

export const levels: readonly LevelRow[] = [
  ['MWAIT', 0x5],
  ['DCA', 0x9],
  ['XSAVE', 0xd],
];
