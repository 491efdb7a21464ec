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
 * The first mark counts; null: the packager builds stable releases as they are.
 */
export const vendorMarks: readonly (readonly [mark: string, vendor: string | null])[] = [
  ['.elrepo', null],
  ['uek', 'Oracle UEK'],
  ['.el6', 'Red Hat'],
  ['.el7', 'Red Hat'],
  ['.el8', 'Red Hat'],
  ['.el9', 'Red Hat'],
  ['.el10', 'Red Hat'],
  ['.fc', 'Fedora'],
  ['.amzn', 'Amazon Linux'],
  ['.oe', 'openEuler'],
  ['.an8', 'Anolis OS'],
  ['.an23', 'Anolis OS'],
  ['.ph4', 'Photon OS'],
  ['.ph5', 'Photon OS'],
  ['.cm2', 'Azure Linux'],
  ['.azl3', 'Azure Linux'],
  ['-generic', 'Ubuntu'],
  ['-lowlatency', 'Ubuntu'],
  ['-aws', 'Ubuntu'],
  ['-azure', 'Ubuntu or SUSE'],
  ['-gcp', 'Ubuntu'],
  ['-gke', 'Ubuntu'],
  ['-ibm', 'Ubuntu'],
  ['-kvm', 'Ubuntu'],
  ['-oem', 'Ubuntu'],
  ['-oracle', 'Ubuntu'],
  ['-nvidia', 'Ubuntu'],
  ['-realtime', 'Ubuntu'],
  ['-default', 'SUSE'],
  ['-kernel-default', 'SUSE'],
  ['-pve', 'Proxmox'],
  ['-xen', 'XenServer'],
  ['-microsoft', 'Microsoft'],
  ['-android', 'Android'],
];

/**
 * Upstream version behind Debian's names of 6.1, whose third number is an ABI count and not a stable release; the newest where
 * several uploads share a count (7, 10, 11, 23, 24).
 * Source: changelog of Debian's linux 6.1.176-1, entries `Bump ABI to n`; from 6.1.148-1 on every upload has a count of its own.
 */
export const debianAbi: Readonly<Record<string, string>> = {
  '6.1.0-1': '6.1.4',
  '6.1.0-2': '6.1.7',
  '6.1.0-3': '6.1.8',
  '6.1.0-4': '6.1.11',
  '6.1.0-5': '6.1.12',
  '6.1.0-6': '6.1.15',
  '6.1.0-7': '6.1.20',
  '6.1.0-8': '6.1.25',
  '6.1.0-9': '6.1.27',
  '6.1.0-10': '6.1.38',
  '6.1.0-11': '6.1.38',
  '6.1.0-12': '6.1.52',
  '6.1.0-13': '6.1.55',
  '6.1.0-14': '6.1.64',
  '6.1.0-15': '6.1.66',
  '6.1.0-16': '6.1.67',
  '6.1.0-17': '6.1.69',
  '6.1.0-18': '6.1.76',
  '6.1.0-19': '6.1.82',
  '6.1.0-20': '6.1.85',
  '6.1.0-21': '6.1.90',
  '6.1.0-22': '6.1.94',
  '6.1.0-23': '6.1.99',
  '6.1.0-24': '6.1.106',
  '6.1.0-25': '6.1.106',
  '6.1.0-26': '6.1.112',
  '6.1.0-27': '6.1.115',
  '6.1.0-28': '6.1.119',
  '6.1.0-29': '6.1.123',
  '6.1.0-30': '6.1.124',
  '6.1.0-31': '6.1.128',
  '6.1.0-32': '6.1.129',
  '6.1.0-33': '6.1.133',
  '6.1.0-34': '6.1.135',
  '6.1.0-35': '6.1.137',
  '6.1.0-36': '6.1.139',
  '6.1.0-37': '6.1.140',
  '6.1.0-38': '6.1.147',
  '6.1.0-39': '6.1.148',
  '6.1.0-40': '6.1.153',
  '6.1.0-41': '6.1.158',
  '6.1.0-42': '6.1.159',
  '6.1.0-43': '6.1.162',
  '6.1.0-44': '6.1.164',
  '6.1.0-45': '6.1.170',
  '6.1.0-46': '6.1.170',
  '6.1.0-47': '6.1.170',
  '6.1.0-48': '6.1.172',
  '6.1.0-49': '6.1.174',
  '6.1.0-50': '6.1.176',
};
