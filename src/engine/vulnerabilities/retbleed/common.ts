import type { Boot } from '../../boot/boot.ts';
import { smtDisable } from '../../boot/smt.ts';
import { earlyValue } from '../_early-param.ts';
import { amdOrHygon } from '../spectre-v2/modes.ts';

export const UNRET = 'RETBLEED_MITIGATION_UNRET';
export const IBPB = 'RETBLEED_MITIGATION_IBPB';
export const STUFF = 'RETBLEED_MITIGATION_STUFF';
export const NONE = 'RETBLEED_MITIGATION_NONE';

const INTEL_MESSAGE = 'RETBleed: WARNING: Spectre v2 mitigation leaves CPU vulnerable to RETBleed attacks, data leaks possible!';

/**
 * retbleed_parse_cmdline(): words between commas.
 * @param chosen called with the upper-case word for each that chooses a mitigation
 */
export function parseWords(b: Boot, chosen: (word: string) => void): void {
  earlyValue(b, 'retbleed', (value) => {
    for (const word of value.split(',')) {
      if (['off', 'auto', 'unret', 'ibpb'].includes(word)) chosen(word.toUpperCase());
      else if (word === 'stuff' && b.trait('call-depth-tracking')) chosen('STUFF');
      else if (word === 'nosmt') b.share('retbleed_nosmt', true, 'retbleed/parameter/nosmt');
      else if (word === 'force' && b.trait('retbleed-force')) b.forceBug('RETBLEED', 'retbleed/parameter/force');
      else b.print(`RETBleed: Ignoring unknown retbleed option (${word}).`);
    }
  });
}

/** The mitigation that needs no word from the user on AMD and Hygon. */
export function amdDefault(b: Boot): string {
  if (b.config('CONFIG_MITIGATION_UNRET_ENTRY')) return UNRET;
  return b.config('CONFIG_MITIGATION_IBPB_ENTRY') && b.has('IBPB') ? IBPB : NONE;
}

/** Patches in what was chosen; afterwards siblings go where the user asked for that and STIBP cannot stand in. */
export function engage(b: Boot, mode: string, nosmt: () => boolean): void {
  if (mode === UNRET) {
    b.force('RETHUNK', 'retbleed/apply/unret');
    b.force('UNRET', 'retbleed/apply/unret');
    b.share('x86_return_thunk', 'retbleed_return_thunk', 'retbleed/apply/unret');
    if (!amdOrHygon(b)) b.print('RETBleed: WARNING: BTB untrained return thunk mitigation is only effective on AMD/Hygon!');
  } else if (mode === IBPB) engageEntryIbpb(b, 'retbleed/apply/ibpb');
  else if (mode === STUFF) {
    b.force('RETHUNK', 'retbleed/apply/stuff');
    b.force('CALL_DEPTH', 'retbleed/apply/stuff');
    b.share('x86_return_thunk', 'call_depth_return_thunk', 'retbleed/apply/stuff');
  }
  if ((mode === UNRET || mode === IBPB) && !b.has('STIBP') && nosmt()) smtDisable(b, false, 'retbleed/apply/nosmt');
}

/** IBPB on every entry flushes all predictions, the RSB included, so untraining and RSB filling go. */
export function engageEntryIbpb(b: Boot, rule: string): void {
  b.force('ENTRY_IBPB', rule);
  b.force('IBPB_ON_VMEXIT', rule);
  b.forceClear('UNRET', rule);
  b.forceClear('RETHUNK', rule);
  b.forceClear('RSB_VMEXIT', rule);
}

/** On Intel the mode of Spectre v2 decides, whatever `retbleed=` says; only stuffing stays. */
export function intelFollowsSpectreV2(b: Boot, rule: string, alwaysWarns: boolean): void {
  if (b.cpu.vendor !== 'INTEL') return;
  const mode = b.choice('spectre_v2');
  if (mode === 'SPECTRE_V2_IBRS') return b.choose('retbleed', 'RETBLEED_MITIGATION_IBRS', `${rule}/ibrs`);
  if (mode.startsWith('SPECTRE_V2_EIBRS')) return b.choose('retbleed', 'RETBLEED_MITIGATION_EIBRS', `${rule}/eibrs`);
  const now = b.choice('retbleed');
  if (now === STUFF) return;
  if (alwaysWarns || now !== NONE) b.print(INTEL_MESSAGE);
  if (b.trait('retbleed-keeps-amd-choice-on-intel')) return b.leaveChoice('retbleed', `${rule}/no-ibrs`);
  b.choose('retbleed', NONE, `${rule}/no-ibrs`);
}
