import type { Boot } from '../../boot/boot.ts';
import { listed } from '../../boot/cpu-match.ts';
import { smtActive } from '../../boot/smt.ts';
import { archCap } from '../_arch-cap.ts';
import { defineVulnerability, textOf } from '../_define.ts';
import { allOff, either, hereOnly, NOT_PATCHED_IN, type Part, type Standing } from '../_protection.ts';
import { MSR_IA32_SPEC_CTRL, SPEC_CTRL } from '../_spec-ctrl.ts';
import { amdOrHygon } from '../spectre-v2/modes.ts';
import { IBPB, NONE, parseWords, STUFF, UNRET } from './common.ts';
import * as phased from './phased.ts';
import { selectAtOnce } from './single.ts';

/*
 * RETBleed. AMD untrains returns in software and needs no microcode; Intel needs IBRS or eIBRS, which are chosen with Spectre v2 from what
 * boot_cpu_data says: IBRS that comes late changes nothing.
 */

function affected(b: Boot): void {
  b.begin();
  if (b.has('BTC_NO')) return;
  if (listed(b, 'blacklist', 'RETBLEED')) b.forceBug('RETBLEED', 'retbleed/affected/listed');
  else if (archCap(b, 'RSBA')) b.forceBug('RETBLEED', 'retbleed/affected/rsba');
}

function initial(b: Boot): void {
  b.begin();
  const on = b.config('CONFIG_MITIGATION_RETBLEED');
  if (b.trait('phased-mitigations')) {
    b.choose('retbleed', on ? 'RETBLEED_MITIGATION_AUTO' : NONE, 'retbleed/default');
    parseWords(b, (word) => b.choose('retbleed', `RETBLEED_MITIGATION_${word === 'OFF' ? 'NONE' : word}`, 'retbleed/parameter'));
  } else {
    b.choose('retbleed', NONE, 'retbleed/default');
    b.share('retbleed_cmd', on ? 'RETBLEED_CMD_AUTO' : 'RETBLEED_CMD_OFF', 'retbleed/default');
    parseWords(b, (word) => b.share('retbleed_cmd', `RETBLEED_CMD_${word}`, 'retbleed/parameter'));
  }
}

/** retbleed_show_state(). */
function show(b: Boot): string {
  const mode = b.choice('retbleed');
  const text = textOf(b, 'retbleed_strings', mode);
  if (mode !== UNRET && mode !== IBPB) return text;
  if (!amdOrHygon(b)) return 'Vulnerable: untrained return thunk / IBPB on non-AMD based uarch';
  if (!smtActive(b)) return `${text}; SMT disabled`;
  const strict = b.choice('spectre_v2_user_stibp').startsWith('SPECTRE_V2_USER_STRICT');
  return `${text}; SMT ${strict ? 'enabled with STIBP protection' : 'vulnerable'}`;
}

/** What each mode needs in the code; eIBRS is a bit of SPEC_CTRL instead. */
const CODE: Readonly<Record<string, readonly string[]>> = {
  // IBPB on entry takes the place of untraining where SRSO wants it; untraining that was patched in stays where IBPB is chosen later.
  [UNRET]: ['UNRET', 'ENTRY_IBPB'],
  [IBPB]: ['ENTRY_IBPB', 'UNRET'],
  [STUFF]: ['CALL_DEPTH'],
  RETBLEED_MITIGATION_IBRS: ['KERNEL_IBRS'],
};

function runsMode(k: Boot, mode: string): boolean {
  const features = CODE[mode];
  return features === undefined ? !hereOnly(k, MSR_IA32_SPEC_CTRL, SPEC_CTRL.IBRS) : features.some((feature) => k.runs(feature));
}

/** Untraining, stuffing or IBRS run as they were patched in at boot; IBRS that comes late is not used. */
function protection({ k }: Standing): Part[] {
  const mode = k.choice('retbleed');
  const chosen = mode !== NONE && (amdOrHygon(k) || (mode !== UNRET && mode !== IBPB));
  const works = chosen && runsMode(k, mode);
  const off = allOff(k, 'retbleed') || k.params('retbleed').some((value) => value?.split(',').includes('off'));
  const why = works ? 'returns-guarded' : chosen ? NOT_PATCHED_IN : off ? 'opted-out' : 'no-ibrs-at-boot';
  return [{ part: 'returns', state: either(works), why, optedOut: !works && off }];
}

export const retbleed = defineVulnerability({
  id: 'retbleed',
  sysfs: 'retbleed',
  bug: 'RETBLEED',
  title: 'RETBleed, arbitrary speculative code execution with return instructions',
  cves: ['CVE-2022-29900', 'CVE-2022-29901'],
  parameters: ['retbleed'],
  affected,
  initial,
  single: { retbleed_select_mitigation: selectAtOnce },
  phased: {
    retbleed_select_mitigation: phased.select,
    retbleed_update_mitigation: phased.update,
    retbleed_apply_mitigation: phased.apply,
  },
  show,
  protection,
  needsMicrocode: (b) => !amdOrHygon(b),
});
