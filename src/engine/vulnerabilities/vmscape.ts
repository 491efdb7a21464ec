import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { smtActive } from '../boot/smt.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { earlyValue } from './_early-param.ts';
import { mitigationsOff, shouldMitigate } from './_global.ts';
import { allOff, either, ibpbPatchedIn, NOT_PATCHED_IN, type Part, type Standing } from './_protection.ts';
import { inEibrsMode } from './spectre-v2/modes.ts';

/*
 * VMSCAPE: a guest steers branches of its own user-space hypervisor. IBPB before the exit to user space closes it, so a kernel that saw no IBPB
 * at boot stays open. A nested hypervisor leaves the work to the one below.
 */

const NONE = 'VMSCAPE_MITIGATION_NONE';
const AUTO = 'VMSCAPE_MITIGATION_AUTO';
const EXIT_TO_USER = 'VMSCAPE_MITIGATION_IBPB_EXIT_TO_USER';
const ON_VMEXIT = 'VMSCAPE_MITIGATION_IBPB_ON_VMEXIT';

function affected(b: Boot): void {
  b.begin();
  if (listed(b, 'blacklist', 'VMSCAPE') && !b.has('HYPERVISOR')) b.forceBug('VMSCAPE', 'vmscape/affected/listed');
}

function initial(b: Boot): void {
  b.begin();
  b.choose('vmscape', b.config('CONFIG_MITIGATION_VMSCAPE') ? AUTO : NONE, 'vmscape/default');
  earlyValue(b, 'vmscape', (value) => {
    if (value === 'off') b.choose('vmscape', NONE, 'vmscape/parameter/off');
    else if (value === 'ibpb') b.choose('vmscape', EXIT_TO_USER, 'vmscape/parameter/ibpb');
    else if (value === 'force') {
      b.forceBug('VMSCAPE', 'vmscape/parameter/force');
      b.choose('vmscape', AUTO, 'vmscape/parameter/force');
    } else b.print(`VMSCAPE: Ignoring unknown vmscape=${value} option.`);
  });
}

/** Another mitigation flushes at every VM exit already. */
function flushedOnVmexit(b: Boot): boolean {
  return b.choice('retbleed') === 'RETBLEED_MITIGATION_IBPB' || b.choice('srso') === 'SRSO_MITIGATION_IBPB_ON_VMEXIT';
}

function selectAtOnce(b: Boot): void {
  if (mitigationsOff(b)) return b.choose('vmscape', NONE, 'vmscape/select/mitigations-off');
  if (!b.bug('VMSCAPE') || !b.has('IBPB')) {
    b.choose('vmscape', NONE, 'vmscape/select/no-bug-or-no-ibpb');
    return b.leaveFeature('IBPB_EXIT_TO_USER', 'vmscape/select/no-bug-or-no-ibpb');
  }
  if (b.choice('vmscape') === AUTO) b.choose('vmscape', EXIT_TO_USER, 'vmscape/select/auto');
  if (flushedOnVmexit(b)) b.choose('vmscape', ON_VMEXIT, 'vmscape/select/flushed-on-vmexit');
  apply(b);
  b.print(`VMSCAPE: ${show(b)}`);
}

function select(b: Boot): void {
  if (!b.bug('VMSCAPE') || !b.has('IBPB')) return b.choose('vmscape', NONE, 'vmscape/select/no-bug-or-no-ibpb');
  if (b.choice('vmscape') === AUTO) b.choose('vmscape', shouldMitigate(b, 'VMSCAPE') ? EXIT_TO_USER : NONE, 'vmscape/select/auto');
}

function update(b: Boot): void {
  if (!b.bug('VMSCAPE')) return;
  if (flushedOnVmexit(b)) b.choose('vmscape', ON_VMEXIT, 'vmscape/update/flushed-on-vmexit');
  b.print(`VMSCAPE: ${show(b)}`);
}

function apply(b: Boot): void {
  if (b.choice('vmscape') === EXIT_TO_USER) b.force('IBPB_EXIT_TO_USER', 'vmscape/apply/ibpb-exit-to-user');
  else b.leaveFeature('IBPB_EXIT_TO_USER', 'vmscape/apply/another-mode');
}

function smtUpdate(b: Boot): void {
  const mode = b.choice('vmscape');
  if (mode !== EXIT_TO_USER && mode !== ON_VMEXIT) return;
  if (!smtActive(b) || b.choice('spectre_v2_user_stibp').startsWith('SPECTRE_V2_USER_STRICT')) return;
  if (inEibrsMode(b.choice('spectre_v2')) && !b.has('AUTOIBRS')) return;
  b.printOnce(
    'VMSCAPE: SMT on, STIBP is required for full protection. See https://www.kernel.org/doc/html/latest/admin-guide/hw-vuln/vmscape.html for more details.',
  );
}

function show(b: Boot): string {
  return textOf(b, 'vmscape_strings', b.choice('vmscape'));
}

function protection({ k }: Standing): Part[] {
  const mode = k.choice('vmscape');
  const flushed = mode !== NONE && (mode === ON_VMEXIT ? k.runsInKvm('IBPB_ON_VMEXIT') : k.runs('IBPB_EXIT_TO_USER') && ibpbPatchedIn(k));
  const off = allOff(k, 'vmscape') || k.params('vmscape').includes('off');
  const why = flushed ? 'ibpb-before-user-space' : mode !== NONE ? NOT_PATCHED_IN : off ? 'opted-out' : 'no-ibpb-at-boot';
  return [{ part: 'guest-exit', state: either(flushed), why, optedOut: !flushed && off }];
}

export const vmscape = defineVulnerability({
  id: 'vmscape',
  sysfs: 'vmscape',
  bug: 'VMSCAPE',
  title: 'VMSCAPE, branch predictor isolation between guest and user-space hypervisor',
  cves: ['CVE-2025-40300'],
  document: 'vmscape',
  parameters: ['vmscape'],
  affected,
  initial,
  single: { vmscape_select_mitigation: selectAtOnce },
  phased: { vmscape_select_mitigation: select, vmscape_update_mitigation: update, vmscape_apply_mitigation: apply },
  smtUpdate,
  show,
  protection,
  needsMicrocode: (b) => !b.has('IBPB'),
});
