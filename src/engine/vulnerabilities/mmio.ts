import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { archCap } from './_arch-cap.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { mitigationsOff, shouldMitigate } from './_global.ts';
import { archCapNow, askedOff, IMMUNE, type Part, SILICON, type Standing, siliconHas, verwPart } from './_protection.ts';
import { initialVerw, nosmtVerw, smtTail, verwSelected, warnOnceIfSmt } from './_verw.ts';
import { taaVulnerable } from './taa.ts';

/*
 * Processor MMIO Stale Data. Where MDS or TAA need VERW anyway it shares theirs; alone it runs VERW only before a guest that
 * can reach MMIO, and at idle. Whether the microcode gives VERW that meaning changes the text, never what runs.
 */

/** Kernel memory: the bit of x86_arch_cap_msr, the copy that bugs.c made at boot. Absent while MMIO is not mitigated. */
export const FBSDP_NO_AT_BOOT = 'x86_arch_cap_msr & ARCH_CAP_FBSDP_NO';

function affected(b: Boot): void {
  b.begin();
  // The lists first, other than in the kernel: of a part that they settle nobody needs to know the MSR.
  const isListed = listed(b, 'blacklist', 'MMIO');
  if (!isListed && !(b.trait('mmio-unknown') && !listed(b, 'whitelist', 'NO_MMIO'))) return;
  const immune = archCap(b, 'FBSDP_NO') && archCap(b, 'PSDP_NO') && archCap(b, 'SBDR_SSDP_NO');
  if (immune) return;
  if (isListed) b.forceBug('MMIO_STALE_DATA', 'mmio/affected/listed');
  else b.forceBug('MMIO_UNKNOWN', 'mmio/affected/unknown');
}

function initial(b: Boot): void {
  initialVerw(b, {
    id: 'mmio',
    option: 'mmio_stale_data',
    bug: 'MMIO_STALE_DATA',
    config: 'CONFIG_MITIGATION_MMIO_STALE_DATA',
    on: 'MMIO_MITIGATION_VERW',
    off: 'MMIO_MITIGATION_OFF',
    auto: 'MMIO_MITIGATION_AUTO',
  });
}

/** FB_CLEAR says it; on MDS parts MD_CLEAR and FLUSH_L1D together did so before that bit existed. */
function byMicrocode(b: Boot, where: string): void {
  const capable = archCap(b, 'FB_CLEAR') || (b.has('MD_CLEAR') && b.has('FLUSH_L1D') && !archCap(b, 'MDS_NO'));
  if (capable) b.choose('mmio', 'MMIO_MITIGATION_VERW', `mmio/${where}/verw`);
  else b.choose('mmio', 'MMIO_MITIGATION_UCODE_NEEDED', `mmio/${where}/no-microcode`);
}

/** Fill buffers that can leak through uncore buffers are cleared at idle, whatever the siblings do. */
function clearAtIdle(b: Boot): void {
  const spared = archCap(b, 'FBSDP_NO');
  // Kept, because CPUs that come and go ask it again of the MSR's copy made at boot, never of the silicon.
  b.share(FBSDP_NO_AT_BOOT, spared, 'mmio/idle-clear');
  if (!spared) b.share('cpu_buf_idle_clear', true, 'mmio/idle-clear');
}

/** 6.1, 6.12. Also run again by md_clear_update_mitigation(). */
export function selectMmioAtOnce(b: Boot): void {
  if (!b.bug('MMIO_STALE_DATA') || b.bug('MMIO_UNKNOWN')) return b.choose('mmio', 'MMIO_MITIGATION_OFF', 'mmio/select/not-affected');
  if (mitigationsOff(b)) return b.choose('mmio', 'MMIO_MITIGATION_OFF', 'mmio/select/mitigations-off');
  if (b.choice('mmio') === 'MMIO_MITIGATION_OFF') return;
  if (b.bug('MDS') || taaVulnerable(b)) b.force('CLEAR_CPU_BUF', 'mmio/select/verw-shared');
  b.share('mmio_stale_data_clear', !b.has('CLEAR_CPU_BUF'), 'mmio/select/guest-only');
  byMicrocode(b, 'select');
  nosmtVerw(b, 'mmio');
  clearAtIdle(b);
}

