import type { Boot } from '../../boot/boot.ts';
import {
  allOff,
  archCapNow,
  bootPart,
  either,
  hereOnly,
  IMMUNE,
  ibpbPatchedIn,
  NOT_PATCHED_IN,
  ONE_CPU_ONLY,
  type Part,
  type Standing,
} from '../_protection.ts';
import { MSR_IA32_SPEC_CTRL, SPEC_CTRL } from '../_spec-ctrl.ts';
import { inEibrsMode, inIbrsMode, unprivilegedEbpf } from './modes.ts';

/*
 * Spectre v2 has several means in one line: branches of the kernel itself, IBPB and STIBP between processes, firmware calls, BHI and PBRSB.
 * All of them were patched or switched on at boot; IBRS, IBPB or STIBP that appear later do nothing (recorded: no IBPB, no SPEC_CTRL write,
 * prctl refused until the reboot).
 */

function kernelPart(k: Boot): Part {
  const mode = k.choice('spectre_v2');
  const ebpf = mode === 'SPECTRE_V2_EIBRS' && unprivilegedEbpf(k);
  const none = mode === 'SPECTRE_V2_NONE';
  const weak = none || mode === 'SPECTRE_V2_LFENCE' || ebpf;
  if (!none && !k.runs('RETPOLINE') && !k.runs('KERNEL_IBRS')) {
    if (!inEibrsMode(mode)) return { part: 'kernel', state: 'exposed', why: NOT_PATCHED_IN };
    if (hereOnly(k, MSR_IA32_SPEC_CTRL, SPEC_CTRL.IBRS)) return { part: 'kernel', state: 'partly', why: ONE_CPU_ONLY };
  }
  const off = allOff(k, 'spectre_v2') || k.flag('nospectre_v2') || k.param('spectre_v2') === 'off';
  return {
    part: 'kernel',
    state: either(!weak),
    why: weak ? (off ? 'opted-out' : 'kernel-branches-unguarded') : 'kernel-branches-guarded',
    optedOut: weak && off,
  };
}

function userPart(k: Boot): Part {
  const ibpb = k.choice('spectre_v2_user_ibpb') !== 'SPECTRE_V2_USER_NONE';
  if (ibpb && ibpbPatchedIn(k)) return { part: 'user', state: 'protected', why: 'ibpb-between-processes' };
  if (ibpb) return { part: 'user', state: 'exposed', why: NOT_PATCHED_IN };
  const off = allOff(k, 'spectre_v2_user') || k.flag('nospectre_v2') || k.param('spectre_v2') === 'off' || k.param('spectre_v2_user') === 'off';
  return { part: 'user', state: 'exposed', why: off ? 'opted-out' : 'no-ibpb-at-boot', optedOut: off };
}

/** Alternatives around the calls, IBPB on entry before them, or IBRS that is on all the time. */
function firmwareGuarded(k: Boot): boolean {
  if (k.runs('USE_IBRS_FW') || k.runs('USE_IBPB_FW') || k.runs('ENTRY_IBPB')) return true;
  const mode = k.choice('spectre_v2');
  return inIbrsMode(mode) && (inEibrsMode(mode) ? !hereOnly(k, MSR_IA32_SPEC_CTRL, SPEC_CTRL.IBRS) : k.runs('KERNEL_IBRS'));
}

function firmwarePart(k: Boot): Part {
  const guarded = firmwareGuarded(k);
  return {
    part: 'firmware',
    state: either(guarded),
    why: guarded ? 'firmware-guarded' : 'firmware-unguarded',
    optedOut: !guarded && allOff(k, 'spectre_v2'),
  };
}

function bhiPart(standing: Standing): Part {
  const { k } = standing;
  if (!k.bug('BHI')) return { part: 'bhi', state: 'not-affected', why: 'not-affected' };
  if (archCapNow(standing, 'BHI_NO')) return { part: 'bhi', ...IMMUNE };
  if (k.has('CLEAR_BHB_HW') && !hereOnly(k, MSR_IA32_SPEC_CTRL, SPEC_CTRL.BHI_DIS_S)) return { part: 'bhi', state: 'protected', why: 'bhi-dis-s' };
  if (k.runs('CLEAR_BHB_LOOP')) return { part: 'bhi', state: 'protected', why: 'bhb-loop' };
  if (k.runs('RETPOLINE') && !k.runs('RETPOLINE_LFENCE') && k.shared('rrsba_disabled') === true)
    return { part: 'bhi', state: 'protected', why: 'bhi-retpoline' };
  const vmexit = k.runsInKvm('CLEAR_BHB_VMEXIT') || k.runsInKvm('CLEAR_BHB_LOOP_ON_VMEXIT');
  const off = allOff(k, 'spectre_bhi') || k.choice('bhi') === 'BHI_MITIGATION_OFF';
  return {
    part: 'bhi',
    state: vmexit ? 'partly' : 'exposed',
    why: vmexit ? 'bhb-loop-on-vmexit' : off ? 'opted-out' : 'no-bhb-clearing',
    optedOut: !vmexit && off,
  };
}

function pbrsbPart(standing: Standing): Part {
  const { k } = standing;
  if (!k.bug('EIBRS_PBRSB')) return { part: 'pbrsb', state: 'not-affected', why: 'not-affected' };
  if (archCapNow(standing, 'PBRSB_NO')) return { part: 'pbrsb', ...IMMUNE };
  const filled = k.runsInKvm('RSB_VMEXIT_LITE') || k.runsInKvm('RSB_VMEXIT');
  return bootPart('pbrsb', filled, allOff(k, 'spectre_v2'), { on: 'pbrsb-sequence', not: 'no-pbrsb-sequence' });
}

/** @returns the means of the line of spectre_v2, the kernel's own branches first. */
export function protection(standing: Standing): Part[] {
  const { k } = standing;
  return [kernelPart(k), userPart(k), firmwarePart(k), bhiPart(standing), pbrsbPart(standing)];
}
