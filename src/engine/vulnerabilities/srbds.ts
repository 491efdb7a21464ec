import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { archCap } from './_arch-cap.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { earlyParam } from './_early-param.ts';
import { mitigationsOff, shouldMitigate } from './_global.ts';
import { mcuOptNow, setMcuOpt } from './_mcu-opt-ctrl.ts';
import { askedOff, either, type Part, SILICON, type Standing, siliconBehaves, siliconHas } from './_protection.ts';

/*
 * Special Register Buffer Data Sampling. The microcode mitigates by itself from the moment it is loaded; all the kernel can do
 * is switch that off, and it does so only with microcode that it saw at boot.
 */

function affected(b: Boot): void {
  b.begin();
  if (!b.has('RDRAND') && !b.has('RDSEED')) return;
  if (listed(b, 'blacklist', 'SRBDS') || listed(b, 'blacklist', 'MMIO_SBDS')) b.forceBug('SRBDS', 'srbds/affected/listed');
}

function initial(b: Boot): void {
  b.begin();
  const built = b.config('CONFIG_MITIGATION_SRBDS');
  const on = b.trait('phased-mitigations') ? 'SRBDS_MITIGATION_AUTO' : 'SRBDS_MITIGATION_FULL';
  b.choose('srbds', built ? on : 'SRBDS_MITIGATION_OFF', 'srbds/default');
  b.begin();
  earlyParam(b, 'srbds', (value) => {
    if (value === null) return false;
    // Any other word takes `off` back.
    if (b.bug('SRBDS')) b.share('srbds_off', value === 'off', 'srbds/parameter');
    return true;
  });
}

/** What microcode, TSX and hypervisor leave of the choice; the opt-out is looked at last. */
function byCircumstances(b: Boot, optedOut: () => boolean): void {
  if (archCap(b, 'MDS_NO') && !b.has('RTM') && !b.bug('MMIO_STALE_DATA')) b.choose('srbds', 'SRBDS_MITIGATION_TSX_OFF', 'srbds/select/tsx-off');
  else if (b.has('HYPERVISOR')) b.choose('srbds', 'SRBDS_MITIGATION_HYPERVISOR', 'srbds/select/hypervisor');
  else if (!b.has('SRBDS_CTRL')) b.choose('srbds', 'SRBDS_MITIGATION_UCODE_NEEDED', 'srbds/select/no-microcode');
  else if (optedOut()) b.choose('srbds', 'SRBDS_MITIGATION_OFF', 'srbds/select/off');
  else b.choose('srbds', b.choice('srbds'), 'srbds/select/microcode');
}

/** update_srbds_msr(). */
function writeMsr(b: Boot): void {
  b.begin();
  if (!b.bug('SRBDS') || b.has('HYPERVISOR')) return;
  const choice = b.choice('srbds');
  if (choice === 'SRBDS_MITIGATION_UCODE_NEEDED' || !b.has('SRBDS_CTRL')) return;
  setMcuOpt(b, 'RNGDS_MITG_DIS', choice !== 'SRBDS_MITIGATION_FULL');
}

function selectAtOnce(b: Boot): void {
  if (!b.bug('SRBDS')) return;
  byCircumstances(b, () => mitigationsOff(b) || b.shared('srbds_off') === true);
  writeMsr(b);
  b.print(`SRBDS: ${show(b)}`);
}

function select(b: Boot): void {
  if (!b.bug('SRBDS')) return b.choose('srbds', 'SRBDS_MITIGATION_OFF', 'srbds/select/not-affected');
  if (b.choice('srbds') === 'SRBDS_MITIGATION_AUTO') {
    if (!shouldMitigate(b, 'SRBDS')) return b.choose('srbds', 'SRBDS_MITIGATION_OFF', 'srbds/select/no-attack-vector');
    b.choose('srbds', 'SRBDS_MITIGATION_FULL', 'srbds/select/auto');
  }
  byCircumstances(b, () => b.shared('srbds_off') === true);
  b.print(`SRBDS: ${show(b)}`);
}

function show(b: Boot): string {
  return textOf(b, 'srbds_strings', b.choice('srbds'));
}

/** On by default wherever the microcode has it; the running kernel never wrote the bit that switches it off unless it knew of it at boot. */
function protection(standing: Standing): Part[] {
  const { k, now } = standing;
  const choice = k.choice('srbds');
  if (choice === 'SRBDS_MITIGATION_TSX_OFF') return [{ part: 'rng', state: 'protected', why: 'tsx-off' }];
  if (choice === 'SRBDS_MITIGATION_HYPERVISOR') return [{ part: 'rng', state: 'unknown', why: 'hypervisor-decides' }];
  const has = siliconHas(standing, SILICON.SRBDS_CTRL) || siliconBehaves(standing, 'srbds-mitigation-on');
  const works = has && !mcuOptNow(k, now, 'RNGDS_MITG_DIS');
  const off = choice === 'SRBDS_MITIGATION_OFF' || askedOff(k, 'srbds');
  return [
    {
      part: 'rng',
      state: either(works),
      why: works ? 'microcode-by-default' : has && off ? 'opted-out' : has ? 'switched-off-in-msr' : 'no-microcode',
      optedOut: !works && off,
    },
  ];
}

export const srbds = defineVulnerability({
  id: 'srbds',
  sysfs: 'srbds',
  bug: 'SRBDS',
  title: 'Special Register Buffer Data Sampling',
  cves: ['CVE-2020-0543'],
  document: 'special-register-buffer-data-sampling',
  parameters: ['srbds'],
  affected,
  initial,
  single: { srbds_select_mitigation: selectAtOnce },
  phased: { srbds_select_mitigation: select, srbds_apply_mitigation: writeMsr },
  show,
  protection,
});