function select(b: Boot): void {
  if (!b.bug('MMIO_STALE_DATA')) return b.choose('mmio', 'MMIO_MITIGATION_OFF', 'mmio/select/not-affected');
  if (b.choice('mmio') === 'MMIO_MITIGATION_AUTO') {
    if (shouldMitigate(b, 'MMIO_STALE_DATA')) b.choose('mmio', 'MMIO_MITIGATION_VERW', 'mmio/select/auto');
    else b.choose('mmio', 'MMIO_MITIGATION_OFF', 'mmio/select/no-attack-vector');
  }
  if (b.choice('mmio') === 'MMIO_MITIGATION_OFF') return;
  if (b.bug('MDS') || taaVulnerable(b)) b.share('verw_clear_cpu_buf_mitigation_selected', true, 'mmio/select/verw-shared');
}

function update(b: Boot): void {
  if (!b.bug('MMIO_STALE_DATA')) return;
  if (verwSelected(b) || b.choice('mmio') === 'MMIO_MITIGATION_VERW') byMicrocode(b, 'update');
  else b.choose('mmio', b.choice('mmio'), 'mmio/update/verw-not-selected');
  b.print(`MMIO Stale Data: ${textOf(b, 'mmio_strings', b.choice('mmio'))}`);
}

function apply(b: Boot): void {
  if (b.choice('mmio') === 'MMIO_MITIGATION_OFF') return;
  if (verwSelected(b)) {
    b.force('CLEAR_CPU_BUF', 'mmio/apply/verw-shared');
    b.force('CLEAR_CPU_BUF_VM', 'mmio/apply/verw-shared');
  } else b.force('CLEAR_CPU_BUF_VM_MMIO', 'mmio/apply/guest-only');
  nosmtVerw(b, 'mmio');
  clearAtIdle(b);
}

const SMT_MESSAGE =
  'MMIO Stale Data CPU bug present and SMT on, data leak possible. See https://www.kernel.org/doc/html/latest/admin-guide/hw-vuln/processor_mmio_stale_data.html for more details.';

function smtUpdate(b: Boot): void {
  const choice = b.choice('mmio');
  if (choice === 'MMIO_MITIGATION_VERW' || choice === 'MMIO_MITIGATION_UCODE_NEEDED') warnOnceIfSmt(b, SMT_MESSAGE);
}

function show(b: Boot): string {
  if (b.bug('MMIO_UNKNOWN')) return 'Unknown: No mitigations';
  const choice = b.choice('mmio');
  const text = textOf(b, 'mmio_strings', choice);
  return choice === 'MMIO_MITIGATION_OFF' ? text : text + smtTail(b);
}

/** FB_CLEAR says that VERW clears the fill buffers; parts with MDS do so with MD_CLEAR already. */
function verwClears(standing: Standing): boolean {
  if (archCapNow(standing, 'FB_CLEAR')) return true;
  return siliconHas(standing, SILICON.MD_CLEAR) && siliconHas(standing, SILICON.FLUSH_L1D) && !archCapNow(standing, 'MDS_NO');
}

/** VERW everywhere if another bug wants it, else only before guests with MMIO of their own: both are patched in without the microcode, too. */
function protection(standing: Standing): Part[] {
  const { k } = standing;
  if (k.bug('MMIO_UNKNOWN')) return [{ part: 'verw', state: 'unknown', why: 'kernel-does-not-know' }];
  if (archCapNow(standing, 'FBSDP_NO') && archCapNow(standing, 'PSDP_NO') && archCapNow(standing, 'SBDR_SSDP_NO')) return [{ part: 'verw', ...IMMUNE }];
  const runs = k.runs('CLEAR_CPU_BUF') || k.shared('mmio_stale_data_clear') === true || k.runsInKvm('CLEAR_CPU_BUF_VM_MMIO');
  return [verwPart('verw', runs, verwClears(standing), askedOff(k, 'mmio_stale_data') || k.choice('mmio') === 'MMIO_MITIGATION_OFF')];
}

export const mmio = defineVulnerability({
  id: 'mmio',
  sysfs: 'mmio_stale_data',
  bug: 'MMIO_STALE_DATA',
  alsoBug: 'MMIO_UNKNOWN',
  title: 'Processor MMIO Stale Data',
  cves: ['CVE-2022-21123', 'CVE-2022-21125', 'CVE-2022-21166'],
  document: 'processor_mmio_stale_data',
  parameters: ['mmio_stale_data'],
  affected,
  initial,
  phased: { mmio_select_mitigation: select, mmio_update_mitigation: update, mmio_apply_mitigation: apply },
  smtUpdate,
  show,
  protection,
});
