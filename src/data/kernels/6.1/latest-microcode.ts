/** Linux 6.1.176: arch/x86/kernel/cpu/microcode/intel-ucode-defs.h. Extracted by `npm run tables:check -- --write`; do not edit. */
import type { KernelTables } from '../types.ts';

export const latestMicrocode: KernelTables['latestMicrocode'] = null;
