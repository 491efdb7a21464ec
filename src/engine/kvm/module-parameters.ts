import type { KvmParameterKind, KvmParameterRow } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import { type Option, parseCommandLine } from '../boot/command-line.ts';
import { leadingDigits } from '../boot/kernel-number.ts';
import { kernelBool } from '../loader/kernel-bool.ts';

/** Parameters of the KVM modules: the kernel's command line, which modprobe reads, and what stands behind modprobe itself. */
export interface ModuleParameters {
  /** Every value given for `kvm_intel.ept`, in order; null where it stood without `=`; none for a parameter that this kernel does not have. */
  all(name: string): readonly (string | null)[];
  /** module_param(bool): the last value counts. */
  bool(name: string, fallback: boolean): boolean;
  /** module_param(int). */
  number(name: string, fallback: number): number;
  /** The first of a module's options, as given, whose value it does not understand: it is not loaded then. Null: all are understood. */
  bad(module: string): string | null;
}

/**
 * kstrtoint() with base 0: hex, octal or decimal, one newline at the end; a minus only where the type has one.
 * @returns the number, or null for what is none (kernel/params.c param_set_int() and its kin)
 */
function kernelNumber(given: string | null, kind: KvmParameterKind): number | null {
  const text = given?.replace(/\n$/, '') ?? '';
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  if (sign === '-' && kind !== 'int') return null;
  const digits = text.slice(sign.length);
  const { value, length } = leadingDigits(digits, 0);
  if (length === 0 || length !== digits.length) return null;
  return sign === '-' ? -value : value;
}

function understood(b: Boot, kind: KvmParameterKind, value: string | null): boolean {
  if (kind === 'callback') return true;
  return (kind === 'bool' ? kernelBool(b, value) : kernelNumber(value, kind)) !== null;
}

/**
 * @param b the running kernel
 * @param rows the parameters that its modules have; what else is given is ignored, as the kernel does
 * @param given options handed to modprobe, written as on the command line: `kvm.nx_huge_pages=off kvm-intel.ept=0`
 */
export function moduleParameters(b: Boot, rows: readonly KvmParameterRow[], given: string): ModuleParameters {
  const extra = parseCommandLine(given);
  const rowOf = (name: string): KvmParameterRow | undefined => rows.find((row) => row[0] === name && (row[2] === null || b.config(row[2])));
  const all = (name: string): readonly (string | null)[] =>
    rowOf(name) === undefined ? [] : [...b.params(name), ...extra.filter((option) => option.name === name).map((option) => option.value)];
  const last = <T>(name: string, fallback: T, parse: (value: string | null) => T | null): T =>
    all(name).reduce<T>((current, value) => parse(value) ?? current, fallback);
  const wrong = ({ name, value }: Option): boolean => {
    const row = rowOf(name);
    return row !== undefined && !understood(b, row[1], value);
  };
  return {
    all,
    bool: (name, fallback) => last(name, fallback, (value) => kernelBool(b, value)),
    number: (name, fallback) => last(name, fallback, (value) => kernelNumber(value, 'int')),
    bad: (module) => {
      const found = [...b.options, ...extra].find((option) => option.name.startsWith(`${module}.`) && wrong(option));
      return found === undefined ? null : `${found.name}${found.value === null ? '' : `=${found.value}`}`;
    },
  };
}
