/** Linux 6.12.107: arch/x86/Kconfig.cpufeatures or asm/disabled-features.h. Extracted by `npm run tables:check -- --write`; do not edit. */
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
  ['PTI', 'CONFIG_MITIGATION_PAGE_TABLE_ISOLATION'],
  ['RETPOLINE', 'CONFIG_MITIGATION_RETPOLINE'],
  ['RETPOLINE_LFENCE', 'CONFIG_MITIGATION_RETPOLINE'],
  ['RETHUNK', 'CONFIG_MITIGATION_RETHUNK'],
  ['UNRET', 'CONFIG_MITIGATION_UNRET_ENTRY'],
  ['CALL_DEPTH', 'CONFIG_MITIGATION_CALL_DEPTH_TRACKING'],
  ['LAM', 'CONFIG_ADDRESS_MASKING'],
  ['ENQCMD', 'CONFIG_INTEL_IOMMU_SVM'],
  ['SGX', 'CONFIG_X86_SGX'],
  ['XENPV', 'CONFIG_XEN_PV'],
  ['TDX_GUEST', 'CONFIG_INTEL_TDX_GUEST'],
  ['USER_SHSTK', 'CONFIG_X86_USER_SHADOW_STACK'],
  ['IBT', 'CONFIG_X86_KERNEL_IBT'],
  ['FRED', 'CONFIG_X86_FRED'],
  ['SEV_SNP', 'CONFIG_KVM_AMD_SEV'],
];
