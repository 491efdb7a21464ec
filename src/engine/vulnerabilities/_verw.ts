import type { Boot } from '../boot/boot.ts';
import { smtActive, smtDisable } from '../boot/smt.ts';
import { earlyParam } from './_early-param.ts';
import { mitigationsAutoNosmt, smtMitigations } from './_global.ts';

/*
 * What the mitigations built on VERW have in common: MDS, TAA, MMIO Stale Data (RFDS and TSA share parts). One patched-in
 * instruction clears the buffers for all of them, so each looks at what the others chose.
 */

/** Enum constants of one VERW mitigation; `auto` exists only where selection comes in phases. */
export interface VerwNames {
  readonly id: string;
  readonly option: string;
  readonly bug: string;
  readonly config: string;
  readonly on: string;
  readonly off: string;
  readonly auto: string;
}

/**
 * Compile-time default and parser of `mds=`, `tsx_async_abort=` and `mmio_stale_data=`: off, full, full,nosmt
 * (cpu/bugs.c mds_cmdline(), tsx_async_abort_parse_cmdline(), mmio_stale_data_parse_cmdline()).
 */
export function initialVerw(b: Boot, names: VerwNames): void {
  b.begin();
  const built = b.config(names.config);
  const on = b.trait('phased-mitigations') ? names.auto : names.on;
  b.choose(names.id, built ? on : names.off, `${names.id}/default`);
  b.begin();
  earlyParam(b, names.option, (value) => {
    if (!b.bug(names.bug)) return true;
    if (value === null) return false;
    if (value === 'off') b.choose(names.id, names.off, `${names.id}/parameter/off`);
    else if (value === 'full' || value === 'full,nosmt') b.choose(names.id, names.on, `${names.id}/parameter/full`);
    // Nothing takes this back: `mds=full,nosmt mds=full` still disables the siblings.
    if (value === 'full,nosmt') b.share(`${names.id}_nosmt`, true, `${names.id}/parameter/nosmt`);
    return true;
  });
}

/**
 * Takes the siblings offline where the option or the global switch asks for it: `mds_nosmt || cpu_mitigations_auto_nosmt()`,
 * with attack vectors `smt_mitigations == SMT_MITIGATIONS_ON`.
 */
export function nosmtVerw(b: Boot, id: string): void {
  const global = b.trait('attack-vectors') ? smtMitigations(b) === 'on' : mitigationsAutoNosmt(b);
  if (b.shared(`${id}_nosmt`) === true || global) smtDisable(b, false, `${id}/nosmt`);
}

/** VERW patched in at the boundary to user space and, where the two are separate features, at the one to guests. */
export function forceVerw(b: Boot, rule: string): void {
  b.force('CLEAR_CPU_BUF', rule);
  // Before the phases Intel's VM entry hangs on CLEAR_CPU_BUF, and CLEAR_CPU_BUF_VM is AMD's alone (kvm/vmx/vmenter.S, kvm/svm/vmenter.S).
  if (b.trait('phased-mitigations')) b.force('CLEAR_CPU_BUF_VM', rule);
}

/** pr_warn_once() of cpu_bugs_smt_update(), while a sibling runs. */
export function warnOnceIfSmt(b: Boot, line: string): void {
  if (smtActive(b) && !b.log.includes(line)) b.print(line);
}

/** The tail of the sysfs line: what a sibling thread means for a VERW mitigation (cpu/bugs.c mmio_stale_data_show_state() and its like). */
export function smtTail(b: Boot): string {
  if (b.has('HYPERVISOR')) return '; SMT Host state unknown';
  return `; SMT ${smtActive(b) ? 'vulnerable' : 'disabled'}`;
}

/** verw_clear_cpu_buf_mitigation_selected: MDS, TAA, MMIO or RFDS asked for VERW everywhere, and so all of them have it. */
export function verwSelected(b: Boot): boolean {
  return b.shared('verw_clear_cpu_buf_mitigation_selected') === true;
}
