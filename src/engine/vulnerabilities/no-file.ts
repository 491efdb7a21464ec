import { listed } from '../boot/cpu-match.ts';
import { defineVulnerability } from './_define.ts';

/*
 * Bugs that stand in /proc/cpuinfo and have neither a file in sysfs nor a choice of their own at boot.
 */

/** Returns of a thread that leaves idle may be predicted from what its sibling left; KVM's mitigate_smt_rsb deals with it. */
export const smtRsb = defineVulnerability({
  id: 'smt_rsb',
  sysfs: null,
  bug: 'SMT_RSB',
  title: 'Cross-thread return address predictions',
  cves: ['CVE-2022-27672'],
  document: 'cross-thread-rsb',
  parameters: [],
  affected: (b) => {
    b.begin();
    if (listed(b, 'blacklist', 'SMT_RSB')) b.forceBug('SMT_RSB', 'smt_rsb/affected/listed');
  },
});

/** An IBPB that leaves the return predictor alone: the kernel then fills the RSB after it. */
export const ibpbNoRet = defineVulnerability({
  id: 'ibpb_no_ret',
  sysfs: null,
  bug: 'IBPB_NO_RET',
  title: 'IBPB does not flush return predictions',
  cves: [],
  document: 'spectre',
  parameters: [],
  affected: (b) => {
    b.begin();
    if (b.has('AMD_IBPB') && !b.has('AMD_IBPB_RET')) b.forceBug('IBPB_NO_RET', 'ibpb_no_ret/affected/not-enumerated');
  },
});
