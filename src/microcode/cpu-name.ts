import { cpusByVendor } from '../data/cpus/index.ts';
import { splitSignature } from './cpu-signature.ts';

/**
 * What people call a CPU.
 * @param vendor CPUID vendor string
 * @param signature CPUID(1).EAX
 * @returns the code name, or null for a part nobody has listed
 */
export function codenameOf(vendor: string, signature: number): string | null {
  const { family, model, stepping } = splitSignature(signature);
  const within = (value: number, range: readonly [number, number] | null): boolean => range === null || (value >= range[0] && value <= range[1]);
  const row = cpusByVendor[vendor]?.find((each) => each.family === family && within(model, each.models) && within(stepping, each.steppings));
  return row?.codename ?? null;
}
