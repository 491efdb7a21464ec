import type { Boot } from '../../boot/boot.ts';
import { textOf } from '../_define.ts';
import { asBuffered, wordIn } from '../_early-param.ts';
import { mitigationsOff } from '../_global.ts';
import { selectBhiAtOnce } from '../bhi.ts';
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

/** spectre_v2_parse_cmdline() of 6.1 and 6.12: read from the saved line when the selection runs. */
function parse(b: Boot): string {
  const fallback = b.config('CONFIG_MITIGATION_SPECTRE_V2') ? 'AUTO' : 'NONE';
  if (b.flag('nospectre_v2') || mitigationsOff(b)) return 'NONE';
  const word = b.param('spectre_v2');
  if (word === null) return fallback;
  const command = wordIn(SPECTRE_V2_OPTIONS, word);
  if (command === undefined) {
    b.print(`Spectre V2 : unknown option (${asBuffered(word)}). Switching to ${b.trait('spectre-v2-default-mode') ? 'default mode' : 'AUTO select'}`);
    return fallback;
  }
  const refused = commandRefused(b, command);
  if (refused) {
    b.print(`Spectre V2 : ${word} ${refused}. Switching to AUTO select`);
    return 'AUTO';
  }
  if (b.bug('SPECTRE_V2') !== (command === 'FORCE')) b.print(`Spectre V2 : ${word} selected on command line.`);
  return command;
}

function automatic(b: Boot): string {
  if (b.has('IBRS_ENHANCED')) return 'SPECTRE_V2_EIBRS';
  const retbleed = b.shared('retbleed_cmd');
  const ibrs =
    b.config('CONFIG_MITIGATION_IBRS_ENTRY') &&
    b.bug('RETBLEED') &&
    retbleed !== 'RETBLEED_CMD_OFF' &&
    retbleed !== 'RETBLEED_CMD_STUFF' &&
    b.has('IBRS') &&
    b.cpu.vendor === 'INTEL';
  return ibrs ? 'SPECTRE_V2_IBRS' : retpolineOrNone(b);
}

function modeOf(b: Boot, command: string): string {
  if (command === 'FORCE' || command === 'AUTO') return automatic(b);
  if (command === 'RETPOLINE') return retpolineOrNone(b);
  if (command === 'RETPOLINE_LFENCE') b.print(LFENCE_MESSAGE);
  return MODE_OF_COMMAND[command]!;
}

/**
 * spectre_v2_select_mitigation() of 6.1 and 6.12. Where it returns early, spectre_v2_cmd keeps its static value NONE, which
 * later switches the user mitigation off as well.
 */
export function selectAtOnce(b: Boot): void {
  const command = parse(b);
  if (!b.bug('SPECTRE_V2') && (command === 'NONE' || command === 'AUTO')) return;
  if (command === 'NONE') return;
  const mode = modeOf(b, command);
  engageMode(b, mode);
  if (b.bug('BHI')) selectBhiAtOnce(b);
  b.choose('spectre_v2', mode, `spectre_v2/select/${command === 'AUTO' || command === 'FORCE' ? 'auto' : 'command'}`);
  b.print(`Spectre V2 : ${textOf(b, 'spectre_v2_strings', mode)}`);
  fillRsb(b, mode);
  guardFirmware(b, mode, () => b.shared('retbleed_cmd') === 'RETBLEED_CMD_IBPB');
  flushForBpf(b);
  b.share('spectre_v2_cmd', command, 'spectre_v2/select/command-kept');
}
