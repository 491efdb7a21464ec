import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { forEachEarlyOption } from '../boot/early-options.ts';
import { archCap } from './_arch-cap.ts';
import { defineVulnerability } from './_define.ts';
import { wordIn } from './_early-param.ts';
import { mitigationsOff, vectorMitigated } from './_global.ts';
import { archCapNow, bootPart, IMMUNE, type Part, type Standing } from './_protection.ts';

/*
 * Meltdown. Page table isolation is decided while memory is set up, long before the other mitigations (mm/pti.c). Microcode
 * plays no part in it.
 */

/** The last clauses of cpu_set_bug_bits(): Meltdown, and with it L1TF, is ruled out only by the list or by RDCL_NO. */
export function meltdownPossible(b: Boot): boolean {
  return !listed(b, 'whitelist', 'NO_MELTDOWN') && !archCap(b, 'RDCL_NO');
}

function affected(b: Boot): void {
  b.begin();
  if (meltdownPossible(b)) b.forceBug('CPU_MELTDOWN', 'meltdown/affected/not-excluded');
}

const PTI_WORDS: Readonly<Record<string, string>> = { off: 'PTI_FORCE_OFF', on: 'PTI_FORCE_ON', auto: 'PTI_AUTO' };

/** `pti=` and `nopti`: the later one on the command line wins where both are early options; before, `pti=` goes first. */
function initial(b: Boot): void {
  b.begin();
  b.choose('pti_mode', 'PTI_AUTO', 'meltdown/default');
  b.begin();
  // A kernel built without isolation has not even the options.
  if (!b.config('CONFIG_MITIGATION_PAGE_TABLE_ISOLATION')) return;
  if (b.trait('pti-early-param')) lastOptionWins(b);
  else ptiGoesFirst(b);
}

function lastOptionWins(b: Boot): void {
  forEachEarlyOption(b, ['pti', 'nopti'], ({ name, value }) => {
    if (name === 'nopti') b.choose('pti_mode', 'PTI_FORCE_OFF', 'meltdown/parameter/nopti');
    const mode = name === 'nopti' || value === null ? undefined : wordIn(PTI_WORDS, value);
    if (mode !== undefined) b.choose('pti_mode', mode, 'meltdown/parameter/pti');
    return name === 'nopti' || mode !== undefined;
  });
}

function ptiGoesFirst(b: Boot): void {
  const value = b.param('pti');
  const mode = value === null ? undefined : wordIn(PTI_WORDS, value);
  if (mode !== undefined) b.choose('pti_mode', mode, 'meltdown/parameter/pti');
  else if (b.flag('nopti')) b.choose('pti_mode', 'PTI_FORCE_OFF', 'meltdown/parameter/nopti');
  // `pti=auto` also keeps the global switch from being asked.
  b.share('pti_given', mode !== undefined, 'meltdown/parameter/pti');
}

function switchedOff(b: Boot): boolean {
  const mode = b.choice('pti_mode');
  if (mode === 'PTI_FORCE_OFF') return true;
  if (b.trait('attack-vectors')) return mode === 'PTI_AUTO' && !vectorMitigated(b, 'user_kernel');
  if (b.trait('pti-early-param')) return mitigationsOff(b);
  return b.shared('pti_given') !== true && mitigationsOff(b);
}

const PREFIX = 'Kernel/User page tables isolation:';

/**
 * pti_check_boottime_disable() (mm/pti.c), which setup_arch() runs after the early options and before identify_boot_cpu():
 * forces PTI where it is wanted. Not one of the steps of cpu_select_mitigations().
 */
export function checkPti(b: Boot): void {
  b.begin();
  if (!b.config('CONFIG_MITIGATION_PAGE_TABLE_ISOLATION')) return;
  decidePti(b);
}

function decidePti(b: Boot): void {
  const bug = b.bug('CPU_MELTDOWN');
  if (switchedOff(b)) {
    if (bug) b.print(`${PREFIX} disabled on command line.`);
    return;
  }
  const forced = b.choice('pti_mode') === 'PTI_FORCE_ON';
  if (!forced && !bug) return;
  if (!bug) b.print(`${PREFIX} force enabled on command line.`);
  b.force('PTI', forced ? 'meltdown/pti/forced-on' : 'meltdown/pti/auto');
  if (b.trait('pti-excludes-fred')) dropIncompatible(b);
}

/** Neither FRED nor broadcast TLB invalidation can work with two sets of page tables (6.12: pti_init(), as it clones them). */
function dropIncompatible(b: Boot): void {
  for (const feature of ['INVLPGB', 'FRED']) if (b.enabled(feature)) b.forceClear(feature, 'meltdown/pti/incompatible');
}

/** cpu_show_common(); Xen's own answer is not modelled: a profile describes no Xen PV guest. */
function show(b: Boot): string {
  return b.has('PTI') ? 'Mitigation: PTI' : 'Vulnerable';
}

function protection(standing: Standing): Part[] {
  const { k } = standing;
  if (archCapNow(standing, 'RDCL_NO')) return [{ part: 'page-tables', ...IMMUNE }];
  return [bootPart('page-tables', k.has('PTI'), switchedOff(k), { on: 'page-tables-isolated', not: 'page-tables-shared' })];
}

export const meltdown = defineVulnerability({
  id: 'meltdown',
  sysfs: 'meltdown',
  bug: 'CPU_MELTDOWN',
  title: 'Meltdown (rogue data cache load)',
  cves: ['CVE-2017-5754'],
  parameters: ['pti', 'nopti'],
  affected,
  initial,
  show,
  protection,
  needsMicrocode: () => false,
});
