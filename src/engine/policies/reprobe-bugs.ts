import { bit64 } from '../../base/bits.ts';
import type { Boot } from '../boot/boot.ts';
import { selectMitigations } from '../boot/mitigations.ts';
import { MSR_IA32_MCU_OPT_CTRL } from '../vulnerabilities/_mcu-opt-ctrl.ts';
import { hereOnlyKey } from '../vulnerabilities/_protection.ts';
import { MSR_IA32_SPEC_CTRL } from '../vulnerabilities/_spec-ctrl.ts';
import { vulnerabilities } from '../vulnerabilities/index.ts';

/*
 * Patch 6 of the 2020 series: check_bugs() once more, in a running system. Only the selections run: no arch_smt_update(), no alternatives, no
 * FPU. A port runs the selections of its own line, so also those of bugs that are younger than the series.
 */

/** MSRs that a selection writes on the CPU that runs it; other CPUs follow when they come online anew. */
const WRITTEN_HERE = [MSR_IA32_SPEC_CTRL, MSR_IA32_MCU_OPT_CTRL] as const;
/** RNGDS_MITG_DIS: the one bit that the series writes on every CPU (on_each_cpu(_update_srbds_msr)). */
const WRITTEN_EVERYWHERE = 1n << 0n;

/** The user's choices are parsed again. PTI is none of check_bugs(): it was decided when the page tables were made. */
function parseAgain(b: Boot): void {
  const lines = b.log.length;
  for (const vulnerability of vulnerabilities) if (vulnerability.id !== 'meltdown') vulnerability.initial?.(b);
  // What an early option made the kernel say, it said at boot.
  b.log.length = lines;
}

/** Remembers which bits the boot CPU alone has by now. */
function markHereOnly(b: Boot, index: number, before: bigint): void {
  const changed = (b.written.get(index) ?? 0n) ^ before;
  const alone = index === MSR_IA32_MCU_OPT_CTRL && bit64(changed, 0) ? changed & ~WRITTEN_EVERYWHERE : changed;
  if (alone !== 0n) b.share(hereOnlyKey(index), alone, 'rfc/check-bugs/boot-cpu-only');
}

/**
 * @param b the kernel's memory, which is edited
 * @param alone the boot CPU is the only one online
 */
export function reprobeBugs(b: Boot, alone: boolean): void {
  const before = WRITTEN_HERE.map((index) => b.written.get(index) ?? 0n);
  parseAgain(b);
  selectMitigations(b);
  b.begin();
  if (!alone) for (const [at, index] of WRITTEN_HERE.entries()) markHereOnly(b, index, before[at]!);
}
