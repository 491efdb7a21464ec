import { debianAbi } from '../../data/kernels/releases.ts';

/** A kernel release, taken apart. */
export interface Release {
  /** Upstream version: line and number of the stable release. */
  readonly numbers: readonly [major: number, minor: number, patch: number];
  /** A name of Debian's: its kernels have some backports before the stable releases. */
  readonly debian: boolean;
  /** Count in a name such as `6.1.0-50-amd64`, or null. */
  readonly abi: number | null;
}

const VERSION = /^v?(\d{1,3})\.(\d{1,4})(?:\.(\d{1,4}))?(?!\d)/i;
const DEBIAN = /(?:^|[-+.~])(?:deb\d+|bpo)(?:[-+.]|$)|-(?:amd64|686|686-pae)$/;
const DEBIAN_ABI = /^(\d+\.\d+\.0)-(?:0\.deb\d+\.)?(\d{1,4})(?=-|$)/;
const DEBIAN_PACKAGE = /\bDebian (\d+\.\d+\.\d+)-\d/;

/** @returns the release in what `/proc/version` or `uname -a` prints; a text that holds no such line is a release already. */
export function releaseIn(text: string): string {
  const line = text.trim();
  return /^Linux version (\S+)/.exec(line)?.[1] ?? /^Linux \S+ (\d\S*) #/.exec(line)?.[1] ?? line;
}

/** @returns the numbers of a version without a suffix, `6.1.44`; a missing third number is 0. */
export function versionOf(text: string): Release['numbers'] | null {
  const match = VERSION.exec(text);
  return match && [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

/**
 * Takes a release apart.
 * @param name as `uname -r` prints it
 * @param line the whole of `/proc/version` where there is one: there Debian also names the version of the package
 * @returns null where the name does not begin with a version. An ABI count that no table knows is younger than all that are known.
 */
export function parseRelease(name: string, line = name): Release | null {
  const plain = versionOf(name);
  if (!plain) return null;
  const match = DEBIAN_ABI.exec(name);
  const abi = match && (DEBIAN.test(name) || debianAbi[`${match[1]}-${match[2]}`]) ? Number(match[2]) : null;
  const upstream = DEBIAN_PACKAGE.exec(line)?.[1] ?? (match && abi !== null ? (debianAbi[`${match[1]}-${abi}`] ?? `${plain[0]}.${plain[1]}.9999`) : null);
  return { numbers: (upstream && versionOf(upstream)) || plain, debian: DEBIAN.test(name) || abi !== null, abi };
}

/** @returns whether the first version is older than the second. */
export function isOlder(one: Release['numbers'], other: Release['numbers']): boolean {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at >= 0 && one[at]! < other[at]!;
}
