/** Linux 6.1.176: arch/x86/kernel/cpu/microcode/amd_shas.c. Extracted by `npm run tables:check -- --write`; do not edit. */
import type { KernelTables } from '../types.ts';

export const amdDigests: KernelTables['amdDigests'] = null;
