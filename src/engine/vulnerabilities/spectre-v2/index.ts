import type { Boot } from '../../boot/boot.ts';
import { listed } from '../../boot/cpu-match.ts';
import { smtActive } from '../../boot/smt.ts';
import { archCap } from '../_arch-cap.ts';
import { defineVulnerability } from '../_define.ts';
import { unprivilegedEbpf } from './modes.ts';
import * as phased from './phased.ts';
import { protection } from './protection.ts';
import { show } from './show.ts';
import { selectAtOnce } from './single.ts';

/*
 * Spectre v2. Every decision rests on boot_cpu_data: IBRS, IBPB or STIBP that arrive with a late load are stranded.
 * Enhanced IBRS (Intel) and Automatic IBRS (AMD) are found together with the bug bits, and PBRSB hangs on them.
 */

function affected(b: Boot): void {
  b.begin();
  if (listed(b, 'whitelist', 'NO_SPECTRE_V2')) return;
  b.forceBug('SPECTRE_V2', 'spectre_v2/affected/not-listed-as-safe');
  b.forceBug('SPECTRE_V2_USER', 'spectre_v2/affected/not-listed-as-safe');
}

function initial(b: Boot): void {
  b.begin();
  b.choose('spectre_v2', 'SPECTRE_V2_NONE', 'spectre_v2/default');
  const phasedDefault = b.config('CONFIG_MITIGATION_SPECTRE_V2') ? 'AUTO' : 'NONE';
  b.share('spectre_v2_cmd', b.trait('phased-mitigations') ? phasedDefault : 'NONE', 'spectre_v2/default');
  if (b.trait('phased-mitigations')) phased.parseOptions(b);
}

/** The prefix `Spectre V2 : ` is gone by that place of the source. */
function smtUpdate(b: Boot): void {
  if (b.choice('spectre_v2') === 'SPECTRE_V2_EIBRS_LFENCE' && smtActive(b) && unprivilegedEbpf(b))
    b.printOnce('WARNING: Unprivileged eBPF is enabled with eIBRS+LFENCE mitigation and SMT, data leaks possible via Spectre v2 BHB attacks!');
}

export const spectreV2 = defineVulnerability({
  id: 'spectre_v2',
  sysfs: 'spectre_v2',
  bug: 'SPECTRE_V2',
  title: 'Spectre v2, Branch Target Injection',
  cves: ['CVE-2017-5715'],
  document: 'spectre',
  parameters: ['nospectre_v2', 'spectre_v2'],
  affected,
  initial,
  single: { spectre_v2_select_mitigation: selectAtOnce },
  phased: {
    spectre_v2_select_mitigation: phased.select,
    spectre_v2_update_mitigation: phased.update,
    spectre_v2_apply_mitigation: phased.apply,
  },
  smtUpdate,
  show,
  protection,
});

/** Enhanced or Automatic IBRS, and with it post-barrier RSB: speaks inside the line of spectre_v2. */
export const eibrs = defineVulnerability({
  id: 'eibrs_pbrsb',
  sysfs: null,
  bug: 'EIBRS_PBRSB',
  title: 'Post-barrier Return Stack Buffer predictions',
  cves: ['CVE-2022-26373'],
  document: 'spectre',
  parameters: [],
  affected: (b) => {
    b.begin();
    // With SNP, Automatic IBRS slows the host's own user space down; 6.1 does not know SNP.
    const automatic = b.has('AUTOIBRS') && !b.enabled('SEV_SNP');
    if (!archCap(b, 'IBRS_ALL') && !automatic) return b.leaveFeature('IBRS_ENHANCED', 'spectre_v2/affected/no-enhanced-ibrs');
    b.force('IBRS_ENHANCED', 'spectre_v2/affected/enhanced-ibrs');
    if (!listed(b, 'whitelist', 'NO_EIBRS_PBRSB') && !archCap(b, 'PBRSB_NO')) b.forceBug('EIBRS_PBRSB', 'eibrs_pbrsb/affected/not-listed-as-safe');
  },
});
