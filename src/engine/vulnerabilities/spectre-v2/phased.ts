import type { Boot } from '../../boot/boot.ts';
import { forEachEarlyOption } from '../../boot/early-options.ts';
import { textOf } from '../_define.ts';
import { wordIn } from '../_early-param.ts';
import { shouldMitigate } from '../_global.ts';
import {
  commandRefused,
  engageMode,
  fillRsb,
  flushForBpf,
  guardFirmware,
  LFENCE_MESSAGE,
  MODE_OF_COMMAND,
  retpolineOrNone,
  SPECTRE_V2_OPTIONS,
} from './common.ts';
import { inEibrsMode } from './modes.ts';

/** The two early_param() handlers of 7.2, in the order in which the options stand: nothing undoes `nospectre_v2`. */
export function parseOptions(b: Boot): void {
  let off = false;
  forEachEarlyOption(b, ['nospectre_v2', 'spectre_v2'], ({ name, value }) => {
    if (name === 'nospectre_v2') {
      off = true;
      b.share('spectre_v2_cmd', 'NONE', 'spectre_v2/parameter/nospectre_v2');
    } else if (value === null) return false;
    else if (!off) parseWord(b, value);
    return true;
  });
}

function parseWord(b: Boot, word: string): void {
  const command = wordIn(SPECTRE_V2_OPTIONS, word);
  if (command === undefined) return b.print(`Spectre V2 : Ignoring unknown spectre_v2 option (${word}).`);
  b.share('spectre_v2_cmd', command, 'spectre_v2/parameter/word');
  if (command !== 'FORCE') return;
  b.forceBug('SPECTRE_V2', 'spectre_v2/parameter/on');
  b.forceBug('SPECTRE_V2_USER', 'spectre_v2/parameter/on');
}

/** What this shape calls the thing that is missing, whatever the word of the command line was. */
function missing(command: string, why: string): string {
  if (command === 'IBRS') return 'IBRS';
  if (why.includes('LFENCE')) return 'LFENCE';
  return why.includes('IBRS') ? 'EIBRS' : 'RETPOLINE';
}

/** spectre_v2_select_mitigation() of 7.2. */
export function select(b: Boot): void {
  const asked = b.shared('spectre_v2_cmd') as string;
  const refused = commandRefused(b, asked);
  if (refused) {
    b.print(`Spectre V2 : ${missing(asked, refused)} ${refused}. Switching to AUTO select`);
    b.share('spectre_v2_cmd', 'AUTO', 'spectre_v2/select/refused');
  }
  if (!b.bug('SPECTRE_V2')) return b.share('spectre_v2_cmd', 'NONE', 'spectre_v2/select/not-affected');
  const command = b.shared('spectre_v2_cmd') as string;
  if (command === 'NONE') return;
  if (command === 'AUTO' && !shouldMitigate(b, 'SPECTRE_V2')) return;
  if (command === 'AUTO' || command === 'FORCE')
    return b.choose('spectre_v2', b.has('IBRS_ENHANCED') ? 'SPECTRE_V2_EIBRS' : retpolineOrNone(b), 'spectre_v2/select/auto');
  if (command === 'RETPOLINE_LFENCE') b.print(LFENCE_MESSAGE);
  b.choose('spectre_v2', command === 'RETPOLINE' ? retpolineOrNone(b) : MODE_OF_COMMAND[command]!, 'spectre_v2/select/command');
}

/** spectre_v2_update_mitigation() of 7.2: kernel IBRS where retbleed on Intel needs it. */
export function update(b: Boot): void {
  const retbleed = b.choice('retbleed');
  if (
    b.shared('spectre_v2_cmd') === 'AUTO' &&
    !inEibrsMode(b.choice('spectre_v2')) &&
    b.config('CONFIG_MITIGATION_IBRS_ENTRY') &&
    b.bug('RETBLEED') &&
    retbleed !== 'RETBLEED_MITIGATION_NONE' &&
    retbleed !== 'RETBLEED_MITIGATION_STUFF' &&
    b.has('IBRS') &&
    b.cpu.vendor === 'INTEL'
  )
    b.choose('spectre_v2', 'SPECTRE_V2_IBRS', 'spectre_v2/update/ibrs-for-retbleed');
  if (b.bug('SPECTRE_V2')) b.print(`Spectre V2 : ${textOf(b, 'spectre_v2_strings', b.choice('spectre_v2'))}`);
}

/** spectre_v2_apply_mitigation() of 7.2. */
export function apply(b: Boot): void {
  const mode = b.choice('spectre_v2');
  if (mode === 'SPECTRE_V2_NONE') return;
  engageMode(b, mode);
  fillRsb(b, mode);
  guardFirmware(b, mode, () => b.choice('retbleed') === 'RETBLEED_MITIGATION_IBPB');
  flushForBpf(b);
}
