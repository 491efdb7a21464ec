import type { Boot } from '../boot/boot.ts';
import { hybridType, listed } from '../boot/cpu-match.ts';
import { archCap } from './_arch-cap.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { chooseByWord } from './_early-param.ts';
import { mitigationsOff, shouldMitigate } from './_global.ts';
import { archCapNow, askedOff, IMMUNE, type Part, type Standing, verwPart } from './_protection.ts';
import { verwSelected } from './_verw.ts';

/*
 * Register File Data Sampling. RFDS_NO trumps; RFDS_CLEAR alone proves the bug on parts that no list names
 * (common.c vulnerable_to_rfds()). VERW is patched in only where RFDS_CLEAR was there at boot: a late gain is stranded.
 */

const CORE_OR_HYBRID_MODELS = new Set([0x97, 0xb7]);
const INTEL_CPU_TYPE_ATOM = 0x20;

/** Alder Lake S and Raptor Lake S come with and without Atom cores, and only those have the bug. */
function lacksAtomCores(b: Boot): boolean {
  if (!b.trait('rfds-needs-atom-cores') || !CORE_OR_HYBRID_MODELS.has(b.cpu.model)) return false;
  return hybridType(b, b.cpu) !== INTEL_CPU_TYPE_ATOM && !b.has('HYBRID_CPU');
}

function affected(b: Boot): void {
  b.begin();
  if (archCap(b, 'RFDS_NO')) return;
  if (archCap(b, 'RFDS_CLEAR')) b.forceBug('RFDS', 'rfds/affected/clear-enumerated');
  else if (listed(b, 'blacklist', 'RFDS') && !lacksAtomCores(b)) b.forceBug('RFDS', 'rfds/affected/listed');
}

function initial(b: Boot): void {
  b.begin();
  const on = b.config('CONFIG_MITIGATION_RFDS');
  const auto = b.trait('phased-mitigations') ? 'RFDS_MITIGATION_AUTO' : 'RFDS_MITIGATION_VERW';
  b.choose('rfds', on ? auto : 'RFDS_MITIGATION_OFF', 'rfds/default');
  b.begin();
  const words = { off: 'RFDS_MITIGATION_OFF', on: 'RFDS_MITIGATION_VERW' };
  chooseByWord(b, { id: 'rfds', option: 'reg_file_data_sampling', bug: 'RFDS', words, ask: 'value-first' });
}

/** 6.1, 6.12. Also run again by md_clear_update_mitigation(). */
export function selectRfdsAtOnce(b: Boot): void {
  if (!b.bug('RFDS')) return b.choose('rfds', 'RFDS_MITIGATION_OFF', 'rfds/select/not-affected');
  if (mitigationsOff(b)) return b.choose('rfds', 'RFDS_MITIGATION_OFF', 'rfds/select/mitigations-off');
  if (b.choice('rfds') === 'RFDS_MITIGATION_OFF') return;
  if (archCap(b, 'RFDS_CLEAR')) {
    b.choose('rfds', 'RFDS_MITIGATION_VERW', 'rfds/select/verw');
    b.force('CLEAR_CPU_BUF', 'rfds/select/verw');
  } else b.choose('rfds', 'RFDS_MITIGATION_UCODE_NEEDED', 'rfds/select/no-microcode');
}

function select(b: Boot): void {
  if (!b.bug('RFDS')) return b.choose('rfds', 'RFDS_MITIGATION_OFF', 'rfds/select/not-affected');
  if (b.choice('rfds') === 'RFDS_MITIGATION_AUTO') {
    if (shouldMitigate(b, 'RFDS')) b.choose('rfds', 'RFDS_MITIGATION_VERW', 'rfds/select/auto');
    else b.choose('rfds', 'RFDS_MITIGATION_OFF', 'rfds/select/no-attack-vector');
  }
  if (b.choice('rfds') === 'RFDS_MITIGATION_OFF') return;
  if (archCap(b, 'RFDS_CLEAR')) b.share('verw_clear_cpu_buf_mitigation_selected', true, 'rfds/select/verw');
}

function update(b: Boot): void {
  if (!b.bug('RFDS')) return;
  if (verwSelected(b) || b.choice('rfds') === 'RFDS_MITIGATION_VERW') {
    // VERW that others patched in does not clear the register file before the update teaches it to.
    if (archCap(b, 'RFDS_CLEAR')) b.choose('rfds', 'RFDS_MITIGATION_VERW', 'rfds/update/verw');
    else b.choose('rfds', 'RFDS_MITIGATION_UCODE_NEEDED', 'rfds/update/no-microcode');
  } else b.choose('rfds', b.choice('rfds'), 'rfds/update/verw-not-selected');
  b.print(`Register File Data Sampling: ${show(b)}`);
}

function apply(b: Boot): void {
  if (b.choice('rfds') !== 'RFDS_MITIGATION_VERW') return;
  b.force('CLEAR_CPU_BUF', 'rfds/apply/verw');
  b.force('CLEAR_CPU_BUF_VM', 'rfds/apply/verw');
}

function show(b: Boot): string {
  return textOf(b, 'rfds_strings', b.choice('rfds'));
}

/** VERW clears the register file only with RFDS_CLEAR; unless another bug wants it, it was patched in only where that stood at boot. */
function protection(standing: Standing): Part[] {
  const { k } = standing;
  if (archCapNow(standing, 'RFDS_NO')) return [{ part: 'verw', ...IMMUNE }];
  const clears = archCapNow(standing, 'RFDS_CLEAR');
  const off = askedOff(k, 'reg_file_data_sampling') || k.choice('rfds') === 'RFDS_MITIGATION_OFF';
  const exit = verwPart('verw', k.runs('CLEAR_CPU_BUF'), clears, off);
  return k.bug('MMIO_STALE_DATA') ? [exit, guestPart(k, exit, clears)] : [exit];
}

/** Tremont: the VERW that MMIO Stale Data has before guests with MMIO of their own clears this as well. */
function guestPart(k: Boot, exit: Part, clears: boolean): Part {
  const some = k.shared('mmio_stale_data_clear') === true || k.runsInKvm('CLEAR_CPU_BUF_VM_MMIO');
  return some && clears && exit.state === 'exposed' ? { part: 'guest', state: 'partly', why: 'verw-before-mmio-guests' } : { ...exit, part: 'guest' };
}

export const rfds = defineVulnerability({
  id: 'rfds',
  sysfs: 'reg_file_data_sampling',
  bug: 'RFDS',
  title: 'Register File Data Sampling',
  cves: ['CVE-2023-28746'],
  document: 'reg-file-data-sampling',
  parameters: ['reg_file_data_sampling'],
  affected,
  initial,
  single: { rfds_select_mitigation: selectRfdsAtOnce },
  phased: { rfds_select_mitigation: select, rfds_update_mitigation: update, rfds_apply_mitigation: apply },
  show,
  protection,
});
