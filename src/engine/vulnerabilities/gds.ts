import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { archCap } from './_arch-cap.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { chooseByWord } from './_early-param.ts';
import { mitigationsOff, shouldMitigate } from './_global.ts';
import { MCU_OPT_CTRL, MSR_IA32_MCU_OPT_CTRL, mcuOptNow, setMcuOpt } from './_mcu-opt-ctrl.ts';
import { archCapNow, askedOff, either, IMMUNE, type Part, type Standing, siliconBehaves } from './_protection.ts';

/*
 * Gather Data Sampling. Microcode with GDS_CTRL mitigates by itself; the kernel can switch it off unless firmware has locked it.
 * Without that microcode only `force` helps, which gives up AVX until the next boot.
 */

function affected(b: Boot): void {
  b.begin();
  if (listed(b, 'blacklist', 'GDS') && !archCap(b, 'GDS_NO') && b.has('AVX')) b.forceBug('GDS', 'gds/affected/listed');
}

function builtIn(b: Boot): string {
  if (b.config('CONFIG_MITIGATION_GDS_FORCE')) return 'GDS_MITIGATION_FORCE';
  if (!b.config('CONFIG_MITIGATION_GDS')) return 'GDS_MITIGATION_OFF';
  return b.trait('phased-mitigations') ? 'GDS_MITIGATION_AUTO' : 'GDS_MITIGATION_FULL';
}

function initial(b: Boot): void {
  b.begin();
  b.choose('gds', builtIn(b), 'gds/default');
  b.begin();
  const words = { off: 'GDS_MITIGATION_OFF', force: 'GDS_MITIGATION_FORCE' };
  chooseByWord(b, { id: 'gds', option: 'gather_data_sampling', bug: 'GDS', words, ask: 'value-first' });
}

/** GDS_CTRL is there: `force` needs no force, and a lock overrules the wish for off. */
function withMicrocode(b: Boot): void {
  const wish = b.choice('gds') === 'GDS_MITIGATION_FORCE' ? 'GDS_MITIGATION_FULL' : b.choice('gds');
  if (!b.msrBit(MSR_IA32_MCU_OPT_CTRL, MCU_OPT_CTRL.GDS_MITG_LOCKED)) return b.choose('gds', wish, 'gds/select/microcode');
  if (wish === 'GDS_MITIGATION_OFF') b.print('GDS: Mitigation locked. Disable failed.');
  b.choose('gds', 'GDS_MITIGATION_FULL_LOCKED', 'gds/select/locked');
}

/** update_gds_msr(). */
function writeMsr(b: Boot): void {
  const choice = b.choice('gds');
  if (choice === 'GDS_MITIGATION_OFF') setMcuOpt(b, 'GDS_MITG_DIS', true);
  else if (choice === 'GDS_MITIGATION_FULL' || choice === 'GDS_MITIGATION_FULL_LOCKED') setMcuOpt(b, 'GDS_MITG_DIS', false);
}

function giveUpAvx(b: Boot, rule: string): void {
  b.forceClear('AVX', rule);
  b.print('GDS: Microcode update needed! Disabling AVX as mitigation.');
}

function selectAtOnce(b: Boot): void {
  if (!b.bug('GDS')) return;
  decideAtOnce(b);
  b.print(`GDS: ${show(b)}`);
}

function decideAtOnce(b: Boot): void {
  if (b.has('HYPERVISOR')) return b.choose('gds', 'GDS_MITIGATION_HYPERVISOR', 'gds/select/hypervisor');
  if (mitigationsOff(b)) b.choose('gds', 'GDS_MITIGATION_OFF', 'gds/select/mitigations-off');
  if (archCap(b, 'GDS_CTRL')) {
    withMicrocode(b);
    writeMsr(b);
  } else if (b.choice('gds') === 'GDS_MITIGATION_FORCE') giveUpAvx(b, 'gds/select/avx-off');
  else b.choose('gds', 'GDS_MITIGATION_UCODE_NEEDED', 'gds/select/no-microcode');
}

function select(b: Boot): void {
  if (!b.bug('GDS')) return;
  if (b.has('HYPERVISOR')) return b.choose('gds', 'GDS_MITIGATION_HYPERVISOR', 'gds/select/hypervisor');
  if (b.choice('gds') === 'GDS_MITIGATION_AUTO') {
    if (shouldMitigate(b, 'GDS')) b.choose('gds', 'GDS_MITIGATION_FULL', 'gds/select/auto');
    else b.choose('gds', 'GDS_MITIGATION_OFF', 'gds/select/no-attack-vector');
  }
  if (archCap(b, 'GDS_CTRL')) withMicrocode(b);
  else if (b.choice('gds') !== 'GDS_MITIGATION_FORCE') b.choose('gds', 'GDS_MITIGATION_UCODE_NEEDED', 'gds/select/no-microcode');
}

function apply(b: Boot): void {
  if (!b.bug('GDS')) return;
  if (archCap(b, 'GDS_CTRL')) writeMsr(b);
  else if (b.choice('gds') === 'GDS_MITIGATION_FORCE') giveUpAvx(b, 'gds/apply/avx-off');
  b.print(`GDS: ${show(b)}`);
}

/** gds_ucode_mitigated(): what KVM asks before it tells guests GDS_NO. */
export function gdsUcodeMitigated(b: Boot): boolean {
  const choice = b.choice('gds');
  return choice === 'GDS_MITIGATION_FULL' || choice === 'GDS_MITIGATION_FULL_LOCKED';
}

function show(b: Boot): string {
  return textOf(b, 'gds_strings', b.choice('gds'));
}

/** On by default wherever the microcode has it; `force` without microcode has taken AVX away instead, and that stays until a reboot. */
function protection(standing: Standing): Part[] {
  const { k, now } = standing;
  const choice = k.choice('gds');
  if (archCapNow(standing, 'GDS_NO')) return [{ part: 'gather', ...IMMUNE }];
  if (choice === 'GDS_MITIGATION_HYPERVISOR') return [{ part: 'gather', state: 'unknown', why: 'hypervisor-decides' }];
  const has = archCapNow(standing, 'GDS_CTRL') || siliconBehaves(standing, 'gds-mitigation-on');
  const works = has && !mcuOptNow(k, now, 'GDS_MITG_DIS');
  if (!works && !k.has('AVX')) return [{ part: 'gather', state: 'protected', why: 'avx-off' }];
  const off = choice === 'GDS_MITIGATION_OFF' || askedOff(k, 'gather_data_sampling');
  return [
    {
      part: 'gather',
      state: either(works),
      why: works ? 'microcode-by-default' : has && off ? 'opted-out' : has ? 'switched-off-in-msr' : 'no-microcode',
      optedOut: !works && off,
    },
  ];
}

export const gds = defineVulnerability({
  id: 'gds',
  sysfs: 'gather_data_sampling',
  bug: 'GDS',
  title: 'Gather Data Sampling',
  cves: ['CVE-2022-40982'],
  document: 'gather_data_sampling',
  parameters: ['gather_data_sampling'],
  affected,
  initial,
  single: { gds_select_mitigation: selectAtOnce },
  phased: { gds_select_mitigation: select, gds_apply_mitigation: apply },
  show,
  protection,
});
