import type { Boot } from '../../boot/boot.ts';
import { smtActive } from '../../boot/smt.ts';
import { textOf } from '../_define.ts';
import { bhiState } from '../bhi.ts';
import { stibpIsImplied, unprivilegedEbpf } from './modes.ts';

function ibpbState(b: Boot): string {
  if (!b.has('IBPB')) return '';
  if (b.shared('switch_mm_always_ibpb') === true) return '; IBPB: always-on';
  return b.shared('switch_mm_cond_ibpb') === true ? '; IBPB: conditional' : '; IBPB: disabled';
}

const STIBP: Readonly<Record<string, string>> = {
  SPECTRE_V2_USER_NONE: '; STIBP: disabled',
  SPECTRE_V2_USER_STRICT: '; STIBP: forced',
  SPECTRE_V2_USER_STRICT_PREFERRED: '; STIBP: always-on',
};

function stibpState(b: Boot): string {
  if (stibpIsImplied(b)) return '';
  const fixed = STIBP[b.choice('spectre_v2_user_stibp')];
  if (fixed !== undefined) return fixed;
  return b.shared('switch_to_cond_stibp') === true ? '; STIBP: conditional' : '';
}

function pbrsbState(b: Boot): string {
  if (!b.bug('EIBRS_PBRSB')) return '; PBRSB-eIBRS: Not affected';
  return b.has('RSB_VMEXIT_LITE') || b.has('RSB_VMEXIT') ? '; PBRSB-eIBRS: SW sequence' : '; PBRSB-eIBRS: Vulnerable';
}

/** spectre_v2_show_state(): the line in which IBPB, STIBP, PBRSB and BHI speak too. */
export function show(b: Boot): string {
  const mode = b.choice('spectre_v2');
  if (mode === 'SPECTRE_V2_EIBRS' && unprivilegedEbpf(b)) return 'Vulnerable: eIBRS with unprivileged eBPF';
  if (mode === 'SPECTRE_V2_EIBRS_LFENCE' && smtActive(b) && unprivilegedEbpf(b)) return 'Vulnerable: eIBRS+LFENCE with unprivileged eBPF and SMT';
  if (mode === 'SPECTRE_V2_LFENCE' && b.trait('spectre-v2-lfence-alone')) return textOf(b, 'spectre_v2_strings', mode);
  const line = [
    textOf(b, 'spectre_v2_strings', mode),
    ibpbState(b),
    b.has('USE_IBRS_FW') ? '; IBRS_FW' : '',
    stibpState(b),
    b.has('RSB_CTXSW') ? '; RSB filling' : '',
    pbrsbState(b),
    bhiState(b),
  ].join('');
  return b.trait('spectre-v2-commas') ? line.replaceAll('; ', ', ') : line;
}
