/** Linux 6.12.107. Written by `npm run tables:check -- --write`; do not edit. */
import type { KernelTables } from '../types.ts';
import { amdCutoffs } from './amd-cutoffs.ts';
import { amdDigests } from './amd-digests.ts';
import { badSpectre } from './bad-spectre.ts';
import { blacklist } from './blacklist.ts';
import { bugs } from './bugs.ts';
import { configs } from './configs.ts';
import { dependencies } from './dependencies.ts';
import { disabledFeatures } from './disabled-features.ts';
import { features } from './features.ts';
import { latestMicrocode } from './latest-microcode.ts';
import { levels } from './levels.ts';
import { matchTables } from './match-tables.ts';
import { mitigationOrder } from './mitigation-order.ts';
import { modelRanges } from './model-ranges.ts';
import { scattered } from './scattered.ts';
import { texts } from './texts.ts';
import { traits } from './traits.ts';
import { vmxFeatures } from './vmx-features.ts';
import { whitelist } from './whitelist.ts';
import { words } from './words.ts';

export const tables: KernelTables = {
  line: '6.12',
  release: '6.12.107',
  ncapints: 22,
  nbugints: 2,
  features,
  bugs,
  vmxFeatures,
  words,
  scattered,
  dependencies,
  levels,
  whitelist,
  blacklist,
  matchTables,
  modelRanges,
  badSpectre,
  latestMicrocode,
  amdDigests,
  amdCutoffs,
  disabledFeatures,
  texts,
  mitigationOrder,
  configs,
  config: { ...configs['6.12.107+deb13-amd64'], CONFIG_MICROCODE_LATE_LOADING: 'y' },
  traits,
};
