/** Linux 6.1.176: arch/x86/Kconfig.cpufeatures or asm/disabled-features.h. Extracted by `npm run tables:check -- --write`; do not edit. */
import type { DisabledFeatureRow } from '../types.ts';

export const disabledFeatures: readonly DisabledFeatureRow[] = [
  ['UMIP', 'CONFIG_X86_UMIP'],
  ['VME', null],
  ['K6_MTRR', null],
  ['CYRIX_ARR', null],
  ['CENTAUR_MCR', null],
  ['PKU', 'CONFIG_X86_INTEL_MEMORY_PROTECTION_KEYS'],
  ['OSPKE', 'CONFIG_X86_INTEL_MEMORY_PROTECTION_KEYS'],
  ['LA57', 'CONFIG_X86_5LEVEL'],
  ['PTI', 'CONFIG_PAGE_TABLE_ISOLATION'],
  ['RETPOLINE', 'CONFIG_RETPOLINE'],
  ['RETPOLINE_LFENCE', 'CONFIG_RETPOLINE'],
  ['RETHUNK', 'CONFIG_RETHUNK'],
  ['UNRET', 'CONFIG_CPU_UNRET_ENTRY'],
  ['ENQCMD', 'CONFIG_INTEL_IOMMU_SVM'],
  ['SGX', 'CONFIG_X86_SGX'],
  ['TDX_GUEST', 'CONFIG_INTEL_TDX_GUEST'],
];
