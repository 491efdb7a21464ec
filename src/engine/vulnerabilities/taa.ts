import type { Boot } from '../boot/boot.ts';
import { smtActive } from '../boot/smt.ts';
import { archCap } from './_arch-cap.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { mitigationsOff, shouldMitigate } from './_global.ts';
import { archCapNow, askedOff, either, IMMUNE, type Part, SILICON, type Standing, siliconHas, verwPart } from './_protection.ts';
import { forceVerw, initialVerw, nosmtVerw, smtTail, verwSelected, warnOnceIfSmt } from './_verw.ts';

/*
 * TSX Asynchronous Abort. Two means in one line: TSX switched off (decided before, in tsx.c) or VERW, which runs even where
 * no microcode is known to give it a meaning: an update that comes late works at once. TSX_CTRL that comes late does not.
 */

/** Kernel memory: TSX_CTRL on other CPUs, or what KVM puts back there, is not what the boot CPU was told. Absent in every released kernel. */
export const TSX_CTRL_ELSEWHERE = 'msr_not_everywhere:122';

/** Kernel memory: KVM writes its old copy over the TSX_CTRL that the kernel has decided on since. Absent in every released kernel. */
export const TSX_CTRL_RESTORED = 'restored_by_kvm:122';

/** taa_vulnerable() of 7.2: the bug counts only while transactions can run. */
export function taaVulnerable(b: Boot): boolean {
  return b.bug('TAA') && b.has('RTM');
}

function affected(b: Boot): void {
  b.begin();
  if (archCap(b, 'TAA_NO')) return;
  if (b.has('RTM')) b.forceBug('TAA', 'taa/affected/tsx');
  // TSX_CTRL alone proves it too: a kernel before this one (kexec) may have hidden RTM.
  else if (archCap(b, 'TSX_CTRL_MSR')) b.forceBug('TAA', 'taa/affected/tsx-ctrl');
}

function initial(b: Boot): void {
  initialVerw(b, {
    id: 'taa',
    option: 'tsx_async_abort',
    bug: 'TAA',
    config: 'CONFIG_MITIGATION_TAA',
    on: 'TAA_MITIGATION_VERW',
    off: 'TAA_MITIGATION_OFF',
    auto: 'TAA_MITIGATION_AUTO',
  });
}

/** VERW clears nothing without MD_CLEAR, nor on MDS_NO parts before the update that also brings TSX_CTRL. */
function byMicrocode(b: Boot, where: string): void {
  const lacksTsxCtrl = archCap(b, 'MDS_NO') && !archCap(b, 'TSX_CTRL_MSR');
  if (!b.has('MD_CLEAR')) b.choose('taa', 'TAA_MITIGATION_UCODE_NEEDED', `taa/${where}/no-md-clear`);
  else if (lacksTsxCtrl) b.choose('taa', 'TAA_MITIGATION_UCODE_NEEDED', `taa/${where}/no-tsx-ctrl`);
  else b.choose('taa', 'TAA_MITIGATION_VERW', `taa/${where}/verw`);
}

/** 6.1, 6.12. Also run again by md_clear_update_mitigation(). */
export function selectTaaAtOnce(b: Boot): void {
  if (!b.bug('TAA')) return b.choose('taa', 'TAA_MITIGATION_OFF', 'taa/select/not-affected');
  if (!b.has('RTM')) return b.choose('taa', 'TAA_MITIGATION_TSX_DISABLED', 'taa/select/tsx-disabled');
  if (mitigationsOff(b)) return b.choose('taa', 'TAA_MITIGATION_OFF', 'taa/select/mitigations-off');
  // Off counts only together with mds=off: the two share one VERW.
  if (b.choice('taa') === 'TAA_MITIGATION_OFF' && b.choice('mds') === 'MDS_MITIGATION_OFF') return;
  byMicrocode(b, 'select');
  forceVerw(b, 'taa/select/verw-anyway');
  nosmtVerw(b, 'taa');
}

function select(b: Boot): void {
  if (!b.bug('TAA')) return b.choose('taa', 'TAA_MITIGATION_OFF', 'taa/select/not-affected');
  if (!b.has('RTM')) return b.choose('taa', 'TAA_MITIGATION_TSX_DISABLED', 'taa/select/tsx-disabled');
  if (b.choice('taa') === 'TAA_MITIGATION_AUTO') {
    if (shouldMitigate(b, 'TAA')) b.choose('taa', 'TAA_MITIGATION_VERW', 'taa/select/auto');
    else b.choose('taa', 'TAA_MITIGATION_OFF', 'taa/select/no-attack-vector');
  }
  if (b.choice('taa') !== 'TAA_MITIGATION_OFF') b.share('verw_clear_cpu_buf_mitigation_selected', true, 'taa/select/verw');
}

