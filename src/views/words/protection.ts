import type { Confidence, ProtectionState } from '../../engine/model/report.ts';

/** What protects in fact, in one word or two. */
export const stateWords: Readonly<Record<ProtectionState, string>> = {
  protected: 'protected',
  partly: 'partly protected',
  exposed: 'exposed',
  'not-affected': 'not affected',
  unknown: 'not known',
};

export const confidenceWords: Readonly<Record<Confidence, string>> = { high: 'high', medium: 'medium', low: 'low' };

/** The means of protection that a row can have several of. */
export const partWords: Readonly<Record<string, string>> = {
  verw: 'VERW',
  'verw-exit': 'VERW on exit',
  'verw-idle': 'VERW at idle',
  'verw-guests': 'VERW before guests',
  'tsx-ctrl': 'TSX_CTRL',
  tsx: 'TSX',
  kernel: 'kernel',
  user: 'between processes',
  firmware: 'firmware calls',
  bhi: 'BHI',
  pbrsb: 'PBRSB',
  ibpb: 'IBPB',
  branches: 'branches',
  'guest-exit': 'guest exit',
  guests: 'guests',
  smt: 'sibling threads',
  microcode: 'microcode',
};

/** Why a means protects or does not: the `why` codes of the engine's parts. Each is a clause that follows `protected:` or `exposed:`. */
export const whyWords: Readonly<Record<string, string>> = {
  'not-affected': 'this CPU does not have the bug',
  'not-modelled': 'what protects here is not modelled yet',
  'opted-out': 'switched off on the command line',
  'silicon-immune': 'the CPU says that it does not have the bug',
  'no-microcode': 'the microcode that would help is not there',
  // VERW
  'verw-runs-and-clears': 'VERW runs on every exit, and with this microcode it clears the buffers',
  'verw-does-not-clear': 'VERW runs, but without the microcode it clears nothing',
  'verw-not-patched-in': 'the CPU could clear its buffers, but VERW was not patched into this kernel at boot',
  // branch predictors
  'kernel-branches-guarded': 'branches in the kernel are guarded',
  'kernel-branches-unguarded': 'nothing guards branches in the kernel',
  'kernel-returns-unguarded': 'nothing guards returns in the kernel',
  'ibpb-between-processes': 'IBPB runs between processes',
  'ibpb-before-user-space': 'IBPB runs before a guest exit returns to user space',
  'ibpb-not-issued': 'the kernel issues no IBPB',
  'ibpb-on-entry': 'IBPB runs on every entry to the kernel',
  'ibpb-flushes-branch-types': 'IBPB is issued, and with this microcode it flushes all branch types',
  'ibpb-leaves-branch-types': 'IBPB is issued, but without the microcode it leaves some branch types',
  'no-ibpb-at-boot': 'the kernel saw no IBPB at boot and decided without it',
  'its-ibpb-fixed': 'IBPB is issued, and this microcode mends it',
  'its-ibpb-unknown': 'nothing enumerates whether this microcode mends IBPB',
  'firmware-guarded': 'IBRS or IBPB guards calls into firmware',
  'firmware-unguarded': 'nothing guards calls into firmware',
  'bhi-dis-s': 'the CPU keeps branch history apart (BHI_DIS_S)',
  'bhb-loop': 'a software loop clears the branch history on entry',
  'bhb-loop-on-vmexit': 'the branch history is cleared after guests only',
  'bhi-retpoline': 'retpolines do not use the branch history',
  'no-bhb-clearing': 'nothing clears the branch history',
  'pbrsb-sequence': 'a software sequence guards the return after a guest exit',
  'no-pbrsb-sequence': 'nothing guards the return after a guest exit',
  'safe-ret': 'returns in the kernel go through the safe return thunk',
  'guests-only': 'guarded against guests, not against processes',
  'smt-off': 'needs a sibling thread, and SMT is off',
};
