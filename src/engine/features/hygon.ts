import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { lsCfgSsbd } from './amd-bsp.ts';
import { clearNonstandard3dnow, nullSegment, serializingLfence, svmDisabledByBios } from './amd-common.ts';
import { amdPower } from './amd-early.ts';

/** early_init_hygon() (cpu/hygon.c). */
export function earlyInitHygon(b: Boot, cpu: Cpu): void {
  cpu.revision = cpu.silicon.revision;
  b.begin();
  b.set('K8', 'hygon/early-init/k8', cpu);
  amdPower(b, cpu);
  b.begin();
  b.set('SYSCALL32', 'hygon/early-init/syscall32', cpu);
  if (b.config('CONFIG_PCI') && b.has('APIC')) b.set('EXTD_APICID', 'hygon/early-init/extd-apicid', cpu);
  b.begin();
  b.set('VMMCALL', 'hygon/early-init/vmmcall', cpu);
}

/** bsp_init_hygon(): of what AMD does there only SSBD. */
export function bspInitHygon(b: Boot): void {
  lsCfgSsbd(b);
}

/** init_hygon() behind early_init_hygon() (cpu/hygon.c). */
export function initHygon(b: Boot, cpu: Cpu): void {
  clearNonstandard3dnow(b, cpu);
  b.begin();
  for (const feature of ['REP_GOOD', 'ZEN', 'CPB']) b.set(feature, 'hygon/init/always', cpu);
  svmDisabledByBios(b, cpu);
  serializingLfence(b, cpu);
  b.begin();
  b.set('ARAT', 'hygon/init/arat', cpu);
  if (!b.has('XENPV', cpu)) b.setBug('SYSRET_SS_ATTRS', 'hygon/init/sysret-ss-attrs', cpu);
  nullSegment(b, cpu);
  b.begin();
  b.clear('APIC_MSRS_FENCE', 'hygon/init/no-apic-fence', cpu);
}
