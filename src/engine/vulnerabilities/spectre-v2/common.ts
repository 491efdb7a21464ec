import type { Boot } from '../../boot/boot.ts';
import { archCap } from '../_arch-cap.ts';
import { SPEC_CTRL, setSpecCtrl } from '../_spec-ctrl.ts';
import { amdOrHygon, inIbrsMode, retpolineSequence, unprivilegedEbpf } from './modes.ts';

/*
 * What both shapes of Spectre v2 do once the mode stands: the MSR, the patched branches, RSB filling and firmware calls
 * (bugs.c spectre_v2_select_mitigation() of 6.1 and 6.12, spectre_v2_apply_mitigation() of 7.2).
 */

/** spec_ctrl_disable_kernel_rrsba(): returns are not predicted from anything but the RSB. */
export function disableKernelRrsba(b: Boot): void {
  if (b.shared('rrsba_disabled') === true) return;
  if (!archCap(b, 'RRSBA')) return b.share('rrsba_disabled', true, 'spectre_v2/rrsba/not-there');
  if (!b.has('RRSBA_CTRL')) return;
  setSpecCtrl(b, SPEC_CTRL.RRSBA_DIS_S, 'spectre_v2/rrsba/control');
  b.share('rrsba_disabled', true, 'spectre_v2/rrsba/control');
}

/** IBRS in SPEC_CTRL or EFER, and the branches that are patched. */
export function engageMode(b: Boot, mode: string): void {
  if (mode === 'SPECTRE_V2_EIBRS' && unprivilegedEbpf(b))
    b.print('Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible via Spectre v2 BHB attacks!');
  if (inIbrsMode(mode)) {
    if (b.has('AUTOIBRS')) b.share('efer_autoibrs', true, 'spectre_v2/apply/autoibrs');
    else setSpecCtrl(b, SPEC_CTRL.IBRS, 'spectre_v2/apply/ibrs');
  }
  if (mode === 'SPECTRE_V2_IBRS') {
    b.force('KERNEL_IBRS', 'spectre_v2/apply/kernel-ibrs');
    if (b.has('IBRS_ENHANCED')) b.print('Spectre V2 : WARNING: IBRS mitigation selected on Enhanced IBRS CPU, this may cause unnecessary performance loss');
  }
  if (mode === 'SPECTRE_V2_LFENCE' || mode === 'SPECTRE_V2_EIBRS_LFENCE') b.force('RETPOLINE_LFENCE', 'spectre_v2/apply/lfence');
  if (mode.endsWith('LFENCE') || mode.endsWith('RETPOLINE')) b.force('RETPOLINE', 'spectre_v2/apply/retpoline');
  if (mode === 'SPECTRE_V2_EIBRS_LFENCE' || mode.endsWith('RETPOLINE')) disableKernelRrsba(b);
}

/** Before spectre_v2_select_rsb_mitigation(): the switch of context fills in every mode, and retpolines fill on VM exit with eIBRS too. */
function fillRsbAlways(b: Boot, mode: string): void {
  b.print('Spectre V2 : Spectre v2 / SpectreRSB mitigation: Filling RSB on context switch');
  b.force('RSB_CTXSW', 'spectre_v2/rsb/fill-always');
  if (mode === 'SPECTRE_V2_NONE') return;
  if (mode !== 'SPECTRE_V2_EIBRS' && mode !== 'SPECTRE_V2_EIBRS_LFENCE') {
    b.print('Spectre V2 : Spectre v2 / SpectreRSB : Filling RSB on VMEXIT');
    return b.force('RSB_VMEXIT', 'spectre_v2/rsb/fill-always');
  }
  if (!b.bug('EIBRS_PBRSB')) return;
  b.print('Spectre V2 : Spectre v2 / PBRSB-eIBRS: Retire a single CALL on VMEXIT');
  b.force('RSB_VMEXIT_LITE', 'spectre_v2/rsb/pbrsb');
}

/** spectre_v2_select_rsb_mitigation(). */
export function fillRsb(b: Boot, mode: string): void {
  if (b.trait('rsb-filled-with-eibrs')) return fillRsbAlways(b, mode);
  if (mode === 'SPECTRE_V2_NONE') return;
  if (mode.startsWith('SPECTRE_V2_EIBRS')) {
    if (!b.bug('EIBRS_PBRSB')) return;
    b.print('Spectre V2 : Spectre v2 / PBRSB-eIBRS: Retire a single CALL on VMEXIT');
    return b.force('RSB_VMEXIT_LITE', 'spectre_v2/rsb/pbrsb');
  }
  b.print('Spectre V2 : Spectre v2 / SpectreRSB: Filling RSB on context switch and VMEXIT');
  b.force('RSB_CTXSW', 'spectre_v2/rsb/fill');
  b.force('RSB_VMEXIT', 'spectre_v2/rsb/fill');
}

