import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';

/**
 * Looks a CPU up in one of the kernel's lists of families, models and steppings that stand in code.
 * @param list name of the function or array in the tables
 * @returns the feature of the row, an empty string for a row without one, null when none fits
 */
export function modelListed(b: Boot, list: string, cpu: Cpu): string | null {
  const at = cpu.model * 16 + cpu.stepping;
  for (const [family, from, to, feature] of b.tables.modelRanges[list] ?? []) if (cpu.family === family && at >= from && at <= to) return feature ?? '';
  return null;
}
