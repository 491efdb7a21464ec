import type { Boot } from '../boot/boot.ts';
import { matchValue } from '../boot/cpu-match.ts';
import { initHypervisor } from './hypervisor.ts';
import { parseSetupOptions } from './parameters.ts';
import { tscEarlyInit, tscInit, validateDeadlineTimer } from './tsc.ts';

/**
 * setup_pcid(): PCID goes where INVLPG forgets global entries and microcode is older than the cure, and where there are
 * no global entries (mm/init.c).
 */
function setupPcid(b: Boot): void {
  b.begin();
  if (!b.has('PCID')) return;
  const fixed = matchValue(b, 'invlpg_miss_ids');
  const incomplete = fixed !== null && b.olderThan(fixed);
  b.leaveFeature('PCID', 'mm/setup-pcid/invlpg-cured');
  if (incomplete) {
    b.print('Incomplete global flushes, disabling PCID');
    b.forceClear('PCID', 'mm/setup-pcid/invlpg-erratum');
  } else if (!(b.trait('pge-required-without-xen') && !b.config('CONFIG_XEN_PV')) && !b.has('PGE')) b.forceClear('PCID', 'mm/setup-pcid/no-pge');
  // Only the oldest line has a flag for the modes of INVPCID that need CR4.PCIDE.
  else if (b.has('INVPCID')) b.force('INVPCID_SINGLE', 'mm/setup-pcid/invpcid-single');
  else b.leaveFeature('INVPCID_SINGLE', 'mm/setup-pcid/no-invpcid');
}

/** pti_init() (mm/pti.c), which mm_core_init() runs: it only tells what was decided before, after all options were read. */
export function tellPti(b: Boot): void {
  b.begin();
  if (b.config('CONFIG_MITIGATION_PAGE_TABLE_ISOLATION') && b.has('PTI')) b.print('Kernel/User page tables isolation: enabled');
}

/**
 * What lies between parse_early_param() and arch_cpu_finalize_init() and changes features: setup_arch(), the options that
 * __setup() names, time_init() (kernel/setup.c, init/main.c).
 */
export function setupArch(b: Boot): void {
  tscEarlyInit(b, initHypervisor(b));
  setupPcid(b);
  validateDeadlineTimer(b);
  parseSetupOptions(b);
  tellPti(b);
  tscInit(b);
}
