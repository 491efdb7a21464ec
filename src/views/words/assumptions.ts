/** What a report took for granted because nobody said otherwise. */
export const assumptionWords: Readonly<Record<string, string>> = {
  'debian-config-with-late-loading': "Debian's kernel configuration, with late loading built in",
  'kernel-same-line': 'the tables of another release of the same line; stable updates in between may differ',
  'kernel-nearest': 'the nearest modelled kernel, as this release is not modelled',
  'vendor-kernel': 'nothing of what the vendor of this kernel has backported',
  'default-kernel': 'the default kernel line, as neither profile nor command line names one',
  'platform-id': "that the update's platform flags fit, as the profile has no platform id",
  integrity: 'an undamaged file, as nobody checked its bytes',
  digest: 'that the kernel knows the digest of the patch',
  'unknown-effects': 'that the effects the descriptor does not know change nothing here',
  'early-image': 'that the next boot loads this update early',
  'early-load': 'that the next boot loads this update early',
  'policy-port': 'this policy is a port: its series was written for another kernel than this',
  'policy-invention': 'this policy is an invention: no kernel has ever done it',
};
