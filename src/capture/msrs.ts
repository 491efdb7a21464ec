import { msrsToRead } from './msr-list.ts';
import type { Notes } from './notes.ts';
import { failed, type Reader } from './reader.ts';
import { isAmd, type Msrs, type Row, vendorOf } from './registers.ts';

const devicePath = (cpu: number): string => `dev/cpu/${cpu}/msr`;

/** Why no MSR can be read here, and how to get them; said once. */
function sayNone(why: string, notes: Notes): void {
  if (why === 'denied') notes.say('MSRs are not read: no permission for /dev/cpu/0/msr (run as root; in a container, on the host)');
  else notes.say('MSRs are not read: there is no /dev/cpu/0/msr (as root: modprobe msr; the kernel needs CONFIG_X86_MSR)');
}

function wanted(rows: readonly Row[], vendors: 'all' | 'intel' | 'amd'): boolean {
  if (vendors === 'all') return true;
  return isAmd(rows) ? vendors === 'amd' : vendors === 'intel';
}

/**
 * Reads the MSRs that matter of one CPU.
 * @param cpu its number
 * @param rows what its CPUID answers, for the vendor
 * @param notes takes why none can be read
 * @returns the values as they stand now; null where reading faults, none where the device is not to be had
 */
export function readMsrs(reader: Reader, cpu: number, rows: readonly Row[], notes: Notes): Msrs {
  const found = new Map<number, bigint | null>();
  if (vendorOf(rows) === '') return found;
  const device = reader.open(devicePath(cpu));
  if (failed(device)) {
    sayNone(device, notes);
    return found;
  }
  for (const { index, vendors } of msrsToRead) {
    if (!wanted(rows, vendors)) continue;
    const bytes = device.at(BigInt(index), 8);
    if (bytes === 'fault') found.set(index, null);
    else if (!failed(bytes) && bytes.length >= 8) found.set(index, new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  }
  device.close();
  if (found.size === 0) sayNone('denied', notes);
  return found;
}

const KEEP = new Map(msrsToRead.map(({ index, keep }) => [index, keep]));

/**
 * Takes from MSRs what software has written while the machine ran.
 * @param msrs as they were read
 * @param notes takes that values were changed
 * @returns the values as reset and firmware left them, as far as that can be known
 */
export function asAtReset(msrs: Msrs, notes: Notes): Msrs {
  const changed: string[] = [];
  const found = new Map<number, bigint | null>();
  for (const [index, value] of msrs) {
    const keep = KEEP.get(index);
    const kept = value === null || keep === undefined ? value : value & keep;
    if (kept !== value) changed.push(`0x${index.toString(16)}`);
    found.set(index, kept);
  }
  if (changed.length > 0) notes.say(`MSRs whose bits the running kernel controls stand as at reset: ${changed.join(', ')}`);
  return found;
}

/** @returns the revision in MSR 0x8b of one CPU: the high half on Intel, the low on AMD (cpu/microcode/intel.c, amd.c); null where it cannot be read. */
export function revisionOf(reader: Reader, cpu: number, rows: readonly Row[]): number | null {
  const device = reader.open(devicePath(cpu));
  if (failed(device)) return null;
  const bytes = device.at(0x8bn, 8);
  device.close();
  if (failed(bytes) || bytes.length < 8) return null;
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getUint32(isAmd(rows) ? 0 : 4, true);
}
