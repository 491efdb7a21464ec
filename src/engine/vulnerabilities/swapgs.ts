import { listed } from '../boot/cpu-match.ts';
import { defineVulnerability } from './_define.ts';

/** The swapgs variant of Spectre v1. It has no file: spectre-v1.ts asks for the bug when it decides on fences. */
export const swapgs = defineVulnerability({
  id: 'swapgs',
  sysfs: null,
  bug: 'SWAPGS',
  title: 'Spectre v1 swapgs',
  cves: ['CVE-2019-1125'],
  document: 'spectre',
  parameters: ['nospectre_v1'],
  affected: (b) => {
    b.begin();
    if (!listed(b, 'whitelist', 'NO_SWAPGS')) b.forceBug('SWAPGS', 'swapgs/affected/not-excluded');
  },
});
