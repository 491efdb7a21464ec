import type { Boot } from '../boot/boot.ts';
import { printable } from '../features/index.ts';
import { type Guesses, guessesOf } from '../look/guesses.ts';
import type { UnknownReport } from '../model/report.ts';
import type { SysfsRow } from './sysfs.ts';

type Named = readonly (readonly [bit: number, name: string])[];

function bitsThatRest(b: Boot, guesses: Guesses, list: Named): Record<string, readonly string[]> {
  const found: Record<string, readonly string[]> = {};
  for (const [bit, name] of list) {
    const refs = guesses.behindBit(bit, b.stepBehind(bit));
    if (refs.length > 0) found[name] = refs;
  }
  return found;
}

/**
 * What of a report rests on inputs that the profile does not know: printed or not, it could be otherwise.
 * @param b a kernel that has booted
 * @param rows the lines of sysfs, which were asked of this kernel
 * @returns by name the inputs (`msr:10a`, `cpuid:7.0.edx[10]`, `revision`); empty where the profile says all that was asked for
 */
export function unknownOf(b: Boot, rows: readonly SysfsRow[]): UnknownReport {
  const guesses = guessesOf(b.trace);
  const vulnerabilities: Record<string, readonly string[]> = {};
  for (const { vulnerability, step } of rows) {
    const refs = guesses.behind(step);
    if (refs.length > 0) vulnerabilities[vulnerability.sysfs!] = refs;
  }
  if (guesses.nothing) return { vulnerabilities, flags: {}, bugs: {} };
  const { flags, bugs } = printable(b.tables);
  return { vulnerabilities, flags: bitsThatRest(b, guesses, flags), bugs: bitsThatRest(b, guesses, bugs) };
}