function update(b: Boot): void {
  if (!taaVulnerable(b)) return;
  if (verwSelected(b)) byMicrocode(b, 'update');
  else b.choose('taa', b.choice('taa'), 'taa/update/verw-not-selected');
  b.print(`TAA: ${textOf(b, 'taa_strings', b.choice('taa'))}`);
}

/** Guests cannot know whether their host has the update, so VERW runs with and without it. */
function apply(b: Boot): void {
  const choice = b.choice('taa');
  if (choice !== 'TAA_MITIGATION_VERW' && choice !== 'TAA_MITIGATION_UCODE_NEEDED') return;
  forceVerw(b, 'taa/apply/verw-anyway');
  nosmtVerw(b, 'taa');
}

const SMT_MESSAGE =
  'TAA CPU bug present and SMT on, data leak possible. See https://www.kernel.org/doc/html/latest/admin-guide/hw-vuln/tsx_async_abort.html for more details.';

function smtUpdate(b: Boot): void {
  const choice = b.choice('taa');
  if (choice === 'TAA_MITIGATION_VERW' || choice === 'TAA_MITIGATION_UCODE_NEEDED') warnOnceIfSmt(b, SMT_MESSAGE);
}

function show(b: Boot): string {
  const choice = b.choice('taa');
  const text = textOf(b, 'taa_strings', choice);
  return choice === 'TAA_MITIGATION_TSX_DISABLED' || choice === 'TAA_MITIGATION_OFF' ? text : text + smtTail(b);
}

/** On parts with MDS_NO the microcode that gives VERW its meaning for TAA is the one that brings TSX_CTRL. */
function verwClears(standing: Standing): boolean {
  return siliconHas(standing, SILICON.MD_CLEAR) && (!archCapNow(standing, 'MDS_NO') || archCapNow(standing, 'TSX_CTRL_MSR'));
}

/** While TSX stays on, a sibling can still sample what VERW does not reach; only switching TSX off closes that. */
function controlPart({ k }: Standing, tsxOff: boolean): Part {
  if (!tsxOff && !smtActive(k)) return { part: 'tsx-control', state: 'not-affected', why: 'smt-off' };
  const asked = k.param('tsx') === 'on' || k.choice('taa') === 'TAA_MITIGATION_OFF';
  const undone = k.shared(TSX_CTRL_RESTORED) === true;
  const why = tsxOff ? 'tsx-off' : undone ? 'kvm-restores-tsx-ctrl' : asked ? 'opted-out' : 'tsx-stays-on';
  return { part: 'tsx-control', state: either(tsxOff), why, optedOut: !tsxOff && asked, undone };
}

function protection(standing: Standing): Part[] {
  const { k } = standing;
  if (archCapNow(standing, 'TAA_NO')) return [{ part: 'verw', ...IMMUNE }];
  if (siliconHas(standing, SILICON.RTM_ALWAYS_ABORT))
    return [
      { part: 'verw', state: 'protected', why: 'rtm-always-aborts', confidence: 'medium' },
      { part: 'tsx-control', state: 'protected', why: 'rtm-always-aborts', confidence: 'medium' },
    ];
  const tsxOff = !k.has('RTM') && k.shared(TSX_CTRL_ELSEWHERE) !== true;
  const verw: Part = tsxOff
    ? { part: 'verw', state: 'not-affected', why: 'tsx-off' }
    : verwPart('verw', k.runs('CLEAR_CPU_BUF'), verwClears(standing), askedOff(k, 'tsx_async_abort') || k.choice('taa') === 'TAA_MITIGATION_OFF');
  return [verw, controlPart(standing, tsxOff)];
}

export const taa = defineVulnerability({
  id: 'taa',
  sysfs: 'tsx_async_abort',
  bug: 'TAA',
  title: 'TSX Asynchronous Abort',
  cves: ['CVE-2019-11135'],
  document: 'tsx_async_abort',
  parameters: ['tsx_async_abort', 'tsx'],
  affected,
  initial,
  phased: { taa_select_mitigation: select, taa_update_mitigation: update, taa_apply_mitigation: apply },
  smtUpdate,
  show,
  protection,
});
