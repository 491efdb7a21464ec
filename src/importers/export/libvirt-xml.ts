import { hex, hex32, parseHex32, parseHex64 } from '../../base/hex.ts';
import type { CpuidRow, Profile } from '../../data/contract/profile.ts';
import { rowKey, vendorOf } from '../core/machine.ts';
import type { Exporter } from './types.ts';

const MSR_UCODE_REV = 0x8b;
const word = (text: string): number => parseHex32(text) ?? 0;

/** A comment must not hold two hyphens, and its text is somebody else's. */
const commentText = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/-(?=-)/g, '- ')
    .replace(/-$/, '- ');

function cpuidElement(row: CpuidRow): string {
  const subleaf = `0x${word(row.subleaf).toString(16).padStart(2, '0')}`;
  const words = (['eax', 'ebx', 'ecx', 'edx'] as const).map((register) => `${register}='${hex32(word(row[register]))}'`);
  return `  <cpuid eax_in='${hex32(word(row.leaf))}' ecx_in='${subleaf}' ${words.join(' ')}/>\n`;
}

function msrElement(index: number, value: bigint): string {
  return `  <msr index='${hex(index)}' edx='${hex32(Number(value >> 32n))}' eax='${hex32(Number(value & 0xffff_ffffn))}'/>\n`;
}

/** Where MSR 0x8b is not listed, the revision says what it reads: the high half on Intel, the low one on AMD. */
function revisionValue(profile: Profile): bigint | null {
  const revision = word(profile.microcode.revision);
  if (revision === 0) return null;
  const leaf0 = profile.cpuid.find((row) => word(row.leaf) === 0 && word(row.subleaf) === 0);
  if (!leaf0) return null;
  const row = { leaf: 0, subleaf: 0, eax: word(leaf0.eax), ebx: word(leaf0.ebx), ecx: word(leaf0.ecx), edx: word(leaf0.edx) };
  const vendor = vendorOf({ cpu: 0, line: 0, rows: new Map([[rowKey(0, 0), row]]), msrs: new Map() });
  return vendor === 'AuthenticAMD' || vendor === 'HygonGenuine' ? BigInt(revision) : BigInt(revision) << 32n;
}

function msrsOf(profile: Profile): [number, bigint][] {
  const listed = Object.entries(profile.msrs ?? {});
  const values = listed.flatMap(([index, value]): [number, bigint][] => (value === null ? [] : [[word(index), parseHex64(value) ?? 0n]]));
  const revision = listed.some(([index]) => word(index) === MSR_UCODE_REV) ? null : revisionValue(profile);
  if (revision !== null) values.push([MSR_UCODE_REV, revision]);
  return values.sort(([a], [b]) => a - b);
}

function write(profile: Profile): string {
  const rows = profile.cpuid.map(cpuidElement).join('');
  const msrs = msrsOf(profile).map(([index, value]) => msrElement(index, value));
  return `<!-- ${commentText(profile.title)} -->\n<cpudata arch='x86'>\n${rows}${msrs.join('')}</cpudata>\n`;
}

/** CPU data as libvirt's tests hold it and `virCPUDataParse()` reads it. */
export const libvirtXml: Exporter = {
  id: 'libvirt',
  title: 'libvirt CPU data XML',
  write,
  lost: (profile) => [
    ...(Object.values(profile.msrs ?? {}).includes(null) ? ['which MSRs fault when they are read'] : []),
    ...(profile.microcode.platformId === undefined ? [] : ['the platform id']),
    ...(profile.microcode.perCpu ? ['the revisions of the other CPUs'] : []),
    ...(profile.otherCores ? ['the other kinds of core'] : []),
    ...(profile.topology ? ['the topology, beyond what the leaves say'] : []),
    ...(profile.system ? ['the system: kernel, command line, modules, guests'] : []),
    ...(profile.partial ? ['that bits without a name are not known'] : []),
  ],
};
