/** Linux 6.1.176: arch/x86/kernel/cpu/microcode/amd.c get_cutoff_revision(). Extracted by `npm run tables:check -- --write`; do not edit. */
import type { KernelTables } from '../types.ts';

export const amdCutoffs: KernelTables['amdCutoffs'] = null;
