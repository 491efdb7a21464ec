import type { Boot } from '../../boot/boot.ts';
import { listed } from '../../boot/cpu-match.ts';
import { defineVulnerability, textOf } from '../_define.ts';
import { allOff, either, ibpbIssued, NOT_PATCHED_IN, type Part, type Standing, siliconHas, siliconTakes } from '../_protection.ts';
import { IBPB, MICROCODE, NONE, ON_VMEXIT, parseWords, SAFE_RET, SAFE_RET_UCODE_NEEDED, UCODE_NEEDED } from './common.ts';
import * as phased from './phased.ts';
import { selectAtOnce } from './single.ts';

/*
 * Speculative Return Stack Overflow. Safe RET runs with and without the microcode; what the microcode adds is that IBPB flushes all branch
 * types. So a late load completes the default mitigation at once, and leaves `=ibpb` and `=ibpb-vmexit` stranded.
 */

function affected(b: Boot): void {
  b.begin();
  if (!b.has('SRSO_NO') && listed(b, 'blacklist', 'SRSO')) b.forceBug('SRSO', 'srso/affected/listed');
}

function initial(b: Boot): void {
  b.begin();
  if (b.trait('phased-mitigations')) {
    b.choose('srso', 'SRSO_MITIGATION_AUTO', 'srso/default');
    parseWords(b, (word) => b.choose('srso', word === 'OFF' ? NONE : `SRSO_MITIGATION_${word}`, 'srso/parameter'));
  } else {
    b.choose('srso', NONE, 'srso/default');
    b.share('srso_cmd', 'SRSO_CMD_SAFE_RET', 'srso/default');
    parseWords(b, (word) => b.share('srso_cmd', `SRSO_CMD_${word}`, 'srso/parameter'));
  }
}

/** srso_show_state(). On 6.1 the suffix hangs on a bit that only an active selection forces. */
function show(b: Boot): string {
  if (!b.trait('phased-mitigations') && b.has('SRSO_NO')) return 'Mitigation: SMT disabled';
  const text = textOf(b, 'srso_strings', b.choice('srso'));
  return b.trait('srso-ucode-choices') || b.has('IBPB_BRTYPE') ? text : `${text}, no microcode`;
}

/** IBPB flushes branch types: enumerated, hidden behind SBPB on Zen 3 and 4, or simply so on Zen 1 and 2. */
function ibpbFlushesTypes(standing: Standing): boolean {
  if (siliconHas(standing, 'cpuid:80000021.0.eax[28]')) return true;
  if (standing.k.cpu.family < 0x19) return siliconHas(standing, 'cpuid:80000008.0.ebx[12]');
  return siliconTakes(standing, 0x49, 1n << 7n);
}

/** What each mode needs in the code; the others need nothing patched. */
function runsMode(k: Boot, mode: string): boolean {
  if (mode === SAFE_RET || mode === SAFE_RET_UCODE_NEEDED) return k.runs('SRSO') || k.runs('SRSO_ALIAS');
  if (mode === IBPB) return k.runs('ENTRY_IBPB');
  return mode !== ON_VMEXIT || k.runsInKvm('IBPB_ON_VMEXIT');
}

/** What was patched in at boot goes on, whatever the kernel has chosen since. */
function patchedSafeRet(k: Boot): Part {
  const safe = k.runs('SRSO') || k.runs('SRSO_ALIAS');
  return { part: 'kernel', state: either(safe), why: safe ? 'safe-ret' : NOT_PATCHED_IN };
}

/** Safe RET guards the kernel without microcode; between processes and guests only an IBPB that flushes branch types helps. */
function protection(standing: Standing): Part[] {
  const { k } = standing;
  const mode = k.choice('srso');
  if (k.has('SRSO_NO') || mode === 'SRSO_MITIGATION_NOSMT') return [{ part: 'kernel', state: 'protected', why: 'smt-off' }];
  const off = allOff(k, 'spec_rstack_overflow') || k.params('spec_rstack_overflow').includes('off');
  if (mode === NONE && off) return [{ part: 'kernel', state: 'exposed', why: 'opted-out', optedOut: true }];
  const guestsOnly = mode === ON_VMEXIT || mode === 'SRSO_MITIGATION_BP_SPEC_REDUCE';
  // The oldest line has no choice of its own for a wish that lacks its microcode: it is left with none.
  const bare = mode === NONE || mode === UCODE_NEEDED || mode === MICROCODE;
  const kernel: Part = {
    part: 'kernel',
    state: guestsOnly && !k.has('SRSO_USER_KERNEL_NO') ? 'partly' : either(!bare),
    why: bare ? 'kernel-returns-unguarded' : mode === IBPB ? 'ibpb-on-entry' : guestsOnly ? 'guests-only' : 'safe-ret',
  };
  const guarded = runsMode(k, mode) ? kernel : patchedSafeRet(k);
  const flushes = ibpbFlushesTypes(standing);
  const issued = ibpbIssued(k);
  const why = !issued ? 'ibpb-not-issued' : flushes ? 'ibpb-flushes-branch-types' : 'ibpb-leaves-branch-types';
  return [guarded, { part: 'ibpb', state: either(flushes && issued), why, confidence: 'medium' }];
}

export const srso = defineVulnerability({
  id: 'srso',
  sysfs: 'spec_rstack_overflow',
  bug: 'SRSO',
  title: 'Speculative Return Stack Overflow, Inception',
  cves: ['CVE-2023-20569'],
  document: 'srso',
  parameters: ['spec_rstack_overflow'],
  affected,
  initial,
  single: { srso_select_mitigation: selectAtOnce },
  phased: { srso_select_mitigation: phased.select, srso_update_mitigation: phased.update, srso_apply_mitigation: phased.apply },
  show,
  protection,
});
