import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { smtActive } from '../boot/smt.ts';
import { archCap } from './_arch-cap.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { mitigationsOff, shouldMitigate } from './_global.ts';
import { selectMdClear } from './_md-clear.ts';
import { archCapNow, askedOff, IMMUNE, type Part, SILICON, type Standing, siliconHas, verwPart } from './_protection.ts';
import { forceVerw, initialVerw, nosmtVerw, smtTail, verwSelected, warnOnceIfSmt } from './_verw.ts';
import { FBSDP_NO_AT_BOOT } from './mmio.ts';

/*
 * Microarchitectural Data Sampling. VERW runs with and without MD_CLEAR (VMWERV: a guest cannot know what its host has), so
 * an update that comes late protects at once and only the text stays behind.
 */

function affected(b: Boot): void {
  b.begin();
  if (listed(b, 'whitelist', 'NO_MDS') || archCap(b, 'MDS_NO')) return;
  b.forceBug('MDS', 'mds/affected/not-excluded');
  if (listed(b, 'whitelist', 'MSBDS_ONLY')) b.forceBug('MSBDS_ONLY', 'mds/affected/msbds-only');
}

function initial(b: Boot): void {
  initialVerw(b, {
    id: 'mds',
    option: 'mds',
    bug: 'MDS',
    config: 'CONFIG_MITIGATION_MDS',
    on: 'MDS_MITIGATION_FULL',
    off: 'MDS_MITIGATION_OFF',
    auto: 'MDS_MITIGATION_AUTO',
  });
}

function byMicrocode(b: Boot, where: string): void {
  if (b.has('MD_CLEAR')) b.choose('mds', 'MDS_MITIGATION_FULL', `mds/${where}/verw`);
  else b.choose('mds', 'MDS_MITIGATION_VMWERV', `mds/${where}/no-microcode`);
}

/** Threads of parts with MSBDS alone leak only when one falls idle, which VERW at idle closes: no reason to stop them. */
function nosmtUnlessMsbdsOnly(b: Boot): void {
  if (!b.bug('MSBDS_ONLY')) nosmtVerw(b, 'mds');
}

function selectAtOnce(b: Boot): void {
  if (!b.bug('MDS')) return b.choose('mds', 'MDS_MITIGATION_OFF', 'mds/select/not-affected');
  if (mitigationsOff(b)) return b.choose('mds', 'MDS_MITIGATION_OFF', 'mds/select/mitigations-off');
  if (b.choice('mds') !== 'MDS_MITIGATION_FULL') return;
  byMicrocode(b, 'select');
  forceVerw(b, 'mds/select/verw-anyway');
  nosmtUnlessMsbdsOnly(b);
}

function select(b: Boot): void {
  if (!b.bug('MDS')) return b.choose('mds', 'MDS_MITIGATION_OFF', 'mds/select/not-affected');
  if (b.choice('mds') === 'MDS_MITIGATION_AUTO') {
    if (shouldMitigate(b, 'MDS')) b.choose('mds', 'MDS_MITIGATION_FULL', 'mds/select/auto');
    else b.choose('mds', 'MDS_MITIGATION_OFF', 'mds/select/no-attack-vector');
  }
  if (b.choice('mds') !== 'MDS_MITIGATION_OFF') b.share('verw_clear_cpu_buf_mitigation_selected', true, 'mds/select/verw');
}

function update(b: Boot): void {
  if (!b.bug('MDS')) return;
  // TAA, MMIO or RFDS may have asked for VERW: then MDS has it too, `mds=off` or not.
  if (verwSelected(b)) byMicrocode(b, 'update');
  else b.choose('mds', b.choice('mds'), 'mds/update/verw-not-selected');
  b.print(`MDS: ${textOf(b, 'mds_strings', b.choice('mds'))}`);
}

function apply(b: Boot): void {
  const choice = b.choice('mds');
  if (choice !== 'MDS_MITIGATION_FULL' && choice !== 'MDS_MITIGATION_VMWERV') return;
  forceVerw(b, 'mds/apply/verw-anyway');
  nosmtUnlessMsbdsOnly(b);
}

const SMT_MESSAGE =
  'MDS CPU bug present and SMT on, data leak possible. See https://www.kernel.org/doc/html/latest/admin-guide/hw-vuln/mds.html for more details.';

/** update_mds_branch_idle(): with SMT off the key goes, unless MMIO Stale Data keeps it for itself. */
function smtUpdate(b: Boot): void {
  if (b.choice('mds') === 'MDS_MITIGATION_OFF') return;
  if (!b.bug('MSBDS_ONLY')) return warnOnceIfSmt(b, SMT_MESSAGE);
  if (smtActive(b)) b.share('cpu_buf_idle_clear', true, 'mds/idle-clear/smt-on');
  else if (b.choice('mmio') === 'MMIO_MITIGATION_OFF' || b.shared(FBSDP_NO_AT_BOOT) === true) b.share('cpu_buf_idle_clear', false, 'mds/idle-clear/smt-off');
}

function show(b: Boot): string {
  const text = textOf(b, 'mds_strings', b.choice('mds'));
  if (b.has('HYPERVISOR') || !b.bug('MSBDS_ONLY')) return text + smtTail(b);
  if (b.choice('mds') === 'MDS_MITIGATION_OFF') return `${text}; SMT vulnerable`;
  return `${text}; SMT ${smtActive(b) ? 'mitigated' : 'disabled'}`;
}

/** VERW runs in the no-microcode mode as well, so MD_CLEAR protects the moment it appears (recorded: VERW on every exit in both modes). */
function protection(standing: Standing): Part[] {
  const { k } = standing;
  if (archCapNow(standing, 'MDS_NO')) return [{ part: 'verw', ...IMMUNE }];
  return [verwPart('verw', k.runs('CLEAR_CPU_BUF'), siliconHas(standing, SILICON.MD_CLEAR), askedOff(k, 'mds') || k.choice('mds') === 'MDS_MITIGATION_OFF')];
}

export const mds = defineVulnerability({
  id: 'mds',
  sysfs: 'mds',
  bug: 'MDS',
  title: 'Microarchitectural Data Sampling',
  cves: ['CVE-2018-12126', 'CVE-2018-12127', 'CVE-2018-12130', 'CVE-2019-11091'],
  document: 'mds',
  parameters: ['mds'],
  affected,
  initial,
  single: { md_clear_select_mitigation: (b) => selectMdClear(b, selectAtOnce) },
  phased: { mds_select_mitigation: select, mds_update_mitigation: update, mds_apply_mitigation: apply },
  smtUpdate,
  show,
  protection,
});
