import type { Boot } from '../../boot/boot.ts';
import { earlyValue, wordIn } from '../_early-param.ts';

export const NONE = 'SRSO_MITIGATION_NONE';
export const SAFE_RET = 'SRSO_MITIGATION_SAFE_RET';
export const SAFE_RET_UCODE_NEEDED = 'SRSO_MITIGATION_SAFE_RET_UCODE_NEEDED';
export const UCODE_NEEDED = 'SRSO_MITIGATION_UCODE_NEEDED';
export const MICROCODE = 'SRSO_MITIGATION_MICROCODE';
export const IBPB = 'SRSO_MITIGATION_IBPB';
export const ON_VMEXIT = 'SRSO_MITIGATION_IBPB_ON_VMEXIT';
export const BP_SPEC_REDUCE = 'SRSO_MITIGATION_BP_SPEC_REDUCE';

/** The words of `spec_rstack_overflow=`, to the end of both enums' constants (SRSO_CMD_, and SRSO_MITIGATION_ on 7.2). */
export const WORDS: Readonly<Record<string, string>> = {
  off: 'OFF',
  microcode: 'MICROCODE',
  'safe-ret': 'SAFE_RET',
  ibpb: 'IBPB',
  'ibpb-vmexit': 'IBPB_ON_VMEXIT',
};

/** Calls `chosen` for every known word of the option and prints what the kernel prints of the others. */
export function parseWords(b: Boot, chosen: (word: string) => void): void {
  earlyValue(b, 'spec_rstack_overflow', (value) => {
    const word = wordIn(WORDS, value);
    if (word) chosen(word);
    else b.print(`Speculative Return Stack Overflow: Ignoring unknown SRSO option (${value}).`);
  });
}

/** The two lines of a kernel that misses the microcode. */
export function printNoMicrocode(b: Boot): void {
  b.print('Speculative Return Stack Overflow: IBPB-extending microcode not applied!');
  printNotice(b);
}

/** SRSO_NOTICE. */
export function printNotice(b: Boot): void {
  b.print('Speculative Return Stack Overflow: WARNING: See https://kernel.org/doc/html/latest/admin-guide/hw-vuln/srso.html for mitigation options.');
}

/** A line about a part of the kernel that was not built. */
export function printNotBuilt(b: Boot, option: string): void {
  b.print(`Speculative Return Stack Overflow: WARNING: kernel not compiled with ${option}.`);
}

/** Safe RET: every return goes through the thunk of this family. It needs no microcode to run. */
export function engageSafeRet(b: Boot, rule: string): void {
  b.force('RETHUNK', rule);
  b.force('UNRET', rule);
  const alias = b.cpu.family === 0x19;
  b.force(alias ? 'SRSO_ALIAS' : 'SRSO', rule);
  b.share('x86_return_thunk', alias ? 'srso_alias_return_thunk' : 'srso_return_thunk', rule);
}

/** IBPB after each VM exit, which empties the RSB as well. */
export function engageVmexitIbpb(b: Boot, rule: string): void {
  b.force('IBPB_ON_VMEXIT', rule);
  b.forceClear('RSB_VMEXIT', rule);
}

/** x86_pred_cmd: the lighter SBPB will do where SRSO needs no flush of branch types. */
export function preferSbpb(b: Boot, rule: string): void {
  if (b.has('SBPB')) b.share('x86_pred_cmd', 'PRED_CMD_SBPB', rule);
}
