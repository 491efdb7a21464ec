/** Linux 6.12.107: arch/x86/kernel/cpu/common.c cpu_vuln_whitelist. Extracted by `npm run tables:check -- --write`; do not edit. */
import type { CpuListRow } from '../types.ts';

export const whitelist: readonly CpuListRow[] = [
  [{ vendor: null, family: 0x4, model: null, steppings: null, feature: null, type: null }, ['NO_SPECULATION']],
  [{ vendor: 'CENTAUR', family: 0x5, model: null, steppings: null, feature: null, type: null }, ['NO_SPECULATION']],
  [{ vendor: 'INTEL', family: 0x5, model: null, steppings: null, feature: null, type: null }, ['NO_SPECULATION']],
  [{ vendor: 'NSC', family: 0x5, model: null, steppings: null, feature: null, type: null }, ['NO_SPECULATION']],
  [{ vendor: 'VORTEX', family: 0x5, model: null, steppings: null, feature: null, type: null }, ['NO_SPECULATION']],
  [{ vendor: 'VORTEX', family: 0x6, model: null, steppings: null, feature: null, type: null }, ['NO_SPECULATION']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x8d, steppings: null, feature: null, type: null }, ['NO_MMIO']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x8c, steppings: null, feature: null, type: null }, ['NO_MMIO']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x97, steppings: null, feature: null, type: null }, ['NO_MMIO']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x9a, steppings: null, feature: null, type: null }, ['NO_MMIO']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x36, steppings: null, feature: null, type: null }, ['NO_SPECULATION', 'NO_ITLB_MULTIHIT']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x35, steppings: null, feature: null, type: null }, ['NO_SPECULATION', 'NO_ITLB_MULTIHIT']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x27, steppings: null, feature: null, type: null }, ['NO_SPECULATION', 'NO_ITLB_MULTIHIT']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x1c, steppings: null, feature: null, type: null }, ['NO_SPECULATION', 'NO_ITLB_MULTIHIT']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x26, steppings: null, feature: null, type: null }, ['NO_SPECULATION', 'NO_ITLB_MULTIHIT']],
  [
    { vendor: 'INTEL', family: 0x6, model: 0x37, steppings: null, feature: null, type: null },
    ['NO_SSB', 'NO_L1TF', 'MSBDS_ONLY', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT'],
  ],
  [
    { vendor: 'INTEL', family: 0x6, model: 0x4d, steppings: null, feature: null, type: null },
    ['NO_SSB', 'NO_L1TF', 'MSBDS_ONLY', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT'],
  ],
  [
    { vendor: 'INTEL', family: 0x6, model: 0x4a, steppings: null, feature: null, type: null },
    ['NO_SSB', 'NO_L1TF', 'MSBDS_ONLY', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT'],
  ],
  [
    { vendor: 'INTEL', family: 0x6, model: 0x4c, steppings: null, feature: null, type: null },
    ['NO_SSB', 'NO_L1TF', 'MSBDS_ONLY', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT'],
  ],
  [
    { vendor: 'INTEL', family: 0x6, model: 0x57, steppings: null, feature: null, type: null },
    ['NO_SSB', 'NO_L1TF', 'MSBDS_ONLY', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT'],
  ],
  [
    { vendor: 'INTEL', family: 0x6, model: 0x85, steppings: null, feature: null, type: null },
    ['NO_SSB', 'NO_L1TF', 'MSBDS_ONLY', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT'],
  ],
  [{ vendor: 'INTEL', family: 0x6, model: 0xe, steppings: null, feature: null, type: null }, ['NO_SSB']],
  [
    { vendor: 'INTEL', family: 0x6, model: 0x5a, steppings: null, feature: null, type: null },
    ['NO_SSB', 'NO_L1TF', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT', 'MSBDS_ONLY'],
  ],
  [{ vendor: 'INTEL', family: 0x6, model: 0x75, steppings: null, feature: null, type: null }, ['NO_SSB', 'NO_L1TF', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT']],
  [
    { vendor: 'INTEL', family: 0x6, model: 0x5c, steppings: null, feature: null, type: null },
    ['NO_MDS', 'NO_L1TF', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT', 'NO_MMIO'],
  ],
  [
    { vendor: 'INTEL', family: 0x6, model: 0x5f, steppings: null, feature: null, type: null },
    ['NO_MDS', 'NO_L1TF', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT', 'NO_MMIO'],
  ],
  [
    { vendor: 'INTEL', family: 0x6, model: 0x7a, steppings: null, feature: null, type: null },
    ['NO_MDS', 'NO_L1TF', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT', 'NO_MMIO', 'NO_EIBRS_PBRSB'],
  ],
  [{ vendor: 'INTEL', family: 0x6, model: 0x96, steppings: null, feature: null, type: null }, ['NO_EIBRS_PBRSB']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x9c, steppings: null, feature: null, type: null }, ['NO_EIBRS_PBRSB']],
  [{ vendor: 'INTEL', family: 0x6, model: 0x86, steppings: null, feature: null, type: null }, ['NO_ITLB_MULTIHIT', 'NO_EIBRS_PBRSB']],
  [
    { vendor: 'AMD', family: 0xf, model: null, steppings: null, feature: null, type: null },
    ['NO_MELTDOWN', 'NO_SSB', 'NO_L1TF', 'NO_MDS', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT', 'NO_MMIO', 'NO_BHI'],
  ],
  [
    { vendor: 'AMD', family: 0x10, model: null, steppings: null, feature: null, type: null },
    ['NO_MELTDOWN', 'NO_SSB', 'NO_L1TF', 'NO_MDS', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT', 'NO_MMIO', 'NO_BHI'],
  ],
  [
    { vendor: 'AMD', family: 0x11, model: null, steppings: null, feature: null, type: null },
    ['NO_MELTDOWN', 'NO_SSB', 'NO_L1TF', 'NO_MDS', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT', 'NO_MMIO', 'NO_BHI'],
  ],
  [
    { vendor: 'AMD', family: 0x12, model: null, steppings: null, feature: null, type: null },
    ['NO_MELTDOWN', 'NO_SSB', 'NO_L1TF', 'NO_MDS', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT', 'NO_MMIO', 'NO_BHI'],
  ],
  [
    { vendor: 'AMD', family: null, model: null, steppings: null, feature: null, type: null },
    ['NO_MELTDOWN', 'NO_L1TF', 'NO_MDS', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT', 'NO_MMIO', 'NO_EIBRS_PBRSB', 'NO_BHI'],
  ],
  [
    { vendor: 'HYGON', family: null, model: null, steppings: null, feature: null, type: null },
    ['NO_MELTDOWN', 'NO_L1TF', 'NO_MDS', 'NO_SWAPGS', 'NO_ITLB_MULTIHIT', 'NO_MMIO', 'NO_EIBRS_PBRSB', 'NO_BHI'],
  ],
  [{ vendor: 'CENTAUR', family: 0x7, model: null, steppings: null, feature: null, type: null }, ['NO_SPECTRE_V2', 'NO_SWAPGS', 'NO_MMIO', 'NO_BHI']],
  [{ vendor: 'ZHAOXIN', family: 0x7, model: null, steppings: null, feature: null, type: null }, ['NO_SPECTRE_V2', 'NO_SWAPGS', 'NO_MMIO', 'NO_BHI']],
];
