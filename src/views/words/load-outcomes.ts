import type { DiffReport } from '../../engine/model/report.ts';

export type Outcome = DiffReport['load']['outcome'];

/** How a load ended, for a cell or a caption. */
export const outcomeWords: Readonly<Record<Outcome, string>> = {
  updated: 'taken',
  partial: 'taken by some CPUs only',
  failed: 'tried, and refused by the CPU',
  refused: 'refused',
  'nothing-to-do': 'nothing to do',
  inhibited: 'held back',
};

/** The name of an error with what a shell prints for it: that is all a user of the reload file sees. */
export const errnoWords: Readonly<Record<string, string>> = {
  EPERM: 'EPERM, "Operation not permitted"',
  ENOENT: 'ENOENT, "No such file or directory"',
  EIO: 'EIO, "Input/output error"',
  EBUSY: 'EBUSY, "Device or resource busy"',
  EINVAL: 'EINVAL, "Invalid argument"',
  EBADFD: 'EBADFD, "File descriptor in bad state"',
};

/** Taint flags with the letter and number of /proc/sys/kernel/tainted. */
export const taintWords: Readonly<Record<string, string>> = {
  CPU_OUT_OF_SPEC: 'CPU out of specification (S, 4)',
  WARN: 'kernel warning (W, 512)',
};
