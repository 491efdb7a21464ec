import type { Boot } from '../boot/boot.ts';
import { parseCommandLine } from '../boot/command-line.ts';
import { kernelBool } from '../loader/kernel-bool.ts';

/** Parameters of the KVM modules: the kernel's command line, which modprobe reads, and what stands behind modprobe itself. */
export interface ModuleParameters {
  /** Every value given for `kvm_intel.ept`, in order; null where it stood without `=`. */
  all(name: string): readonly (string | null)[];
  /** The last value given with `=`, or null. */
  last(name: string): string | null;
  /** module_param(bool): the last value counts; a value that is none is remembered as bad. */
  bool(name: string, fallback: boolean): boolean;
  /** module_param(int). */
  number(name: string, fallback: number): number;
  /** Parameters whose value the module does not understand: it is not loaded then. */
  readonly bad: readonly string[];
}

/**
 * @param b the running kernel
 * @param given options handed to modprobe, written as on the command line: `kvm.nx_huge_pages=off kvm-intel.ept=0`
 */
export function moduleParameters(b: Boot, given: string): ModuleParameters {
  const extra = parseCommandLine(given);
  const bad: string[] = [];
  const all = (name: string): (string | null)[] => [...b.params(name), ...extra.filter((option) => option.name === name).map((option) => option.value)];
  const read = <T>(name: string, fallback: T, parse: (value: string | null) => T | null): T => {
    let current = fallback;
    for (const value of all(name)) {
      const parsed = parse(value);
      if (parsed === null) bad.push(`${name}=${value ?? ''}`);
      else current = parsed;
    }
    return current;
  };
  return {
    all,
    last: (name) => all(name).findLast((value) => value !== null) ?? null,
    bool: (name, fallback) => read(name, fallback, (value) => kernelBool(b, value)),
    number: (name, fallback) => read(name, fallback, (value) => (value !== null && /^[+-]?(0x[0-9a-fA-F]+|\d+)$/.test(value) ? Number(value) : null)),
    bad,
  };
}
