import type { Boot } from '../boot/boot.ts';
import { matchIndex } from '../boot/cpu-match.ts';
import { wholeNumber } from '../boot/kernel-number.ts';
import { modelNumber } from './cpu-detect.ts';

const GOLDMONT = 0x65c;
const GOLDMONT_D = 0x65f;

/** The oldest line compares the model alone, whatever the family. */
function isModel(b: Boot, model: number): boolean {
  return b.trait('goldmont-any-family') ? b.cpu.model === (model & 0xff) : modelNumber(b.cpu) === model;
}

/** Kilohertz from megahertz, in the 32 bits that the kernel has for it. */
function kiloHertz(mega: number): number {
  return Math.imul(mega, 1000) >>> 0;
}

const CPUID_TSC = 0x15;
const CPUID_FREQUENCY = 0x16;

/** cpu_khz_from_msr(): older Atoms tell their frequency in MSRs, and have no other clock worth the name (tsc_msr.c). */
function frequencyFromMsr(b: Boot): void {
  if (matchIndex(b, b.tables.matchTables.tsc_msr_cpu_ids ?? []) < 0) return;
  b.force('TSC_KNOWN_FREQ', 'tsc/msr/listed');
  b.force('TSC_RELIABLE', 'tsc/msr/listed');
}

/** native_calibrate_tsc(): a crystal whose frequency CPUID tells makes the TSC's one known (tsc.c). */
function frequencyFromCpuid(b: Boot): void {
  if (b.cpu.vendor !== 'INTEL' || b.cpu.level < CPUID_TSC) return;
  const numerator = b.cpuidRegister(CPUID_TSC, 0, 'ebx');
  const denominator = b.cpuidRegister(CPUID_TSC, 0, 'eax');
  if (numerator === 0 || denominator === 0) return;
  let crystalKhz = Math.floor(b.cpuidRegister(CPUID_TSC, 0, 'ecx') / 1000);
  if (crystalKhz === 0 && isModel(b, GOLDMONT_D)) crystalKhz = 25_000;
  if (crystalKhz !== 0) b.force('TSC_KNOWN_FREQ', 'tsc/native-calibrate/crystal');
  else if (b.cpu.level >= CPUID_FREQUENCY) {
    const base = kiloHertz(b.cpuidRegister(CPUID_FREQUENCY, 0, 'eax'));
    crystalKhz = Math.floor((Math.imul(base, denominator) >>> 0) / numerator);
  }
  if (crystalKhz !== 0 && isModel(b, GOLDMONT)) b.force('TSC_RELIABLE', 'tsc/native-calibrate/goldmont');
}

/** `tsc_early_khz=`: the last value that is a number; 0 is as good as none. */
export function givenKhz(b: Boot): number {
  return b.params('tsc_early_khz').reduce((khz, value) => (value === null ? null : wholeNumber(value, 0)) ?? khz, 0);
}

/**
 * tsc_early_init() with determine_cpu_tsc_frequencies(): from setup_arch().
 * @param paravirtual a hypervisor has put its own calibration in place of CPUID's
 */
export function tscEarlyInit(b: Boot, paravirtual: boolean): void {
  b.begin();
  if (!b.has('TSC')) return;
  if (paravirtual) return;
  const base = b.cpu.vendor === 'INTEL' && b.cpu.level >= CPUID_FREQUENCY ? kiloHertz(b.cpuidRegister(CPUID_FREQUENCY, 0, 'eax')) : 0;
  if (base === 0) frequencyFromMsr(b);
  b.begin();
  if (givenKhz(b) === 0) frequencyFromCpuid(b);
}

/** Did an option mark the TSC unstable? Then detect_art() is never reached. */
function unstable(b: Boot): boolean {
  return b.params('notsc').length > 0 || b.params('apicpmtimer').length > 0 || b.params('tsc').includes('unstable');
}

/** tsc_init() with detect_art(): the timer that never stops, whose ratio to the TSC leaf 0x15 gives (tsc.c). */
export function tscInit(b: Boot): void {
  b.begin();
  if (!b.has('TSC')) return b.forceClear('TSC_DEADLINE_TIMER', 'tsc/init/no-tsc');
  if (b.cpu.level < CPUID_TSC || unstable(b)) return;
  if (b.has('HYPERVISOR') || !b.has('NONSTOP_TSC') || !b.has('TSC_ADJUST')) return;
  if (b.cpuidRegister(CPUID_TSC, 0, 'eax') < 1) return;
  b.force('ART', 'tsc/detect-art');
}

/** apic_validate_deadline_timer(): errata that only newer microcode cures; from init_apic_mappings() in setup_arch() (apic/apic.c). */
export function validateDeadlineTimer(b: Boot): void {
  b.begin();
  if (!b.has('TSC_DEADLINE_TIMER') || b.has('HYPERVISOR')) return;
  const rows = b.tables.matchTables.deadline_match ?? [];
  const found = matchIndex(b, rows);
  if (found < 0) return;
  if (!b.olderThan(rows[found]![1])) return b.leaveFeature('TSC_DEADLINE_TIMER', 'apic/deadline-timer/cured');
  b.forceClear('TSC_DEADLINE_TIMER', 'apic/deadline-timer/erratum');
}
