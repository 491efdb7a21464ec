import type { Boot } from '../boot/boot.ts';
import { wholeNumber } from '../boot/kernel-number.ts';

/** Buffer of cmdline_find_option() in cpu_parse_early_param(): what does not fit is cut off. */
const ARGUMENT_LENGTH = 127;

const BARE: readonly (readonly [option: string, feature: string])[] = [
  ['noxsave', 'XSAVE'],
  ['noxsaveopt', 'XSAVEOPT'],
  ['noxsaves', 'XSAVES'],
  ['nousershstk', 'USER_SHSTK'],
];

/** cpu_parse_early_param(): options that must be known before anything else is identified (cpu/common.c). */
export function parseEarlyCpuOptions(b: Boot): void {
  for (const [option, feature] of BARE) {
    b.begin();
    if (b.flag(option)) b.forceClear(feature, `common/early-option/${option}`);
  }
  b.begin();
  const fred = b.param('fred');
  // Older kernels want the word, newer ones take FRED unless it is refused.
  const wanted = b.trait('fred-unless-off') ? fred !== 'off' : fred === 'on';
  if (!wanted) b.forceClear('FRED', 'common/early-option/fred');
  if (b.trait('setcpuid')) setAndClear(b);
  else clearOnly(b);
}

/** @returns the absolute bit of a name as /proc/cpuinfo prints it; bugs only where the line's parser knows them. */
function bitOfFlag(b: Boot, flag: string, withBugs: boolean): number {
  const feature = b.tables.features.find(([, , name]) => name === flag);
  if (feature) return feature[1];
  const bug = withBugs ? b.tables.bugs.find(([, , name]) => name === flag) : undefined;
  return bug ? b.tables.ncapints * 32 + bug[1] : -1;
}

function flagOfBit(b: Boot, bit: number): string {
  return b.tables.features.find(([, at]) => at === bit)?.[2] ?? `${bit >>> 5}:${bit & 31}`;
}

/** @returns the last value of an option as the kernel reads it into its buffer; null for none or an empty one. */
function argument(b: Boot, option: string): string | null {
  const value = b.param(option);
  return value ? value.slice(0, ARGUMENT_LENGTH) : null;
}

/** 6.1 and 6.12: `clearcpuid=` with names or numbers; features only. */
function clearOnly(b: Boot): void {
  b.begin();
  const value = argument(b, 'clearcpuid');
  if (value === null) return;
  let line = 'Clearing CPUID bits:';
  let cleared = false;
  for (const word of value.split(',')) {
    const number = wholeNumber(word, 10);
    if (number !== null && number >= b.tables.ncapints * 32) continue;
    const bit = number ?? bitOfFlag(b, word, false);
    line += bit < 0 ? ` (unknown: ${word})` : ` ${number === null ? word : flagOfBit(b, bit)}`;
    if (bit < 0) continue;
    b.forceClear(bit, 'common/early-option/clearcpuid');
    cleared = true;
  }
  b.print(line);
  if (cleared) b.taint('CPU_OUT_OF_SPEC');
}

/** 7.2: `clearcpuid=` and `setcpuid=`, bugs by name included (parse_set_clear_cpuid()). */
function setAndClear(b: Boot): void {
  let tainted = false;
  for (const option of ['clearcpuid', 'setcpuid'] as const) {
    b.begin();
    for (const word of argument(b, option)?.split(',') ?? []) tainted = setOrClear(b, option, word) || tainted;
  }
  if (!tainted) return;
  b.print('!!! setcpuid=/clearcpuid= in use, this is for TESTING ONLY, may break things horribly. Tainting kernel.');
  b.taint('CPU_OUT_OF_SPEC');
}

function setOrClear(b: Boot, option: 'clearcpuid' | 'setcpuid', word: string): boolean {
  const number = wholeNumber(word, 10);
  if (number !== null && number >= b.tables.ncapints * 32) return false;
  const bit = number ?? bitOfFlag(b, word, true);
  if (bit < 0) {
    b.print(`${option}: unknown CPU flag: ${word}`);
    return false;
  }
  const kind = bit < b.tables.ncapints * 32 ? 'feature' : 'bug';
  const verb = option === 'setcpuid' ? 'force-enabling' : 'force-disabling';
  b.print(`${option}: ${verb} CPU ${kind} flag: ${number === null ? word : flagOfBit(b, bit)}`);
  if (option === 'setcpuid') b.force(bit, 'common/early-option/setcpuid');
  else b.forceClear(bit, 'common/early-option/clearcpuid');
  return true;
}
