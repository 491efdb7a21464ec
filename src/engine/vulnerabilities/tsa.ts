import type { Boot } from '../boot/boot.ts';
import { listed, matchValue } from '../boot/cpu-match.ts';
import { smtActive } from '../boot/smt.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { earlyParam, wordIn } from './_early-param.ts';
import { mitigationsOff, vectorMitigated } from './_global.ts';
import { askedOff, IMMUNE, type Part, SILICON, type Standing, siliconBehaves, siliconHas, verwPart } from './_protection.ts';

/*
 * Transient Scheduler Attacks, AMD's only use of VERW. The text without microcode differs from line to line and tells nothing of
 * what runs: on bare metal nothing is patched in on any of them, at most the idle path clears.
 */

function affected(b: Boot): void {
  b.begin();
  if (b.cpu.vendor !== 'AMD') return;
  if (b.has('TSA_SQ_NO') && b.has('TSA_L1_NO')) return;
  if (listed(b, 'blacklist', 'TSA')) b.forceBug('TSA', 'tsa/affected/listed');
  // A Zen guest may be moved to a host that has the bug.
  else if (b.has('HYPERVISOR') && b.has('ZEN')) b.forceBug('TSA', 'tsa/affected/zen-guest');
}

const WORDS: Readonly<Record<string, string>> = {
  off: 'TSA_MITIGATION_NONE',
  on: 'TSA_MITIGATION_FULL',
  user: 'TSA_MITIGATION_USER_KERNEL',
  vm: 'TSA_MITIGATION_VM',
};

function initial(b: Boot): void {
  b.begin();
  const on = b.trait('phased-mitigations') ? 'TSA_MITIGATION_AUTO' : 'TSA_MITIGATION_FULL';
  b.choose('tsa', b.config('CONFIG_MITIGATION_TSA') ? on : 'TSA_MITIGATION_NONE', 'tsa/default');
  b.begin();
  earlyParam(b, 'tsa', (value) => {
    if (value === null) return false;
    const choice = wordIn(WORDS, value);
    if (choice !== undefined) b.choose('tsa', choice, `tsa/parameter/${value}`);
    else b.print(`Transient Scheduler Attacks: Ignoring unknown tsa=${value} option.`);
    return true;
  });
}

const FEATURES: Readonly<Record<string, readonly string[]>> = {
  TSA_MITIGATION_USER_KERNEL: ['CLEAR_CPU_BUF'],
  TSA_MITIGATION_VM: ['CLEAR_CPU_BUF_VM'],
  TSA_MITIGATION_FULL: ['CLEAR_CPU_BUF', 'CLEAR_CPU_BUF_VM'],
};

function apply(b: Boot): void {
  for (const feature of FEATURES[b.choice('tsa')] ?? []) b.force(feature, 'tsa/apply/verw');
}

function byMicrocode(b: Boot): void {
  if (b.has('VERW_CLEAR')) b.choose('tsa', b.choice('tsa'), 'tsa/select/verw');
  else b.choose('tsa', 'TSA_MITIGATION_UCODE_NEEDED', 'tsa/select/no-microcode');
}

function selectAtOnce(b: Boot): void {
  if (b.choice('tsa') === 'TSA_MITIGATION_NONE') return;
  if (mitigationsOff(b)) return b.choose('tsa', 'TSA_MITIGATION_NONE', 'tsa/select/mitigations-off');
  if (!b.bug('TSA')) return b.choose('tsa', 'TSA_MITIGATION_NONE', 'tsa/select/not-affected');
  byMicrocode(b);
  apply(b);
  if (b.choice('tsa') === 'TSA_MITIGATION_UCODE_NEEDED' && b.has('HYPERVISOR')) forceInGuest(b);
  b.print(`Transient Scheduler Attacks: ${show(b)}`);
}

/** The host may have the update and hide it: a guest runs VERW on the off chance. */
function forceInGuest(b: Boot): void {
  b.print('Transient Scheduler Attacks: Forcing mitigation on in a VM');
  b.force('CLEAR_CPU_BUF', 'tsa/select/forced-in-guest');
  b.force('CLEAR_CPU_BUF_VM', 'tsa/select/forced-in-guest');
}

