/**
 * Which modelled line stands in for a release that is not modelled: the first row whose `below` is greater; null is no limit.
 * The cuts lie where the code that decides these results was reworked (microcode loader in 6.7, mitigation phases in 6.17).
 */
export const nearestLines: readonly { readonly line: string; readonly below: readonly [major: number, minor: number] | null }[] = [
  { line: '6.1', below: [6, 7] },
  { line: '6.12', below: [6, 17] },
  { line: '7.2', below: null },
];

/**
 * Kernels whose version does not say what they hold, because their vendors backport: a mark in the release and the vendor's name.
 */
export const vendorMarks: readonly (readonly [mark: string, vendor: string])[] = [
  ['.el7', 'Red Hat'],
  ['.el8', 'Red Hat'],
  ['.el9', 'Red Hat'],
  ['.el10', 'Red Hat'],
  ['.fc', 'Fedora'],
  ['.amzn', 'Amazon Linux'],
  ['el8uek', 'Oracle UEK'],
  ['el9uek', 'Oracle UEK'],
  ['-generic', 'Ubuntu'],
  ['-lowlatency', 'Ubuntu'],
  ['-aws', 'Ubuntu'],
  ['-azure', 'Ubuntu'],
  ['-gcp', 'Ubuntu'],
  ['-default', 'SUSE'],
  ['-pve', 'Proxmox'],
  ['-xen', 'XenServer'],
];

/** Upstream version behind Debian's names of 6.1, whose third number is an ABI count and not a stable release. */
export const debianAbi: Readonly<Record<string, string>> = {
  '6.1.0-50': '6.1.176',
};
