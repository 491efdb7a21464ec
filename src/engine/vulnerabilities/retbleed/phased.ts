import type { Boot } from '../../boot/boot.ts';
import { textOf } from '../_define.ts';
import { shouldMitigate, smtMitigations } from '../_global.ts';
import { amdOrHygon, callDepthPossible } from '../spectre-v2/modes.ts';
import { amdDefault, engage, IBPB, intelFollowsSpectreV2, NONE, STUFF, UNRET } from './common.ts';

const AUTO = 'RETBLEED_MITIGATION_AUTO';

/** @returns why this build or CPU cannot have the mitigation, or null. */
function refused(b: Boot, mode: string): string | null {
  if (mode === UNRET && !b.config('CONFIG_MITIGATION_UNRET_ENTRY')) return 'kernel not compiled with MITIGATION_UNRET_ENTRY.';
  if (mode === IBPB && !b.has('IBPB')) return 'CPU does not support IBPB.';
  if (mode === IBPB && !b.config('CONFIG_MITIGATION_IBPB_ENTRY')) return 'kernel not compiled with MITIGATION_IBPB_ENTRY.';
  if (mode !== STUFF) return null;
  if (!b.config('CONFIG_MITIGATION_CALL_DEPTH_TRACKING')) return 'kernel not compiled with MITIGATION_CALL_DEPTH_TRACKING.';
  return b.cpu.vendor === 'INTEL' ? null : 'retbleed=stuff only supported for Intel CPUs.';
}

function automatic(b: Boot): string {
  if (amdOrHygon(b)) return amdDefault(b);
  // A placeholder on Intel: what it will be in the end hangs on spectre_v2.
  if (b.cpu.vendor !== 'INTEL') return AUTO;
  if (b.has('IBRS_ENHANCED')) return 'RETBLEED_MITIGATION_EIBRS';
  return b.has('IBRS') ? 'RETBLEED_MITIGATION_IBRS' : NONE;
}

/** retbleed_select_mitigation() of 7.2. */
export function select(b: Boot): void {
  if (!b.bug('RETBLEED')) return b.choose('retbleed', NONE, 'retbleed/select/not-affected');
  const why = refused(b, b.choice('retbleed'));
  if (why) {
    b.print(`RETBleed: WARNING: ${why}`);
    b.choose('retbleed', AUTO, 'retbleed/select/refused');
  }
  if (b.choice('retbleed') !== AUTO) return;
  if (!shouldMitigate(b, 'RETBLEED')) return b.choose('retbleed', NONE, 'retbleed/select/no-attack-vector');
  b.choose('retbleed', automatic(b), 'retbleed/select/auto');
}

/** retbleed_update_mitigation() of 7.2. */
export function update(b: Boot): void {
  if (!b.bug('RETBLEED')) return;
  if (b.choice('its') === 'ITS_MITIGATION_RETPOLINE_STUFF') b.choose('retbleed', STUFF, 'retbleed/update/its-stuff');
  if (b.choice('srso') === 'SRSO_MITIGATION_IBPB') b.choose('retbleed', IBPB, 'retbleed/update/srso-ibpb');
  if (b.choice('retbleed') === STUFF && !callDepthPossible(b, b.choice('spectre_v2'))) {
    b.print('RETBleed: WARNING: retbleed=stuff depends on retpoline');
    b.choose('retbleed', NONE, 'retbleed/update/stuff-needs-retpoline');
  }
  intelFollowsSpectreV2(b, 'retbleed/update', false);
  b.print(`RETBleed: ${textOf(b, 'retbleed_strings', b.choice('retbleed'))}`);
}

/** retbleed_apply_mitigation() of 7.2. */
export function apply(b: Boot): void {
  const mode = b.choice('retbleed');
  engage(b, mode, () => b.shared('retbleed_nosmt') === true || smtMitigations(b) === 'on');
}
