import { notCuredWords } from './cures.ts';
import { symptomWords } from './snapshots.ts';

/** What one notices of a stale copy: the ledger's own codes beside those of snapshots.ts. */
export const ledgerSymptomWords: Readonly<Record<string, string>> = {
  ...symptomWords,
  'feature-gone-and-still-used': 'a feature that is gone is still counted on',
  'old-code-runs': 'nothing visible; the code of the boot runs',
  'tsx-left-as-it-is': 'TSX stays as the CPU came up with it',
  'lost-over-suspend': 'a suspend loses the MSR on the boot CPU',
  'corruption-risk': 'memory may be overwritten',
  'msr-not-switched-for-guests': 'guests cannot use the MSR',
  'slower-flush': 'the flush is done in software, slower',
  'cpu-refused-at-online': 'a CPU that goes off may not come back',
  'slower-but-safe': 'slower, but safe',
};

/** Why a cure does not help. */
export const ledgerNotCuredWords: Readonly<Record<string, string>> = {
  ...notCuredWords,
  'patched-once': 'it is patched once, at boot',
  'kvm-answers-as-before': 'KVM still gives the old answer',
  'cached-by-the-daemon': 'the daemon remembers the old answer',
};
