import { type Row, withBits } from './registers.ts';

const MAC = /(?<![0-9a-f])(?:[0-9a-f]{2}[:-]){5,6}[0-9a-f]{2}(?![0-9a-f])/gi;
/** Serial numbers and WWNs of disks stand in the names of their links. */
const DISK_BY_ID = /(\/by-id\/)[^\s,"]+/g;
const SECRET_OPTION = /^([^=]*(?:serial|machine_id|password|passwd|secret|token|credential|initiator|wwn)[^=]*)=.*$/i;
const HIDDEN = 'hidden';

/** @returns a text without MAC addresses and serial numbers of disks. */
export function withoutSerials(text: string): string {
  return text.replace(MAC, HIDDEN).replace(DISK_BY_ID, `$1${HIDDEN}`);
}

/** @returns a text in which a host name no longer stands. */
export function withoutHost(text: string, host: string | null): string {
  return host === null || host.length < 2 ? text : text.split(host).join(HIDDEN);
}

/**
 * Cleans a kernel command line.
 * @param line /proc/cmdline
 * @returns the kernel's options without serial numbers, MAC addresses, passwords, and without what follows `--`, which belongs to init
 */
export function cleanCmdline(line: string): string {
  const words = line
    .slice(0, 16_384)
    .replace(/[\u0000-\u001f\u007f\ufffd]+/g, ' ')
    .trim()
    .match(/(?:[^\s"]|"[^"]*"?)+/g);
  const own = words?.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  return (own ?? []).map((word) => withoutSerials(word).replace(SECRET_OPTION, `$1=${HIDDEN}`)).join(' ');
}

/** Leaf 3 is the serial number of the Pentium III; it is no part of any profile. */
export function withoutSerialNumber(rows: readonly Row[]): Row[] {
  return rows.map((row) => (row.leaf === 3 ? { ...row, eax: 0, ebx: 0, ecx: 0, edx: 0 } : row));
}

/** Where CPUID says which CPU answers: leaf, register, bits of the APIC id (Intel SDM, AMD APM). */
const APIC_IDS: readonly (readonly [leaf: number, register: 'eax' | 'ebx' | 'ecx' | 'edx', bits: number])[] = [
  [0x1, 'ebx', 0xff00_0000],
  [0xb, 'edx', 0xffff_ffff],
  [0x1f, 'edx', 0xffff_ffff],
  [0x8000_001e, 'eax', 0xffff_ffff],
  [0x8000_001e, 'ebx', 0x0000_00ff],
  [0x8000_001e, 'ecx', 0x0000_00ff],
  [0x8000_0026, 'edx', 0xffff_ffff],
];

/** @returns rows without APIC, core and node ids. */
export function withoutApicIds(rows: readonly Row[]): Row[] {
  return APIC_IDS.reduce<Row[]>(
    (all, [leaf, register, bits]) => all.flatMap((row) => (row.leaf === leaf ? withBits([row], leaf, row.subleaf, register, 0, bits) : [row])),
    [...rows],
  );
}
