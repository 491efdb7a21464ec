import type { EvalReport } from '../../engine/model/report.ts';

type Engaged = EvalReport['engaged'];

export const engagedWords: Readonly<Record<keyof Engaged, string>> = {
  verwOnExit: 'VERW on every return to user space',
  verwOnIdle: 'VERW before a CPU goes idle',
  ibpbOnEntry: 'IBPB on every entry from user space',
  ibpbOnSwitch: 'IBPB between processes',
  ibrsOnEntry: 'IBRS written on entry and exit',
  prctl: 'PR_GET_SPECULATION_CTRL',
  specCtrl: 'SPEC_CTRL (0x48)',
  tsxCtrl: 'TSX_CTRL (0x122)',
  mcuOptCtrl: 'MCU_OPT_CTRL (0x123)',
};

export const switchWords: Readonly<Record<Engaged['ibpbOnSwitch'], string>> = {
  never: 'never',
  'opted-in': 'where a process has asked for it',
  always: 'always',
};

/** PR_SPEC_ bits of <linux/prctl.h>. */
const PRCTL_BITS: readonly (readonly [number, string])[] = [
  [1, 'PRCTL'],
  [2, 'ENABLE'],
  [4, 'DISABLE'],
  [8, 'FORCE_DISABLE'],
  [16, 'DISABLE_NOEXEC'],
];

/** @returns `PRCTL|ENABLE`; 0 is NOT_AFFECTED. */
export function prctlWords(value: number): string {
  const names = PRCTL_BITS.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name);
  return names.length > 0 ? names.join('|') : 'NOT_AFFECTED';
}
