import { hex, parseHex32 } from '../base/hex.ts';
import type { ProfileMicrocode } from '../data/contract/profile.ts';
import type { CpuinfoFields } from './cpuinfo.ts';
import { revisionOf } from './msrs.ts';
import type { Notes } from './notes.ts';
import { failed, type Reader, readLine } from './reader.ts';
import { type Core, isAmd, type Row, rowOf, vendorOf } from './registers.ts';

/** What a file with updates is asked for. */
export interface EarlyCpu {
  readonly vendor: string;
  readonly signature: number;
  readonly platformId: number | null;
}

/** Finds in the beginning of an early-load image the revision that the kernel would take from it; null where it holds none for the CPU. */
export type EarlyRevision = (image: Uint8Array, cpu: EarlyCpu) => number | null;

/** All of a vendor's updates have about 21 MB; they stand in front. */
const MOST_IMAGE_BYTES = 48 * 1024 * 1024;
const SYSFS = 'sys/devices/system/cpu';

/** The first source that answers: sysfs, /proc/cpuinfo, the MSR itself. */
function revisionOfCpu(reader: Reader, cpu: number, cpuinfo: ReadonlyMap<number, CpuinfoFields>, rows: readonly Row[]): number | null {
  return (
    parseHex32(readLine(reader, `${SYSFS}/cpu${cpu}/microcode/version`) ?? '') ??
    parseHex32(cpuinfo.get(cpu)?.get('microcode') ?? '') ??
    revisionOf(reader, cpu, rows)
  );
}

/** `processor_flags` is a mask with the one bit of the platform id (cpu/microcode/core.c processor_flags_show()); else MSR 0x17. */
function platformIdOf(reader: Reader, first: Core): number | undefined {
  if (vendorOf(first.rows) !== 'GenuineIntel') return undefined;
  const mask = parseHex32(readLine(reader, `${SYSFS}/cpu0/microcode/processor_flags`) ?? '');
  if (mask !== null && mask > 0 && mask <= 0x80 && (mask & (mask - 1)) === 0) return Math.log2(mask);
  const value = first.msrs.get(0x17);
  return value == null ? undefined : Number((value >> 50n) & 7n);
}

/**
 * Reads revisions and platform id.
 * @param online CPUs to ask, by the kernel's numbers
 * @param numberInProfile turns those into the profile's
 * @param notes takes that nobody says the revision
 */
export function readMicrocode(
  reader: Reader,
  online: readonly number[],
  cpuinfo: ReadonlyMap<number, CpuinfoFields>,
  first: Core,
  numberInProfile: (cpu: number) => number,
  notes: Notes,
): ProfileMicrocode {
  const byRevision = new Map<number, number[]>();
  for (const cpu of online) {
    const revision = revisionOfCpu(reader, cpu, cpuinfo, first.rows);
    if (revision !== null) byRevision.set(revision, [...(byRevision.get(revision) ?? []), numberInProfile(cpu)]);
  }
  const platformId = platformIdOf(reader, first);
  const [main] = byRevision.keys();
  if (main === undefined) {
    notes.say(`the microcode revision is not known, 0x0 stands for it: neither ${SYSFS}/cpu0/microcode/version nor /proc/cpuinfo nor MSR 0x8b says it`);
    return { revision: '0x0', unknown: true, ...(platformId === undefined ? {} : { platformId }) };
  }
  byRevision.delete(main);
  const perCpu = [...byRevision].map(([revision, cpus]) => ({ cpus: cpus.sort((a, b) => a - b), revision: hex(revision) }));
  if (perCpu.length > 0) notes.say('CPUs stand on different microcode revisions');
  return { revision: hex(main), ...(platformId === undefined ? {} : { platformId }), ...(perCpu.length > 0 ? { perCpu } : {}) };
}

/** Names that distributions give the image; the release comes from a file and must not lead elsewhere. */
function imagePaths(release: string | null, amd: boolean): string[] {
  const own = amd ? 'boot/amd-ucode.img' : 'boot/intel-ucode.img';
  if (release === null || !/^[\w.+~-]{1,200}$/.test(release)) return [own];
  return [`boot/initrd.img-${release}`, `boot/initramfs-${release}.img`, `boot/initrd-${release}`, own];
}

/**
 * Looks into the early-load image for the microcode that the next boot takes.
 * @param earlyRevision reads the image: its format is another room's business
 * @param notes takes that it is not readable, or holds none
 * @returns the revision, or undefined
 */
export function readEarlyMicrocode(
  reader: Reader,
  release: string | null,
  rows: readonly Row[],
  platformId: number | undefined,
  earlyRevision: EarlyRevision,
  notes: Notes,
): string | undefined {
  const cpu = { vendor: vendorOf(rows), signature: rowOf(rows, 1)?.eax ?? 0, platformId: platformId ?? null };
  let why = 'there is none under a name that is known in /boot';
  for (const path of imagePaths(release, isAmd(rows))) {
    const image = reader.read(path, MOST_IMAGE_BYTES);
    if (image === 'denied') why = `no permission for /${path} (run as root)`;
    if (failed(image)) continue;
    const revision = earlyRevision(image, cpu);
    if (revision !== null) return hex(revision);
    why = `/${path} holds none for this CPU in its uncompressed part`;
  }
  notes.say(`the microcode of the early-load image is not known: ${why}`);
  return undefined;
}
