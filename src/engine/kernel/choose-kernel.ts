import { kernelLines } from '../../data/kernels/index.ts';
import { nearestLines, vendorMarks } from '../../data/kernels/releases.ts';
import type { KernelLine } from '../../data/kernels/types.ts';
import type { Evidence } from '../model/report.ts';
import { isOlder, parseRelease, type Release, releaseIn, versionOf } from './release.ts';
import type { Differences } from './release-history.ts';

/** The modelled kernel that answers for the one that was asked for. */
export interface KernelChoice {
  /** The line; its tables are those of the asked release, as far as an older release of a modelled line differs. */
  readonly line: KernelLine;
  /** Release that the tables are taken from. */
  readonly release: string;
  readonly evidence: Evidence;
  /** Name of a build whose configuration is known, or null: the line's default configuration is assumed. */
  readonly build: string | null;
  /** A vendor that backports, so that its version says little; or null. */
  readonly vendor: string | null;
  /** What was asked for, as the kernel writes it. */
  readonly asked: string;
  /** What an older release of the line lacks; null where the tables answer as they are. */
  readonly differences: (() => Promise<Differences>) | null;
}

function nearest([major, minor]: Release['numbers']): KernelLine {
  const row = nearestLines.find(({ below }) => below === null || major < below[0] || (major === below[0] && minor < below[1]));
  return kernelLines.find(({ line }) => line === row!.line)!;
}

/** A line whose tables are those of an older release; they are made when they are asked for. */
function atRelease(line: KernelLine, differences: () => Promise<Differences>): KernelLine {
  return {
    ...line,
    load: async () => {
      const [{ tables }, found, { olderTables }] = await Promise.all([line.load(), differences(), import('./release-history.ts')]);
      return { tables: olderTables(tables, found) };
    },
    loadKvm: async () => {
      const [{ kvm }, found, { olderKvm }] = await Promise.all([line.loadKvm(), differences(), import('./release-history.ts')]);
      return { kvm: olderKvm(kvm, found) };
    },
  };
}

function historyOf(line: KernelLine, asked: Release): () => Promise<Differences> {
  let found: Promise<Differences> | null = null;
  const read = async (): Promise<Differences> => {
    const { differencesBetween } = await import('./release-history.ts');
    return differencesBetween(line.line, asked, parseRelease(line.builds[0] ?? line.release)!);
  };
  return () => {
    found ??= read();
    return found;
  };
}

/** Debian builds the releases of a line alike: a cloud kernel has the configuration of the known cloud kernel. */
function sisterBuild(line: KernelLine, asked: string): string | null {
  const sisters = line.builds.filter((build) => parseRelease(build)!.debian);
  return sisters.find((build) => build.includes('-cloud-') === asked.includes('-cloud-')) ?? null;
}

/**
 * Finds the modelled line for a kernel.
 * @param text a line (`6.12`), a release (`6.12.107`, `6.1.0-50-cloud-amd64`, `6.18.3`) or what /proc/version or `uname -a` prints
 * @returns null where the text holds no kernel version
 */
export function chooseKernel(text: string): KernelChoice | null {
  const asked = releaseIn(text);
  const plain = { build: null, vendor: null, asked, differences: null };
  const whole = kernelLines.find(({ line }) => line === asked);
  if (whole) return { ...plain, line: whole, release: whole.release, evidence: 'exact' };
  const built = kernelLines.find(({ builds }) => builds.includes(asked));
  if (built) return { ...plain, line: built, release: built.release, evidence: 'exact', build: asked };
  const release = parseRelease(asked, text);
  return release && closest(asked, release);
}

/** For every release that is neither a line nor a known build. */
function closest(asked: string, release: Release): KernelChoice {
  const vendor = vendorMarks.find(([mark]) => asked.includes(mark))?.[1] ?? null;
  const name = `${release.numbers[0]}.${release.numbers[1]}`;
  const own = kernelLines.find(({ line }) => line === name);
  const line = own ?? nearest(release.numbers);
  const found = { line, release: line.release, build: null, vendor, asked, differences: null };
  if (!own || vendor !== null) return { ...found, evidence: 'nearest' };
  const build = release.debian ? sisterBuild(line, asked) : null;
  const modelled = versionOf(line.release)!;
  if (!isOlder(release.numbers, modelled)) return { ...found, build, evidence: isOlder(modelled, release.numbers) ? 'same-line' : 'exact' };
  const differences = historyOf(line, release);
  return { ...found, line: atRelease(line, differences), build, evidence: 'same-line', differences };
}
