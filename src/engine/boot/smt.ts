import type { Boot } from './boot.ts';

/** What /sys/devices/system/cpu/smt shows. */
export interface Smt {
  readonly control: 'on' | 'off' | 'forceoff' | 'notsupported' | 'notimplemented';
  readonly active: boolean;
}

/** cpu_smt_possible(): SMT is supported and not forced off (kernel/cpu.c). */
export function smtPossible(b: Boot): boolean {
  const control = b.shared('cpu_smt_control') ?? 'on';
  return control !== 'forceoff' && control !== 'notsupported' && control !== 'notimplemented';
}

/**
 * cpu_smt_disable(): sibling threads will not stay online (kernel/cpu.c).
 * @param force `forceoff`, which nobody can lift before the next boot
 */
export function smtDisable(b: Boot, force: boolean, rule: string): void {
  if (!smtPossible(b)) return;
  b.print(force ? 'SMT: Force disabled' : 'SMT: disabled');
  b.share('cpu_smt_control', force ? 'forceoff' : 'off', rule);
}

/** sched_smt_active(): a core has two threads online. */
export function smtActive(b: Boot): boolean {
  return b.shared('sched_smt_active') === true;
}

/** @returns the two files of /sys/devices/system/cpu/smt (kernel/cpu.c control_show(), active_show()). */
export function smtOf(b: Boot): Smt {
  return { control: (b.shared('cpu_smt_control') ?? 'on') as Smt['control'], active: smtActive(b) };
}
