import type { AmdFact } from './types.ts';

/** AMD: what package notes and the checker state. The kernel's own revision tables (TSA, Zenbleed, erratum 1386, RDSEED) stand in src/data/kernels. */
// biome-ignore format: one line a fact
export const amdFacts: readonly AmdFact[] = [
  { family: 0x19, models: [0x01, 0x01], stepping: 0, revision: 0x0a001079, effect: 'srso-microcode', confidence: 'medium', source: 'amd-package', release: '3.20230719.1', note: 'not-enumerated' },
  { family: 0x19, models: [0x01, 0x01], stepping: 1, revision: 0x0a0011d1, effect: 'srso-microcode', confidence: 'medium', source: 'amd-package', release: '3.20230719.1', note: 'not-enumerated' },
  { family: 0x19, models: [0x01, 0x01], stepping: 2, revision: 0x0a001234, effect: 'srso-microcode', confidence: 'medium', source: 'amd-package', release: '3.20230719.1', note: 'not-enumerated' },
  { family: 0x19, models: [0x11, 0x11], stepping: 1, revision: 0x0a10113e, effect: 'srso-microcode', confidence: 'medium', source: 'amd-package', release: '3.20230808.1.1', note: 'not-enumerated' },
  { family: 0x19, models: [0x11, 0x11], stepping: 2, revision: 0x0a10123e, effect: 'srso-microcode', confidence: 'medium', source: 'amd-package', release: '3.20230808.1.1', note: 'not-enumerated' },
  { family: 0x19, models: [0xa0, 0xa0], stepping: 1, revision: 0x0aa00116, effect: 'srso-microcode', confidence: 'medium', source: 'amd-package', release: '3.20230808.1.1', note: 'not-enumerated' },
  { family: 0x19, models: [0xa0, 0xa0], stepping: 2, revision: 0x0aa00212, effect: 'srso-microcode', confidence: 'medium', source: 'amd-package', release: '3.20230808.1.1', note: 'not-enumerated' },
  { family: 0x17, models: [0x30, 0x3f], stepping: null, revision: 0x0830107a, effect: 'zenbleed-fix', confidence: 'low', source: 'checker-zenbleed', release: null, note: 'kernel-asks-more' },
  { family: 0x17, models: [0x31, 0x31], stepping: 0, revision: 0x0830107a, effect: 'zenbleed-fix', confidence: 'low', source: 'amd-package', release: '3.20230719.1', note: 'kernel-asks-more' },
  { family: 0x17, models: [0x60, 0x67], stepping: null, revision: 0x0860010b, effect: 'zenbleed-fix', confidence: 'low', source: 'checker-zenbleed', release: null, note: 'kernel-asks-more' },
  { family: 0x17, models: [0x68, 0x6f], stepping: null, revision: 0x08608105, effect: 'zenbleed-fix', confidence: 'low', source: 'checker-zenbleed', release: null, note: 'kernel-asks-more' },
  { family: 0x17, models: [0x70, 0x7f], stepping: null, revision: 0x08701032, effect: 'zenbleed-fix', confidence: 'low', source: 'checker-zenbleed', release: null, note: 'kernel-asks-more' },
  { family: 0x17, models: [0xa0, 0xaf], stepping: null, revision: 0x08a00008, effect: 'zenbleed-fix', confidence: 'low', source: 'checker-zenbleed', release: null, note: 'kernel-asks-more' },
  { family: 0x17, models: [0xa0, 0xa0], stepping: 0, revision: 0x08a00008, effect: 'zenbleed-fix', confidence: 'low', source: 'amd-package', release: '3.20230719.1', note: 'kernel-asks-more' },
];
