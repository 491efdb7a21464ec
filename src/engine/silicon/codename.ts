import { cpusByVendor } from '../../data/cpus/index.ts';

/**
 * The code name people use for a part.
 * @param family display family (extended family added in), as /proc/cpuinfo prints it
 * @param model display model (extended model in the high nibble)
 * @param stepping 0 to 15
 * @param vendor vendor string of CPUID leaf 0; spaces around it do not count
 * @returns e.g. `Cascade Lake-SP`, or null for a part that the table does not know
 */
export function codenameOf(family: number, model: number, stepping: number, vendor: string): string | null {
  const rows = cpusByVendor[vendor] ?? cpusByVendor[vendor.trim() === 'Shanghai' ? '  Shanghai  ' : vendor.trim()];
  const row = rows?.find(
    (candidate) =>
      candidate.family === family &&
      candidate.models[0] <= model &&
      model <= candidate.models[1] &&
      (candidate.steppings === null || (candidate.steppings[0] <= stepping && stepping <= candidate.steppings[1])),
  );
  return row?.codename ?? null;
}

/**
 * How Intel names its microcode files, and how operators write a part down.
 * @param family display family
 * @param model display model
 * @param stepping 0 to 15
 * @returns two hex digits each, e.g. `06-55-07`
 */
export function partNumber(family: number, model: number, stepping: number): string {
  return [family, model, stepping].map((value) => value.toString(16).padStart(2, '0')).join('-');
}
