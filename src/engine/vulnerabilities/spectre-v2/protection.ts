import type { Boot } from '../../boot/boot.ts';
import { either, type Part, type Standing } from '../_protection.ts';
import { inIbrsMode, retpolineSequence, unprivilegedEbpf } from './modes.ts';

/*
 * Spectre v2 has several means in one line: branches of the kernel itself, IBPB and STIBP between processes, firmware calls, BHI and PBRSB.
 * All of them were patched or switched on at boot; IBRS, IBPB or STIBP that appear later do nothing (recorded: no IBPB, no SPEC_CTRL write,
 * prctl refused until the reboot).
 */

function kernelPart(k: Boot): Part {
  const mode = k.choice('spectre_v2');
  const ebpf = mode === 'SPECTRE_V2_EIBRS' && unprivilegedEbpf(k);
  const weak = mode === 'SPECTRE_V2_NONE' || mode === 'SPECTRE_V2_LFENCE' || ebpf;
  const off = k.shared('cpu_mitigations') === 'off' || k.flag('nospectre_v2') || k.param('spectre_v2') === 'off';
  return {
    part: 'kernel',
    state: either(!weak),
    why: weak ? (off ? 'opted-out' : 'kernel-branches-unguarded') : 'kernel-branches-guarded',
    optedOut: weak && off,
  };
}

function userPart(k: Boot): Part {
  const ibpb = k.choice('spectre_v2_user_ibpb') !== 'SPECTRE_V2_USER_NONE';
  if (ibpb) return { part: 'user', state: 'protected', why: 'ibpb-between-processes' };
  const off = k.shared('cpu_mitigations') === 'off' || k.flag('nospectre_v2') || k.param('spectre_v2') === 'off' || k.param('spectre_v2_user') === 'off';
  return { part: 'user', state: 'exposed', why: off ? 'opted-out' : 'no-ibpb-at-boot', optedOut: off };
}

function firmwarePart(k: Boot): Part {
  const guarded = k.has('USE_IBRS_FW') || k.has('USE_IBPB_FW') || k.has('ENTRY_IBPB') || inIbrsMode(k.choice('spectre_v2'));
  return {
    part: 'firmware',
    state: either(guarded),
    why: guarded ? 'firmware-guarded' : 'firmware-unguarded',
    optedOut: !guarded && k.shared('cpu_mitigations') === 'off',
  };
}

function bhiPart(k: Boot): Part {
  if (!k.bug('BHI')) return { part: 'bhi', state: 'not-affected', why: 'not-affected' };
  if (k.has('CLEAR_BHB_HW')) return { part: 'bhi', state: 'protected', why: 'bhi-dis-s' };
  if (k.has('CLEAR_BHB_LOOP')) return { part: 'bhi', state: 'protected', why: 'bhb-loop' };
  if (retpolineSequence(k) && k.shared('rrsba_disabled') === true) return { part: 'bhi', state: 'protected', why: 'bhi-retpoline' };
  const vmexit = k.has('CLEAR_BHB_VMEXIT') || k.has('CLEAR_BHB_LOOP_ON_VMEXIT');
  const off = k.shared('cpu_mitigations') === 'off' || k.choice('bhi') === 'BHI_MITIGATION_OFF';
  return {
    part: 'bhi',
    state: vmexit ? 'partly' : 'exposed',
    why: vmexit ? 'bhb-loop-on-vmexit' : off ? 'opted-out' : 'no-bhb-clearing',
    optedOut: !vmexit && off,
  };
}

function pbrsbPart(k: Boot): Part {
  if (!k.bug('EIBRS_PBRSB')) return { part: 'pbrsb', state: 'not-affected', why: 'not-affected' };
  const filled = k.has('RSB_VMEXIT_LITE') || k.has('RSB_VMEXIT');
  return { part: 'pbrsb', state: either(filled), why: filled ? 'pbrsb-sequence' : 'no-pbrsb-sequence' };
}

/** @returns the means of the line of spectre_v2, the kernel's own branches first. */
export function protection({ k }: Standing): Part[] {
  return [kernelPart(k), userPart(k), firmwarePart(k), bhiPart(k), pbrsbPart(k)];
}
