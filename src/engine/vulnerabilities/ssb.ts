import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { forEachEarlyOption } from '../boot/early-options.ts';
import { archCap } from './_arch-cap.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { asBuffered, wordIn } from './_early-param.ts';
import { mitigationsOff, shouldMitigate } from './_global.ts';
import { archCapNow, askedOff, bootPart, hereOnly, IMMUNE, NOT_PATCHED_IN, ONE_CPU_ONLY, type Part, type Standing, siliconHas } from './_protection.ts';
import { MSR_IA32_SPEC_CTRL, SPEC_CTRL, setSpecCtrl } from './_spec-ctrl.ts';

/*
 * Speculative Store Bypass. The kernel needs SSBD at boot: without it prctl answers no, and an update that brings SSBD later
 * changes nothing. Intel sets a bit of SPEC_CTRL, AMD before Zen 3 one of LS_CFG.
 */

const MSR_AMD64_LS_CFG = 0xc0011020;
const MSR_AMD64_VIRT_SPEC_CTRL = 0xc001011f;

function affected(b: Boot): void {
  b.begin();
  if (listed(b, 'whitelist', 'NO_SSB')) return;
  if (!archCap(b, 'SSB_NO') && !b.has('AMD_SSB_NO')) b.forceBug('SPEC_STORE_BYPASS', 'ssb/affected/not-excluded');
}

const WORDS: Readonly<Record<string, string>> = {
  auto: 'SPEC_STORE_BYPASS_AUTO',
  on: 'SPEC_STORE_BYPASS_DISABLE',
  off: 'SPEC_STORE_BYPASS_NONE',
  prctl: 'SPEC_STORE_BYPASS_PRCTL',
  seccomp: 'SPEC_STORE_BYPASS_SECCOMP',
};

function wordOf(b: Boot, value: string): string | undefined {
  const choice = wordIn(WORDS, value);
  return choice === 'SPEC_STORE_BYPASS_SECCOMP' && !b.config('CONFIG_SECCOMP') ? 'SPEC_STORE_BYPASS_PRCTL' : choice;
}

function builtIn(b: Boot): string {
  return b.config('CONFIG_MITIGATION_SSB') ? 'SPEC_STORE_BYPASS_AUTO' : 'SPEC_STORE_BYPASS_NONE';
}

/** Before the phases the options are read only when the mitigation is selected (ssb_parse_cmdline()). */
function initial(b: Boot): void {
  b.begin();
  if (!b.trait('phased-mitigations')) return b.choose('ssb', 'SPEC_STORE_BYPASS_NONE', 'ssb/default');
  b.choose('ssb', builtIn(b), 'ssb/default');
  b.begin();
  let never = false;
  forEachEarlyOption(b, ['nospec_store_bypass_disable', 'spec_store_bypass_disable'], ({ name, value }) => {
    if (name === 'spec_store_bypass_disable') {
      if (value === null) return false;
      // nospec_store_bypass_disable closes the matter for all that comes behind it.
      if (!never) parse(b, value);
      return true;
    }
    never = true;
    b.choose('ssb', 'SPEC_STORE_BYPASS_NONE', 'ssb/parameter/never');
    return true;
  });
}

function parse(b: Boot, value: string): void {
  const choice = wordOf(b, value);
  if (choice !== undefined) b.choose('ssb', choice, 'ssb/parameter');
  else b.print(`Speculative Store Bypass: Ignoring unknown spec_store_bypass_disable option (${value}).`);
}

/** ssb_parse_cmdline() of 6.1 and 6.12: what the user wants, as a mode; AUTO is prctl in the end. */
function wishAtOnce(b: Boot): string {
  if (b.flag('nospec_store_bypass_disable') || mitigationsOff(b)) return 'SPEC_STORE_BYPASS_NONE';
  const value = b.param('spec_store_bypass_disable');
  if (value === null) return builtIn(b);
  const choice = wordOf(b, value);
  if (choice !== undefined) return choice;
  const instead = b.trait('spectre-v2-default-mode') ? 'default mode' : 'AUTO select';
  b.print(`Speculative Store Bypass: unknown option (${asBuffered(value)}). Switching to ${instead}`);
  return builtIn(b);
}

function decideAtOnce(b: Boot): void {
  if (!b.has('SSBD')) return b.choose('ssb', 'SPEC_STORE_BYPASS_NONE', 'ssb/select/no-ssbd');
  const wish = wishAtOnce(b);
  const explicit = wish !== 'SPEC_STORE_BYPASS_NONE' && wish !== 'SPEC_STORE_BYPASS_AUTO';
  // A CPU without the bug is mitigated as well where the user says so in so many words.
  if (!b.bug('SPEC_STORE_BYPASS') && !explicit) return b.choose('ssb', 'SPEC_STORE_BYPASS_NONE', 'ssb/select/not-affected');
  b.choose('ssb', wish === 'SPEC_STORE_BYPASS_AUTO' ? 'SPEC_STORE_BYPASS_PRCTL' : wish, 'ssb/select/wish');
}

