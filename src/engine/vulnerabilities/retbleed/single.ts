import type { Boot } from '../../boot/boot.ts';
import { textOf } from '../_define.ts';
import { mitigationsAutoNosmt, mitigationsOff } from '../_global.ts';
import { amdOrHygon } from '../spectre-v2/modes.ts';
import { amdDefault, engage, IBPB, intelFollowsSpectreV2, NONE, STUFF, UNRET } from './common.ts';

function notBuilt(b: Boot, option: string): null {
  b.print(`RETBleed: WARNING: kernel not compiled with ${option}.`);
  return null;
}

/** @returns what the command asks for, or null where the kernel falls back to its automatic choice. */
function commanded(b: Boot, command: string): string | null {
  const prefix = b.trait('config-mitigation-names') ? 'MITIGATION_' : 'CPU_';
  if (command === 'UNRET') return b.config('CONFIG_MITIGATION_UNRET_ENTRY') ? UNRET : notBuilt(b, `${prefix}UNRET_ENTRY`);
  if (command === 'IBPB') {
    if (b.has('IBPB')) return b.config('CONFIG_MITIGATION_IBPB_ENTRY') ? IBPB : notBuilt(b, `${prefix}IBPB_ENTRY`);
    b.print('RETBleed: WARNING: CPU does not support IBPB.');
    return null;
  }
  if (command !== 'STUFF') return null;
  if (!b.config('CONFIG_MITIGATION_CALL_DEPTH_TRACKING')) return notBuilt(b, 'MITIGATION_CALL_DEPTH_TRACKING');
  if (b.choice('spectre_v2') === 'SPECTRE_V2_RETPOLINE') return STUFF;
  b.print('RETBleed: WARNING: retbleed=stuff depends on spectre_v2=retpoline');
  return null;
}

/** retbleed_select_mitigation() of 6.1 and 6.12. */
export function selectAtOnce(b: Boot): void {
  if (!b.bug('RETBLEED') || mitigationsOff(b)) return;
  const command = (b.shared('retbleed_cmd') as string).slice('RETBLEED_CMD_'.length);
  if (command === 'OFF') return;
  const asked = commanded(b, command);
  const mode = asked ?? (amdOrHygon(b) ? amdDefault(b) : NONE);
  b.choose('retbleed', mode, asked ? 'retbleed/select/command' : 'retbleed/select/auto');
  engage(b, mode, () => b.shared('retbleed_nosmt') === true || mitigationsAutoNosmt(b));
  intelFollowsSpectreV2(b, 'retbleed/select', true);
  b.print(`RETBleed: ${textOf(b, 'retbleed_strings', b.choice('retbleed'))}`);
}
