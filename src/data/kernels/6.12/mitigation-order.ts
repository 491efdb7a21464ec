/** Linux 6.12.107: arch/x86/kernel/cpu/bugs.c. Extracted by `npm run tables:check -- --write`; do not edit. */
export const mitigationOrder: readonly string[] = [
  'spectre_v1_select_mitigation',
  'spectre_v2_select_mitigation',
  'retbleed_select_mitigation',
  'spectre_v2_user_select_mitigation',
  'ssb_select_mitigation',
  'l1tf_select_mitigation',
  'md_clear_select_mitigation',
  'srbds_select_mitigation',
  'l1d_flush_select_mitigation',
  'srso_select_mitigation',
  'gds_select_mitigation',
  'its_select_mitigation',
  'tsa_select_mitigation',
  'vmscape_select_mitigation',
];
