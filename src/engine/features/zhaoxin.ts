import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { initFeatCtl } from './feat-ctl.ts';
import { archPerfmon } from './intel.ts';

/** Word of the capability array that holds leaf 0xC0000001 EDX (CPUID_C000_0001_EDX). */
const WORD_C000_0001_EDX = 5;
const CENTAUR_LEVEL = 0xc000_0000;
const CENTAUR_FEATURES = 0xc000_0001;

/** What Centaur and Zhaoxin alone have: their own leaf becomes word 5, as CPUID gives it. */
export function readExtendedFlags(b: Boot, cpu: Cpu): void {
  if (b.cpuid(CENTAUR_LEVEL, 0, cpu).eax < CENTAUR_FEATURES) return;
  cpu.words[WORD_C000_0001_EDX] = b.cpuid(CENTAUR_FEATURES, 0, cpu).edx;
  cpu.origins.fill(-1, WORD_C000_0001_EDX * 32, WORD_C000_0001_EDX * 32 + 32);
}

/** Invariant TSC as CPUID tells it, and by family before that. */
export function constantTscByFamily(b: Boot, cpu: Cpu, byFamily: boolean, rule: string): void {
  b.begin();
  const invariant = ((cpu.power >>> 8) & 1) === 1;
  b.trace.read('cpuid:80000007.0.edx[8]', invariant, -1);
  if (byFamily || invariant) b.set('CONSTANT_TSC', rule, cpu);
  b.set('SYSENTER32', rule, cpu);
  if (invariant) b.set('NONSTOP_TSC', rule, cpu);
}

/** early_init_zhaoxin() (cpu/zhaoxin.c). */
export function earlyInitZhaoxin(b: Boot, cpu: Cpu): void {
  constantTscByFamily(b, cpu, cpu.family >= 6, 'zhaoxin/early-init/tsc');
}

/** init_zhaoxin() behind early_init_zhaoxin() (cpu/zhaoxin.c). */
export function initZhaoxin(b: Boot, cpu: Cpu): void {
  archPerfmon(b, cpu);
  b.begin();
  if (cpu.family >= 6) {
    readExtendedFlags(b, cpu);
    b.set('REP_GOOD', 'zhaoxin/init/rep-good', cpu);
  }
  b.set('LFENCE_RDTSC', 'zhaoxin/init/lfence', cpu);
  initFeatCtl(b, cpu);
}
