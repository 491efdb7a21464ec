import type { Boot } from '../boot/boot.ts';
import { kernelBool } from './kernel-bool.ts';
import { blocks, type LoadReason } from './load-decision.ts';

const HYPERVISOR_BIT = 31;
/** AMD patch levels that nothing may follow (cpu/microcode/core.c final_levels[]). */
const FINAL_LEVELS: readonly number[] = [0x01000098, 0x0100009f, 0x010000af];

/** The buffer for the option holds so many characters; what follows them is cut off. */
const OPTION_LENGTH = 63;

/** The tokens of 7.2's `microcode=`; only the last such option counts (core.c early_parse_cmdline()). */
function microcodeOption(b: Boot): readonly string[] {
  return b.trait('microcode-option') ? (b.param('microcode') ?? '').slice(0, OPTION_LENGTH).split(',') : [];
}

/**
 * force_minrev: updates without a sufficient minimum revision are passed over. From the configuration, the module
 * parameter of the lines that have one, or `microcode=force_minrev`, which can only switch it on (core.c).
 */
export function forceMinrev(b: Boot): boolean {
  if (!b.trait('microcode-minrev')) return false;
  let forced = b.config('CONFIG_MICROCODE_LATE_FORCE_MINREV');
  if (b.trait('force-minrev-parameter')) for (const value of b.params('microcode.force_minrev')) forced = kernelBool(b, value) ?? forced;
  return forced || microcodeOption(b).includes('force_minrev');
}

/** microcode_loader_disabled() (6.1: check_loader_disabled_bsp()): everything that switches the whole loader off. */
function disabledBy(b: Boot): LoadReason[] {
  const reasons: LoadReason[] = [];
  if (b.flag('dis_ucode_ldr')) reasons.push(blocks('loader-disabled', { by: 'dis_ucode_ldr' }));
  if (microcodeOption(b).includes('dis_ucode_ldr')) reasons.push(blocks('loader-disabled', { by: 'microcode=dis_ucode_ldr' }));
  const debug = b.trait('microcode-option') && b.config('CONFIG_MICROCODE_DBG');
  if (b.cpuidBit(1, 0, 'ecx', HYPERVISOR_BIT) && !debug) reasons.push(blocks('loader-disabled', { by: 'hypervisor' }));
  if (b.cpu.vendor === 'AMD' && FINAL_LEVELS.includes(b.revision())) reasons.push(blocks('loader-disabled', { by: 'final-level', revision: b.revision() }));
  return reasons;
}

/** Whether the kernel has a driver for this CPU at all (init_intel_microcode(), init_amd_microcode()). */
function unsupported(b: Boot): LoadReason[] {
  const { vendor, family } = b.cpu;
  if (vendor === 'INTEL' && family >= 6 && !b.has('IA64')) return [];
  if (vendor === 'AMD' && family >= 0x10) return [];
  return [blocks('loader-unsupported', { vendor, family })];
}

/** 6.1 builds one driver a vendor, each with its own option; later lines build both into the loader. */
function driverOption(b: Boot): string | null {
  if (!b.trait('microcode-driver-options')) return null;
  return b.cpu.vendor === 'AMD' ? 'CONFIG_MICROCODE_AMD' : 'CONFIG_MICROCODE_INTEL';
}

/** @returns why the early loader does not run; empty: it does. */
export function earlyLoaderMissing(b: Boot): LoadReason[] {
  const missing = ['CONFIG_MICROCODE', driverOption(b)].filter((option) => option !== null && !b.config(option));
  return [...missing.map((option) => blocks('loader-not-built', { option: option ?? '' })), ...disabledBy(b), ...unsupported(b)];
}

/** @returns why there is no `reload` file; empty: there is one (core.c microcode_init()). */
export function lateLoaderMissing(b: Boot): LoadReason[] {
  const late = b.config('CONFIG_MICROCODE_LATE_LOADING') ? [] : [blocks('loader-not-built', { option: 'CONFIG_MICROCODE_LATE_LOADING' })];
  return [...late, ...earlyLoaderMissing(b)];
}