/**
 * Firmware is not built with retpolines: IBPB before its calls where AMD's retbleed is about, IBRS around them where no IBRS mode is on.
 * @param entryIbpb retbleed will flush on every entry anyway, so no flush for firmware is needed
 */
export function guardFirmware(b: Boot, mode: string, entryIbpb: () => boolean): void {
  if (b.bug('RETBLEED') && b.has('IBPB') && amdOrHygon(b)) {
    if (entryIbpb()) return;
    b.force('USE_IBPB_FW', 'spectre_v2/firmware/ibpb');
    b.print('Spectre V2 : Enabling Speculation Barrier for firmware calls');
  } else if (b.has('IBRS') && !inIbrsMode(mode)) {
    b.force('USE_IBRS_FW', 'spectre_v2/firmware/ibrs');
    b.print('Spectre V2 : Enabling Restricted Speculation for firmware calls');
  }
}

/** cpu_wants_ibpb_bpf(): a genuine retpoline makes the flush before BPF programs superfluous. */
export function flushForBpf(b: Boot): void {
  if (!b.trait('bpf-ibpb') || !b.config('CONFIG_BPF_JIT') || retpolineSequence(b) || !b.has('IBPB')) return;
  b.share('bpf_pred_flush_enabled', true, 'spectre_v2/bpf/ibpb');
  b.print('Spectre V2 : Enabling IBPB for BPF');
}

/** spectre_v2_select_retpoline(). */
export function retpolineOrNone(b: Boot): string {
  if (b.config('CONFIG_MITIGATION_RETPOLINE')) return 'SPECTRE_V2_RETPOLINE';
  b.print('Spectre V2 : Kernel not compiled with retpoline; no mitigation available!');
  return 'SPECTRE_V2_NONE';
}

const NEEDS_RETPOLINE = ['RETPOLINE', 'RETPOLINE_LFENCE', 'RETPOLINE_GENERIC', 'EIBRS_LFENCE', 'EIBRS_RETPOLINE'];
const NEEDS_EIBRS = ['EIBRS', 'EIBRS_LFENCE', 'EIBRS_RETPOLINE'];
const NEEDS_LFENCE = ['RETPOLINE_LFENCE', 'EIBRS_LFENCE'];

/**
 * Why this CPU or build cannot have what `spectre_v2=` asks for; the kernel then goes on as with `auto`.
 * @param command the constant behind SPECTRE_V2_CMD_
 * @returns the end of the kernel's message, or null
 */
export function commandRefused(b: Boot, command: string): string | null {
  if (NEEDS_RETPOLINE.includes(command) && !b.config('CONFIG_MITIGATION_RETPOLINE')) return 'selected but not compiled in';
  if (NEEDS_EIBRS.includes(command) && !b.has('IBRS_ENHANCED')) return "selected but CPU doesn't have Enhanced or Automatic IBRS";
  if (NEEDS_LFENCE.includes(command) && !b.has('LFENCE_RDTSC')) return "selected, but CPU doesn't have a serializing LFENCE";
  if (command !== 'IBRS') return null;
  if (!b.config('CONFIG_MITIGATION_IBRS_ENTRY')) return 'selected but not compiled in';
  if (b.cpu.vendor !== 'INTEL') return 'selected but not Intel CPU';
  if (!b.has('IBRS')) return "selected but CPU doesn't have IBRS";
  return b.has('XENPV') ? 'selected but running as XenPV guest' : null;
}

/** The words of `spectre_v2=`, to the constant behind SPECTRE_V2_CMD_. */
export const SPECTRE_V2_OPTIONS: Readonly<Record<string, string>> = {
  off: 'NONE',
  on: 'FORCE',
  retpoline: 'RETPOLINE',
  'retpoline,amd': 'RETPOLINE_LFENCE',
  'retpoline,lfence': 'RETPOLINE_LFENCE',
  'retpoline,generic': 'RETPOLINE_GENERIC',
  eibrs: 'EIBRS',
  'eibrs,lfence': 'EIBRS_LFENCE',
  'eibrs,retpoline': 'EIBRS_RETPOLINE',
  auto: 'AUTO',
  ibrs: 'IBRS',
};

/** What each command that names a mode selects. */
export const MODE_OF_COMMAND: Readonly<Record<string, string>> = {
  RETPOLINE_LFENCE: 'SPECTRE_V2_LFENCE',
  RETPOLINE_GENERIC: 'SPECTRE_V2_RETPOLINE',
  IBRS: 'SPECTRE_V2_IBRS',
  EIBRS: 'SPECTRE_V2_EIBRS',
  EIBRS_LFENCE: 'SPECTRE_V2_EIBRS_LFENCE',
  EIBRS_RETPOLINE: 'SPECTRE_V2_EIBRS_RETPOLINE',
};

export const LFENCE_MESSAGE = 'Spectre V2 : WARNING: LFENCE mitigation is not recommended for this CPU, data leaks possible!';
