import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { defineVulnerability } from './_define.ts';
import { earlyValue, wordIn } from './_early-param.ts';
import { vectorMitigated } from './_global.ts';
import { SPEC_CTRL, setSpecCtrl } from './_spec-ctrl.ts';
import { disableKernelRrsba } from './spectre-v2/common.ts';
import { retpolineSequence } from './spectre-v2/modes.ts';

/*
 * Branch History Injection. Hardware control needs BHI_CTRL at boot; the software loop needs nothing, so a late BHI_CTRL leaves the
 * machine as safe as before. It has no file and speaks at the end of the line of spectre_v2.
 */

function affected(b: Boot): void {
  b.begin();
  if (listed(b, 'whitelist', 'NO_BHI')) return;
  // Under a hypervisor eIBRS may be hidden, so the worst is assumed.
  if (b.has('IBRS_ENHANCED')) b.forceBug('BHI', 'bhi/affected/enhanced-ibrs');
  else if (b.has('HYPERVISOR')) b.forceBug('BHI', 'bhi/affected/hypervisor');
}

const WORDS: Readonly<Record<string, string>> = {
  off: 'BHI_MITIGATION_OFF',
  on: 'BHI_MITIGATION_ON',
  vmexit: 'BHI_MITIGATION_VMEXIT_ONLY',
};

function initial(b: Boot): void {
  b.begin();
  const on = b.trait('phased-mitigations') ? 'BHI_MITIGATION_AUTO' : 'BHI_MITIGATION_ON';
  b.choose('bhi', b.config('CONFIG_MITIGATION_SPECTRE_BHI') ? on : 'BHI_MITIGATION_OFF', 'bhi/default');
  earlyValue(b, 'spectre_bhi', (value) => {
    const choice = value === 'vmexit' && !b.trait('bhi-vmexit') ? undefined : wordIn(WORDS, value);
    if (choice) b.choose('bhi', choice, 'bhi/parameter');
    else b.print(`Spectre V2 : Ignoring unknown spectre_bhi option (${value})`);
  });
}

function engage(b: Boot): void {
  if (b.choice('bhi') === 'BHI_MITIGATION_OFF') return;
  if (retpolineSequence(b)) {
    disableKernelRrsba(b);
    if (b.shared('rrsba_disabled') === true) return;
  }
  if (b.has('BHI_CTRL')) {
    setSpecCtrl(b, SPEC_CTRL.BHI_DIS_S, 'bhi/apply/bhi-dis-s');
    return b.force('CLEAR_BHB_HW', 'bhi/apply/bhi-dis-s');
  }
  const onVmexit = b.featureBit('CLEAR_BHB_VMEXIT') >= 0 ? 'CLEAR_BHB_VMEXIT' : 'CLEAR_BHB_LOOP_ON_VMEXIT';
  if (b.choice('bhi') === 'BHI_MITIGATION_VMEXIT_ONLY') {
    b.print('Spectre V2 : Spectre BHI mitigation: SW BHB clearing on VM exit only');
    return b.force(onVmexit, 'bhi/apply/vmexit-only');
  }
  if (b.trait('bhi-vmexit')) b.print('Spectre V2 : Spectre BHI mitigation: SW BHB clearing on syscall and VM exit');
  else {
    b.print('Spectre V2 : Spectre BHI mitigation: SW BHB clearing on vm exit');
    b.print('Spectre V2 : Spectre BHI mitigation: SW BHB clearing on syscall');
  }
  b.force('CLEAR_BHB_LOOP', 'bhi/apply/loop');
  b.force(onVmexit, 'bhi/apply/loop');
}

/** bhi_select_mitigation() of 6.1 and 6.12: called from the selection of spectre_v2, before its mode is stored. */
export function selectBhiAtOnce(b: Boot): void {
  engage(b);
}

function select(b: Boot): void {
  if (!b.bug('BHI')) b.choose('bhi', 'BHI_MITIGATION_OFF', 'bhi/select/not-affected');
  if (b.choice('bhi') !== 'BHI_MITIGATION_AUTO') return;
  if (!vectorMitigated(b, 'guest_host')) return b.choose('bhi', 'BHI_MITIGATION_OFF', 'bhi/select/no-attack-vector');
  const on = vectorMitigated(b, 'user_kernel');
  b.choose('bhi', on ? 'BHI_MITIGATION_ON' : 'BHI_MITIGATION_VMEXIT_ONLY', 'bhi/select/auto');
}

function update(b: Boot): void {
  if (b.shared('spectre_v2_cmd') === 'NONE') b.choose('bhi', 'BHI_MITIGATION_OFF', 'bhi/update/spectre_v2-off');
}

/** spectre_bhi_state(): the last part of the line of spectre_v2. */
export function bhiState(b: Boot): string {
  if (b.bugBit('BHI') < 0) return '';
  if (!b.bug('BHI')) return '; BHI: Not affected';
  if (b.has('CLEAR_BHB_HW')) return '; BHI: BHI_DIS_S';
  if (b.has('CLEAR_BHB_LOOP')) return '; BHI: SW loop, KVM: SW loop';
  if (retpolineSequence(b) && b.shared('rrsba_disabled') === true) return '; BHI: Retpoline';
  if (b.has('CLEAR_BHB_VMEXIT') || b.has('CLEAR_BHB_LOOP_ON_VMEXIT')) return '; BHI: Vulnerable, KVM: SW loop';
  return '; BHI: Vulnerable';
}

export const bhi = defineVulnerability({
  id: 'bhi',
  sysfs: null,
  bug: 'BHI',
  title: 'Branch History Injection',
  cves: ['CVE-2022-0001', 'CVE-2022-0002'],
  document: 'spectre',
  parameters: ['spectre_bhi'],
  affected,
  initial,
  phased: { bhi_select_mitigation: select, bhi_update_mitigation: update, bhi_apply_mitigation: engage },
});
