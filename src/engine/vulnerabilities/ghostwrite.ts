import { defineVulnerability } from './_define.ts';

/** A bug of a RISC-V core. Newer kernels have the file on every architecture; on x86 it always says that nothing is affected. */
export const ghostwrite = defineVulnerability({
  id: 'ghostwrite',
  sysfs: 'ghostwrite',
  bug: null,
  present: (b) => b.trait('ghostwrite-file'),
  title: 'GhostWrite (T-Head C910)',
  cves: ['CVE-2024-44067'],
  parameters: [],
});
