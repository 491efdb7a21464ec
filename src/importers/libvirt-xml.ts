import type { Collector } from './core/collector.ts';
import type { ProblemList } from './core/problems.ts';
import { importRegisters, type RegisterFormat } from './core/register-dump.ts';
import { headOf } from './core/text.ts';
import { looksLikeXml, type XmlOpen, xmlTokens } from './core/xml.ts';
import type { Importer } from './types.ts';

/** Numbers as libvirt's own reader takes them: hexadecimal with 0x, else decimal. */
function number(text: string | undefined): number | null {
  if (text === undefined || !/^\s*(0x[0-9a-f]{1,10}|[0-9]{1,10})\s*$/i.test(text)) return null;
  const value = Number(text);
  return value <= 0xffff_ffff ? value : null;
}

const MSR_TEXT = "<msr index='0x10a' edx='0x00000000' eax='0x0000002b'/>";
const ROW_TEXT = "<cpuid eax_in='0x7' ecx_in='0x0' eax='0x..' ebx='0x..' ecx='0x..' edx='0x..'/>";

/** Registers that the element leaves out are zero, as in libvirt's CPU map. */
function words(element: XmlOpen, names: readonly string[]): number[] | null {
  const values = names.map((name) => (element.attributes.has(name) ? number(element.attributes.get(name)) : 0));
  return values.some((value) => value === null) ? null : (values as number[]);
}

/** Until 2016 libvirt wrote `function` for the leaf and had no subleaves. */
function readCpuid(element: XmlOpen, into: Collector, problems: ProblemList): void {
  const leaf = number(element.attributes.get('eax_in') ?? element.attributes.get('function'));
  const values = words(element, ['ecx_in', 'eax', 'ebx', 'ecx', 'edx']);
  if (leaf === null || values === null) {
    problems.at('damaged-row', element.line, ROW_TEXT, written(element));
    return;
  }
  const [subleaf = 0, eax = 0, ebx = 0, ecx = 0, edx = 0] = values;
  into.row(leaf, subleaf, { eax, ebx, ecx, edx }, element.line);
}

function readMsr(element: XmlOpen, into: Collector, problems: ProblemList): void {
  const index = number(element.attributes.get('index'));
  const values = words(element, ['edx', 'eax']);
  if (index === null || values === null) {
    problems.at('damaged-row', element.line, MSR_TEXT, written(element));
    return;
  }
  const [edx = 0, eax = 0] = values;
  into.msr(index, (BigInt(edx) << 32n) | BigInt(eax));
}

function written(element: XmlOpen): string {
  return `<${element.name} ${[...element.attributes].map(([name, value]) => `${name}='${value}'`).join(' ')}`;
}

function read(text: string, into: Collector, problems: ProblemList): void {
  for (const token of xmlTokens(text, problems)) {
    if (token.kind !== 'open') continue;
    if (token.name === 'cpuid') readCpuid(token, into, problems);
    else if (token.name === 'msr') readMsr(token, into, problems);
    else if (token.name === 'cpudata' && !['x86', 'x86_64', 'i686', undefined].includes(token.attributes.get('arch')))
      problems.at('not-x86', token.line, "arch='x86'", token.attributes.get('arch') ?? '');
  }
}

const format: RegisterFormat = {
  id: 'libvirt',
  rowText: `elements like ${ROW_TEXT}`,
  cannotCarry: [
    'more than one CPU',
    'the microcode revision, unless MSR 0x8b is listed',
    'the platform id, unless MSR 0x17 is listed',
    'kernel and command line',
  ],
  read,
};

/** CPU data of libvirt's tests and of `virsh` with debug output: `<cpudata>` with `<cpuid>` and `<msr>`. */
export const libvirtXml: Importer = {
  id: 'libvirt',
  title: 'libvirt CPU data XML',
  detect: (input) => {
    const head = input.files[0] ? headOf(input.files[0]) : '';
    if (!looksLikeXml(head)) return 0;
    if (/<cpudata\b/.test(head)) return 0.95;
    return /<cpuid\s[^>]{0,200}\beax_in\s*=/.test(head) ? 0.8 : 0;
  },
  import: (input) => importRegisters(format, input),
};
