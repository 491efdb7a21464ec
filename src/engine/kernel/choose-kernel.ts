import { kernelLines } from '../../data/kernels/index.ts';
import { debianAbi, nearestLines, vendorMarks } from '../../data/kernels/releases.ts';
import type { KernelLine } from '../../data/kernels/types.ts';
import type { Evidence } from '../model/report.ts';

/** The modelled kernel that answers for the one that was asked for. */
export interface KernelChoice {
  readonly line: KernelLine;
  /** Release of the tables that answer. */
  readonly release: string;
  readonly evidence: Evidence;
  /** Name of a build whose configuration is known, or null: the line's default configuration is assumed. */
  readonly build: string | null;
  /** A vendor that backports, so that its version says little; or null. */
  readonly vendor: string | null;
  /** What was asked for, as the kernel writes it. */
  readonly asked: string;
}

const VERSION = /^(\d{1,3})\.(\d{1,4})(?:\.(\d{1,4}))?/;

/** Takes the release out of what /proc/version prints; anything else is a release already. */
function releaseOf(text: string): string {
  return /^Linux version (\S+)/.exec(text.trim())?.[1] ?? text.trim();
}

function lineNamed(name: string): KernelLine {
  return kernelLines.find(({ line }) => line === name)!;
}

function nearest(major: number, minor: number): KernelLine {
  const row = nearestLines.find(({ below }) => below === null || major < below[0] || (major === below[0] && minor < below[1]));
  return lineNamed(row!.line);
}

/**
 * Finds the modelled line for a kernel.
 * @param text a line (`6.12`), a release (`6.12.107`, `6.1.0-50-cloud-amd64`, `6.18.3`) or what /proc/version prints
 * @returns null where the text holds no kernel version
 */
export function chooseKernel(text: string): KernelChoice | null {
  const asked = releaseOf(text);
  const exactLine = kernelLines.find(({ line }) => line === asked);
  if (exactLine) return { line: exactLine, release: exactLine.release, evidence: 'exact', build: null, vendor: null, asked };
  const built = kernelLines.find(({ builds }) => builds.includes(asked));
  if (built) return { line: built, release: built.release, evidence: 'exact', build: asked, vendor: null, asked };
  const match = VERSION.exec(asked);
  if (!match) return null;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const vendor = vendorMarks.find(([mark]) => asked.includes(mark))?.[1] ?? null;
  const line = kernelLines.find((one) => one.line === `${major}.${minor}`) ?? nearest(major, minor);
  const abi = /^\d+\.\d+\.0-\d+/.exec(asked)?.[0];
  const release = (abi && debianAbi[abi]) ?? VERSION.exec(asked)![0];
  const sameLine = line.line === `${major}.${minor}` && vendor === null;
  const evidence: Evidence = !sameLine ? 'nearest' : release === line.release ? 'exact' : 'same-line';
  return { line, release: line.release, evidence, build: null, vendor, asked };
}
