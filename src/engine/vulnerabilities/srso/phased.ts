import type { Boot } from '../../boot/boot.ts';
import { smtPossible } from '../../boot/smt.ts';
import { textOf } from '../_define.ts';
import { vectorMitigated } from '../_global.ts';
import {
  BP_SPEC_REDUCE,
  engageSafeRet,
  engageVmexitIbpb,
  IBPB,
  MICROCODE,
  NONE,
  ON_VMEXIT,
  preferSbpb,
  printNoMicrocode,
  printNotBuilt,
  SAFE_RET,
  SAFE_RET_UCODE_NEEDED,
  UCODE_NEEDED,
} from './common.ts';

const NOSMT = 'SRSO_MITIGATION_NOSMT';

/** What the attack vectors ask for: the microcode alone serves user/user and guest/guest. */
function automatic(b: Boot): string {
  if (vectorMitigated(b, 'guest_host') || (vectorMitigated(b, 'user_kernel') && !b.has('SRSO_USER_KERNEL_NO'))) return SAFE_RET;
  return vectorMitigated(b, 'user_user') || vectorMitigated(b, 'guest_guest') ? MICROCODE : NONE;
}

function entryBuilt(b: Boot): void {
  if (b.config('CONFIG_MITIGATION_IBPB_ENTRY')) return;
  printNotBuilt(b, 'MITIGATION_IBPB_ENTRY');
  b.choose('srso', NONE, 'srso/select/not-built');
}

function onVmexit(b: Boot): void {
  if (!b.has('SRSO_BP_SPEC_REDUCE')) return entryBuilt(b);
  b.print('Speculative Return Stack Overflow: Reducing speculation to address VM/HV SRSO attack vector.');
  b.choose('srso', BP_SPEC_REDUCE, 'srso/select/bp-spec-reduce');
}

function settle(b: Boot): void {
  const mode = b.choice('srso');
  if (mode === SAFE_RET || mode === SAFE_RET_UCODE_NEEDED) {
    if (b.has('SRSO_USER_KERNEL_NO')) {
      b.choose('srso', ON_VMEXIT, 'srso/select/user-kernel-no');
      onVmexit(b);
    } else if (!b.config('CONFIG_MITIGATION_SRSO')) {
      printNotBuilt(b, 'MITIGATION_SRSO');
      b.choose('srso', NONE, 'srso/select/not-built');
    }
  } else if (mode === ON_VMEXIT) onVmexit(b);
  else if (mode === IBPB) entryBuilt(b);
}

/** srso_select_mitigation() of 7.2. */
export function select(b: Boot): void {
  if (!b.bug('SRSO')) return b.choose('srso', NONE, 'srso/select/not-affected');
  if (b.choice('srso') === 'SRSO_MITIGATION_AUTO') {
    const mode = automatic(b);
    b.choose('srso', mode, 'srso/select/auto');
    if (mode === NONE) return;
  }
  if (b.cpu.family < 0x19 && !smtPossible(b)) return b.choose('srso', NOSMT, 'srso/select/smt-off');
  if (!b.has('IBPB_BRTYPE')) {
    printNoMicrocode(b);
    const safeRet = b.choice('srso') === SAFE_RET;
    b.choose('srso', safeRet ? SAFE_RET_UCODE_NEEDED : UCODE_NEEDED, safeRet ? 'srso/select/safe-ret-no-microcode' : 'srso/select/no-microcode');
  }
  settle(b);
}

/** srso_update_mitigation() of 7.2. */
export function update(b: Boot): void {
  if (!b.bug('SRSO')) return;
  if (b.choice('retbleed') === 'RETBLEED_MITIGATION_IBPB' && b.has('IBPB_BRTYPE')) b.choose('srso', IBPB, 'srso/update/retbleed-ibpb');
  b.print(`Speculative Return Stack Overflow: ${textOf(b, 'srso_strings', b.choice('srso'))}`);
}

/** srso_apply_mitigation() of 7.2. */
export function apply(b: Boot): void {
  const mode = b.choice('srso');
  // The bit also controls an MSR toggle in KVM, so it goes where it was not chosen.
  if (mode !== BP_SPEC_REDUCE) b.forceClear('SRSO_BP_SPEC_REDUCE', 'srso/apply/no-bp-spec-reduce');
  if (mode === NONE) preferSbpb(b, 'srso/apply/sbpb');
  else if (mode === SAFE_RET || mode === SAFE_RET_UCODE_NEEDED) engageSafeRet(b, 'srso/apply/safe-ret');
  else if (mode === IBPB) {
    b.force('ENTRY_IBPB', 'srso/apply/ibpb');
    b.forceClear('UNRET', 'srso/apply/ibpb');
    b.forceClear('RETHUNK', 'srso/apply/ibpb');
  }
  if (mode === IBPB || mode === ON_VMEXIT) engageVmexitIbpb(b, 'srso/apply/ibpb-vmexit');
}
