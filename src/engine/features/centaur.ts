import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { initFeatCtl } from './feat-ctl.ts';
import { archPerfmon } from './intel.ts';
import { constantTscByFamily, readExtendedFlags } from './zhaoxin.ts';

/** Nano and what came after it: the first with 64 bits and a TSC that keeps its rate. */
function nanoOrLater(cpu: Cpu): boolean {
  return (cpu.family === 6 && cpu.model >= 0xf) || cpu.family >= 7;
}

/** early_init_centaur() (cpu/centaur.c). */
export function earlyInitCentaur(b: Boot, cpu: Cpu): void {
  constantTscByFamily(b, cpu, nanoOrLater(cpu), 'centaur/early-init/tsc');
}

/** init_centaur() with init_c3(), as far as a 64-bit kernel goes (cpu/centaur.c). */
export function initCentaur(b: Boot, cpu: Cpu): void {
  archPerfmon(b, cpu);
  b.begin();
  if (cpu.family >= 6) {
    readExtendedFlags(b, cpu);
    if (nanoOrLater(cpu)) b.set('REP_GOOD', 'centaur/init/rep-good', cpu);
  }
  b.set('LFENCE_RDTSC', 'centaur/init/lfence', cpu);
  initFeatCtl(b, cpu);
}
