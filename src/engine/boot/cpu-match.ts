import type { CpuMatch, CpuRevisionRow } from '../../data/kernels/types.ts';
import type { Boot } from './boot.ts';
import type { Cpu } from './cpu.ts';

function fits(b: Boot, match: CpuMatch, cpu: Cpu): boolean {
  if (match.vendor !== null && match.vendor !== cpu.vendor) return false;
  if (match.family !== null && match.family !== cpu.family) return false;
  if (match.model !== null && match.model !== cpu.model) return false;
  if (match.steppings !== null && ((match.steppings >>> cpu.stepping) & 1) === 0) return false;
  if (match.feature !== null && !b.hasBit(match.feature, cpu)) return false;
  return match.type === null || match.type === hybridType(b, cpu);
}

/** Core type of a hybrid part: 0x20 Atom, 0x40 Core; 0 where CPUID does not say (asm/topology c->topo.hw_cpu_type). */
export function hybridType(b: Boot, cpu: Cpu): number {
  if (cpu.vendor !== 'INTEL' || cpu.level < 0x1a) return 0;
  return b.cpuidRegister(0x1a, 0, 'eax', cpu) >>> 24;
}

/**
 * x86_match_cpu(): the first row that fits; what stands behind it never counts (cpu/match.c).
 * @returns the row's index, or -1
 */
export function matchIndex(b: Boot, rows: readonly (readonly [CpuMatch, ...unknown[]])[], cpu: Cpu = b.cpu): number {
  for (let i = 0; i < rows.length; i++) if (fits(b, rows[i]![0], cpu)) return i;
  return -1;
}

/** @returns the value of the first fitting row of a revision table, or null. */
export function matchValue(b: Boot, table: string, cpu: Cpu = b.cpu): number | null {
  const rows: readonly CpuRevisionRow[] = b.tables.matchTables[table] ?? [];
  const found = matchIndex(b, rows, cpu);
  return found < 0 ? null : rows[found]![1];
}

/** cpu_matches(): the first row of the list that fits this CPU carries the flag (cpu/common.c). */
export function listed(b: Boot, list: 'whitelist' | 'blacklist', flag: string): boolean {
  const rows = b.tables[list];
  const found = matchIndex(b, rows);
  const value = found >= 0 && rows[found]![1].includes(flag);
  b.trace.read(`list:${list}#${flag}`, value, -1);
  return value;
}
