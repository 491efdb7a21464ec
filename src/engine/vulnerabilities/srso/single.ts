import type { Boot } from '../../boot/boot.ts';
import { smtPossible } from '../../boot/smt.ts';
import { textOf } from '../_define.ts';
import { mitigationsOff } from '../_global.ts';
import { engageEntryIbpb } from '../retbleed/common.ts';
import {
  BP_SPEC_REDUCE,
  engageSafeRet,
  engageVmexitIbpb,
  IBPB,
  MICROCODE,
  ON_VMEXIT,
  preferSbpb,
  printNoMicrocode,
  printNotBuilt,
  printNotice,
  SAFE_RET,
  SAFE_RET_UCODE_NEEDED,
  UCODE_NEEDED,
} from './common.ts';

/*
 * srso_select_mitigation() of 6.1 and 6.12. The two differ in one trait: with `srso-ucode-choices` missing microcode is a choice of its own;
 * without, it is only a suffix of the text, and the kernel probes for the microcode inside the selection.
 */

/** cpu_has_ibpb_brtype_microcode() of 6.1: Zen 1 and 2 flush branch types with any IBPB; Zen 3 and 4 are asked by writing SBPB. */
function probeMicrocode(b: Boot): boolean {
  if (b.has('IBPB_BRTYPE')) return true;
  if (b.cpu.family === 0x17) return b.has('AMD_IBPB');
  if (b.cpu.family !== 0x19 || !b.msrAccepts(0x49, 1n << 7n)) return false;
  b.force('SBPB', 'srso/probe/sbpb-accepted');
  return true;
}

function hasMicrocode(b: Boot): boolean {
  if (b.trait('srso-ucode-choices')) return b.has('IBPB_BRTYPE');
  if (!probeMicrocode(b)) return false;
  b.force('IBPB_BRTYPE', 'srso/probe/ibpb-brtype');
  return true;
}

function selectSafeRet(b: Boot, microcode: boolean): boolean {
  if (b.has('SRSO_USER_KERNEL_NO')) return selectVmexit(b, microcode);
  if (!b.config('CONFIG_MITIGATION_SRSO')) {
    printNotBuilt(b, b.trait('config-mitigation-names') ? 'MITIGATION_SRSO' : 'CPU_SRSO');
    return false;
  }
  engageSafeRet(b, 'srso/select/safe-ret');
  const complete = microcode || !b.trait('srso-ucode-choices');
  b.choose('srso', complete ? SAFE_RET : SAFE_RET_UCODE_NEEDED, complete ? 'srso/select/safe-ret' : 'srso/select/safe-ret-no-microcode');
  return true;
}

function entryBuilt(b: Boot): boolean {
  if (b.config('CONFIG_MITIGATION_IBPB_ENTRY')) return true;
  printNotBuilt(b, b.trait('config-mitigation-names') ? 'MITIGATION_IBPB_ENTRY' : 'CPU_IBPB_ENTRY');
  return false;
}

function selectVmexit(b: Boot, microcode: boolean): boolean {
  if (b.has('SRSO_BP_SPEC_REDUCE')) {
    b.print('Speculative Return Stack Overflow: Reducing speculation to address VM/HV SRSO attack vector.');
    b.choose('srso', BP_SPEC_REDUCE, 'srso/select/bp-spec-reduce');
    return true;
  }
  if (!entryBuilt(b)) return false;
  if (microcode) {
    engageVmexitIbpb(b, 'srso/select/ibpb-vmexit');
    b.choose('srso', ON_VMEXIT, 'srso/select/ibpb-vmexit');
  }
  return true;
}

/** @returns false where the kernel says nothing more about SRSO. */
function command(b: Boot, word: string, microcode: boolean): boolean {
  if (word === 'SAFE_RET') return selectSafeRet(b, microcode);
  if (word === 'IBPB_ON_VMEXIT') return selectVmexit(b, microcode);
  if (word === 'MICROCODE') {
    if (!microcode) return true;
    b.choose('srso', MICROCODE, 'srso/select/microcode');
    printNotice(b);
  } else if (word === 'IBPB') {
    if (!entryBuilt(b)) return false;
    if (!microcode) return true;
    engageEntryIbpb(b, 'srso/select/ibpb');
    b.choose('srso', IBPB, 'srso/select/ibpb');
  }
  return true;
}

/** @returns whether srso_strings is to be printed. */
function decide(b: Boot, word: string): boolean {
  const ownChoice = b.trait('srso-ucode-choices');
  if (!b.bug('SRSO') || mitigationsOff(b) || (ownChoice && word === 'OFF')) {
    if (ownChoice) preferSbpb(b, 'srso/select/not-affected');
    return false;
  }
  const microcode = hasMicrocode(b);
  if (!microcode) {
    printNoMicrocode(b);
    if (ownChoice) b.choose('srso', UCODE_NEEDED, 'srso/select/no-microcode');
  } else if (b.cpu.family < 0x19 && !smtPossible(b)) {
    b.force('SRSO_NO', 'srso/select/smt-off');
    return false;
  }
  if (microcode && b.choice('retbleed') === 'RETBLEED_MITIGATION_IBPB') {
    if (!ownChoice) b.print('Speculative Return Stack Overflow: Retbleed IBPB mitigation enabled, using same for SRSO');
    b.choose('srso', IBPB, 'srso/select/retbleed-ibpb');
    return ownChoice;
  }
  return word === 'OFF' ? false : command(b, word, microcode);
}

/** The selection of both lines, keyed by their C name in the object of srso. */
export function selectAtOnce(b: Boot): void {
  const word = (b.shared('srso_cmd') as string).slice('SRSO_CMD_'.length);
  const speaks = decide(b, word);
  if (b.trait('srso-ucode-choices')) {
    // The bit also controls an MSR toggle in KVM, so it goes where it was not chosen.
    if (b.choice('srso') !== BP_SPEC_REDUCE) b.forceClear('SRSO_BP_SPEC_REDUCE', 'srso/select/no-bp-spec-reduce');
    if (b.choice('srso') !== 'SRSO_MITIGATION_NONE') b.print(`Speculative Return Stack Overflow: ${textOf(b, 'srso_strings', b.choice('srso'))}`);
    return;
  }
  if (speaks) b.print(`Speculative Return Stack Overflow: ${textOf(b, 'srso_strings', b.choice('srso'))}${b.has('IBPB_BRTYPE') ? '' : ', no microcode'}`);
  const smtOff = b.bug('SRSO') && b.has('SRSO_NO');
  if (!smtOff && (!b.bug('SRSO') || word === 'OFF')) preferSbpb(b, 'srso/select/sbpb');
}
