import type { Boot } from '../boot/boot.ts';

/**
 * kstrtobool(): what a boolean parameter understands; the first letter counts, after an `o` the second (lib/kstrtox.c).
 * @param value null: the parameter stood without `=`, which means yes
 * @returns null: not a boolean
 */
export function kernelBool(b: Boot, value: string | null): boolean | null {
  if (value === null || /^([yYtT1]|[oO][nN])/.test(value)) return true;
  if (/^([nNfF0]|[oO][fF])/.test(value)) return false;
  if (!b.trait('kstrtobool-enable-disable')) return null;
  return /^[eE]/.test(value) ? true : /^[dD]/.test(value) ? false : null;
}