function selectAtOnce(b: Boot): void {
  decideAtOnce(b);
  apply(b);
  if (b.bug('SPEC_STORE_BYPASS')) b.print(`Speculative Store Bypass: ${show(b)}`);
}

function select(b: Boot): void {
  if (!b.bug('SPEC_STORE_BYPASS')) return b.choose('ssb', 'SPEC_STORE_BYPASS_NONE', 'ssb/select/not-affected');
  if (b.choice('ssb') === 'SPEC_STORE_BYPASS_AUTO') {
    if (shouldMitigate(b, 'SPEC_STORE_BYPASS')) b.choose('ssb', 'SPEC_STORE_BYPASS_PRCTL', 'ssb/select/auto');
    else b.choose('ssb', 'SPEC_STORE_BYPASS_NONE', 'ssb/select/no-attack-vector');
  }
  if (b.has('SSBD')) b.choose('ssb', b.choice('ssb'), 'ssb/select/ssbd');
  else b.choose('ssb', 'SPEC_STORE_BYPASS_NONE', 'ssb/select/no-ssbd');
  b.print(`Speculative Store Bypass: ${show(b)}`);
}

function big(b: Boot, name: string): bigint {
  return BigInt(b.shared(name) ?? 0);
}

/** x86_amd_ssb_disable(). */
function disableOnAmd(b: Boot): void {
  if (b.has('VIRT_SSBD')) b.writeMsr(MSR_AMD64_VIRT_SPEC_CTRL, SPEC_CTRL.SSBD);
  else if (b.has('LS_CFG_SSBD')) b.writeMsr(MSR_AMD64_LS_CFG, big(b, 'x86_amd_ls_cfg_base') | big(b, 'x86_amd_ls_cfg_ssbd_mask'));
}

/** Disabled for good: the bit stands in the base value of every task. */
function apply(b: Boot): void {
  if (b.choice('ssb') !== 'SPEC_STORE_BYPASS_DISABLE') return;
  b.force('SPEC_STORE_BYPASS_DISABLE', 'ssb/apply/disable');
  if (b.runs('SPEC_CTRL_SSBD') || b.runs('AMD_SSBD')) setSpecCtrl(b, SPEC_CTRL.SSBD, 'ssb/apply/disable');
  else disableOnAmd(b);
}

function show(b: Boot): string {
  return textOf(b, 'ssb_strings', b.choice('ssb'));
}

/** The context switch asks by patched code which MSR to write (process.c __speculation_ctrl_update()): none, where none was there at boot. */
function switchable(k: Boot): boolean {
  return ['SPEC_CTRL_SSBD', 'AMD_SSBD', 'LS_CFG_SSBD', 'VIRT_SSBD'].some((feature) => k.runs(feature));
}

/** SSBD is offered to tasks and guests only if the kernel saw it at boot: before, prctl refuses (recorded, with any option). */
function protection(standing: Standing): Part[] {
  const { k } = standing;
  if (archCapNow(standing, 'SSB_NO') || siliconHas(standing, 'cpuid:80000008.0.ebx[26]')) return [{ part: 'ssbd', ...IMMUNE }];
  const off = askedOff(k, 'spec_store_bypass_disable') || k.params('nospec_store_bypass_disable').length > 0;
  const mode = k.choice('ssb');
  if (mode !== 'SPEC_STORE_BYPASS_NONE' && !switchable(k)) return [{ part: 'ssbd', state: 'exposed', why: NOT_PATCHED_IN }];
  if (mode === 'SPEC_STORE_BYPASS_DISABLE' && hereOnly(k, MSR_IA32_SPEC_CTRL, SPEC_CTRL.SSBD)) return [{ part: 'ssbd', state: 'partly', why: ONE_CPU_ONLY }];
  return [bootPart('ssbd', mode !== 'SPEC_STORE_BYPASS_NONE', off, { on: 'ssbd-available', not: 'no-ssbd-at-boot' })];
}

export const ssb = defineVulnerability({
  id: 'ssb',
  sysfs: 'spec_store_bypass',
  bug: 'SPEC_STORE_BYPASS',
  title: 'Speculative Store Bypass',
  cves: ['CVE-2018-3639'],
  parameters: ['spec_store_bypass_disable', 'nospec_store_bypass_disable'],
  affected,
  initial,
  single: { ssb_select_mitigation: selectAtOnce },
  phased: { ssb_select_mitigation: select, ssb_apply_mitigation: apply },
  show,
  protection,
});