function byVectors(b: Boot): string {
  const user = vectorMitigated(b, 'user_kernel') || vectorMitigated(b, 'user_user');
  const guest = vectorMitigated(b, 'guest_host') || vectorMitigated(b, 'guest_guest');
  if (user && guest) return 'TSA_MITIGATION_FULL';
  if (user) return 'TSA_MITIGATION_USER_KERNEL';
  return guest ? 'TSA_MITIGATION_VM' : 'TSA_MITIGATION_NONE';
}

function select(b: Boot): void {
  if (!b.bug('TSA')) return b.choose('tsa', 'TSA_MITIGATION_NONE', 'tsa/select/not-affected');
  if (b.choice('tsa') === 'TSA_MITIGATION_AUTO') b.choose('tsa', byVectors(b), 'tsa/select/auto');
  if (b.choice('tsa') === 'TSA_MITIGATION_NONE') return;
  byMicrocode(b);
  b.print(`Transient Scheduler Attacks: ${show(b)}`);
}

/** TSA-SQ leaks between threads when one falls idle. */
function smtUpdate(b: Boot): void {
  const choice = b.choice('tsa');
  if (choice === 'TSA_MITIGATION_NONE') return;
  if (choice === 'TSA_MITIGATION_UCODE_NEEDED' && !b.trait('tsa-idle-without-microcode')) return;
  b.share('cpu_buf_idle_clear', smtActive(b), 'tsa/idle-clear');
}

function show(b: Boot): string {
  return textOf(b, 'tsa_strings', b.choice('tsa'));
}

/** VERW_CLEAR is enumerated on few parts; for the rest the kernel goes by the revision. */
function verwClears(standing: Standing): boolean {
  if (siliconHas(standing, SILICON.VERW_CLEAR) || siliconBehaves(standing, 'verw-clears-tsa-buffers')) return true;
  const { k, now } = standing;
  const fixed = matchValue(k, 'amd_tsa_microcode');
  k.trace.read('revision', now.revision, -1);
  return fixed !== null && now.revision >= fixed;
}

/** The line in sysfs speaks of VERW: without microcode the older lines' does, the newer one's does not. */
function saysVerw(k: Boot): boolean {
  return textOf(k, 'tsa_strings', k.choice('tsa')).includes('Clear CPU buffers');
}

/** Three places for one instruction. Texts of the older lines promise an attempt without microcode; on bare metal it is made at idle alone (recorded). */
function protection(standing: Standing): Part[] {
  const { k } = standing;
  if (siliconHas(standing, SILICON.TSA_SQ_NO) && siliconHas(standing, SILICON.TSA_L1_NO)) return [{ part: 'user', ...IMMUNE }];
  const clears = verwClears(standing);
  const off = askedOff(k, 'tsa') || k.choice('tsa') === 'TSA_MITIGATION_NONE';
  const words = k.params('tsa');
  const idle: Part = smtActive(k)
    ? verwPart('idle', k.shared('cpu_buf_idle_clear') === true, clears, off)
    : { part: 'idle', state: 'not-affected', why: 'smt-off' };
  const user = verwPart('user', k.runs('CLEAR_CPU_BUF'), clears, off || words.includes('vm'));
  const guest = verwPart('guest', k.runsInKvm('CLEAR_CPU_BUF_VM'), clears, off || words.includes('user'));
  return [user, guest, idle].map((part) => (part.why === 'verw-not-patched-in' && saysVerw(k) ? { ...part, onlyReported: true } : part));
}

export const tsa = defineVulnerability({
  id: 'tsa',
  sysfs: 'tsa',
  bug: 'TSA',
  title: 'Transient Scheduler Attacks',
  cves: ['CVE-2024-36350', 'CVE-2024-36357'],
  parameters: ['tsa'],
  affected,
  initial,
  single: { tsa_select_mitigation: selectAtOnce },
  phased: { tsa_select_mitigation: select, tsa_apply_mitigation: apply },
  smtUpdate,
  show,
  protection,
});
