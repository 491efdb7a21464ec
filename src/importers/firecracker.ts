import { hex, parseHex32 } from '../base/hex.ts';
import type { Profile, ProfileSystem } from '../data/contract/profile.ts';
import { assembleProfile } from './core/assemble.ts';
import { importFileByFile } from './core/file-by-file.ts';
import { asList, asObject, jsonDocuments } from './core/json-documents.ts';
import { type CpuDump, type Machine, type Msrs, type Registers, rowKey, rowOf } from './core/machine.ts';
import type { ProblemList } from './core/problems.ts';
import { headOf, textOf } from './core/text.ts';
import type { Importer, ImportFile } from './types.ts';

type Json = Readonly<Record<string, unknown>>;

interface Bits {
  readonly value: bigint;
  /** Some bits are `x`: the template leaves them as the host has them. */
  readonly open: boolean;
  /** The bits that are not. */
  readonly known: bigint;
}

/** `0b` and up to 64 of 0, 1 and x, grouped by underscores at will; shorter ones are filled with zeros from the left. */
function bitmap(text: unknown, width: number): Bits | null {
  if (typeof text !== 'string') return null;
  const digits = text.replace(/_/g, '').replace(/^0b/i, '');
  if (digits === '' || digits.length > width || !/^[01x]+$/i.test(digits)) return null;
  const full = digits.padStart(width, '0');
  return { value: BigInt(`0b${full.replace(/x/gi, '0')}`), open: /x/i.test(digits), known: BigInt(`0b${full.replace(/[01]/g, '1').replace(/x/gi, '0')}`) };
}

/** Leaves and addresses are written as hexadecimal, binary or decimal text, or as numbers. */
function number(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff ? value : null;
  if (typeof value !== 'string') return null;
  if (/^0x/i.test(value)) return parseHex32(value.toLowerCase());
  if (!/^(0b[01]{1,32}|[0-9]{1,10})$/i.test(value)) return null;
  return Number(value) <= 0xffff_ffff ? Number(value) : null;
}

interface Found {
  readonly cpu: CpuDump;
  readonly msrs: Msrs;
  /** Masks of the bits that a template names. */
  readonly known: { readonly rows: Map<string, Registers>; readonly msrs: Map<number, bigint> };
  open: boolean;
}

function readLeaf(entry: Json, path: string, found: Found, problems: ProblemList): void {
  const leaf = number(entry.leaf);
  const subleaf = entry.subleaf === undefined ? 0 : number(entry.subleaf);
  if (leaf === null || subleaf === null) {
    problems.add('bad-leaf', path, 'leaf and subleaf, such as "0x7" and "0x0"', JSON.stringify([entry.leaf, entry.subleaf]));
    return;
  }
  const words = { eax: 0, ebx: 0, ecx: 0, edx: 0 };
  const known = { eax: 0, ebx: 0, ecx: 0, edx: 0 };
  for (const [index, item] of asList(entry.modifiers).entries()) {
    const modifier = asObject(item);
    const register = modifier?.register;
    const bits = bitmap(modifier?.bitmap, 32);
    if (bits === null || !(register === 'eax' || register === 'ebx' || register === 'ecx' || register === 'edx')) {
      problems.add('bad-bitmap', `${path}.modifiers[${index}]`, 'a register and 0b with up to 32 of 0, 1 and x', JSON.stringify(item) ?? '');
      continue;
    }
    words[register] = Number(bits.value);
    known[register] = Number(bits.known);
    found.open ||= bits.open;
  }
  const key = rowKey(leaf, subleaf);
  if (found.cpu.rows.has(key)) problems.add('row-repeated', path, 'each leaf and subleaf once', key);
  else {
    found.cpu.rows.set(key, { leaf, subleaf, ...words });
    found.known.rows.set(key, { leaf, subleaf, ...known });
  }
}

function readMsr(entry: Json, path: string, found: Found, problems: ProblemList): void {
  const index = number(entry.addr);
  const bits = bitmap(entry.bitmap, 64);
  if (index === null || bits === null) {
    problems.add('bad-bitmap', path, 'addr and 0b with up to 64 of 0, 1 and x', JSON.stringify(entry));
    return;
  }
  found.open ||= bits.open;
  found.msrs.set(index, bits.value);
  if (bits.open) found.known.msrs.set(index, bits.known);
}

function readConfig(config: Json, base: string, problems: ProblemList): Found {
  const found: Found = {
    cpu: { cpu: 0, line: 1, rows: new Map(), msrs: new Map() },
    msrs: new Map(),
    known: { rows: new Map(), msrs: new Map() },
    open: false,
  };
  for (const [index, item] of asList(config.cpuid_modifiers).entries()) readLeaf(asObject(item) ?? {}, `${base}.cpuid_modifiers[${index}]`, found, problems);
  for (const [index, item] of asList(config.msr_modifiers).entries()) readMsr(asObject(item) ?? {}, `${base}.msr_modifiers[${index}]`, found, problems);
  return found;
}

const GUEST_NOTE = 'what KVM and Firecracker show a guest, not what the CPU answers itself';

function notesOf(fingerprint: boolean, found: Found): string[] {
  const notes = [GUEST_NOTE];
  if (found.open) notes.push('a template: bits marked x keep the value of the host and are not known here; they stand as zero');
  if (!rowOf(found.cpu, 0) || !rowOf(found.cpu, 1)) notes.push('leaves that the template does not change are missing: they are those of the host');
  if (!fingerprint) notes.push('host kernel and microcode are not in the file');
  return notes;
}

function importDocument(document: Json, file: ImportFile, problems: ProblemList): Profile[] {
  const wrapped = asObject(document.guest_cpu_config);
  const config = wrapped ?? document;
  if (config.reg_modifiers !== undefined && config.cpuid_modifiers === undefined) {
    problems.add('not-x86', '$', 'cpuid_modifiers', 'reg_modifiers: an ARM CPU');
    return [];
  }
  const found = readConfig(config, wrapped ? '$.guest_cpu_config' : '$', problems);
  if (found.cpu.rows.size === 0) {
    problems.add('no-registers', '$', 'cpuid_modifiers with at least one leaf', 'none');
    return [];
  }
  const machine: Machine = { cpus: [{ ...found.cpu, known: found.known }], msrs: found.msrs };
  const revision = typeof document.microcode_version === 'string' ? parseHex32(document.microcode_version.toLowerCase()) : null;
  if (document.microcode_version !== undefined && revision === null)
    problems.add('bad-revision', '$.microcode_version', '0x and hex digits', JSON.stringify(document.microcode_version));
  const system: ProfileSystem = typeof document.kernel_version === 'string' ? { kernel: document.kernel_version } : {};
  const partial = found.open || !rowOf(found.cpu, 0) || !rowOf(found.cpu, 1);
  return [
    assembleProfile(machine, {
      format: 'firecracker',
      name: file.name,
      notes: notesOf(wrapped !== null, found),
      system,
      ...(revision === null ? {} : { revision: hex(revision) }),
      ...(partial ? { partial: true } : {}),
    }),
  ];
}

function importFile(file: ImportFile, problems: ProblemList): Profile[] {
  const documents = jsonDocuments(textOf(file), problems);
  if (documents.length === 0 && problems.list().length === 0) problems.add('no-registers', '$', 'a JSON object with cpuid_modifiers', 'an empty file');
  return documents.flatMap((document) => {
    const object = asObject(document);
    if (object) return importDocument(object, file, problems);
    problems.add('no-registers', '$', 'an object with cpuid_modifiers', 'something else');
    return [];
  });
}

/** Fingerprints (`cpu-template-helper fingerprint dump`) and CPU templates of Firecracker. */
export const firecracker: Importer = {
  id: 'firecracker',
  title: 'Firecracker fingerprint or CPU template',
  detect: (input) => {
    const head = input.files[0] ? headOf(input.files[0]) : '';
    if (!/^\s{0,100}[{[]/.test(head)) return 0;
    return /"(cpuid_modifiers|guest_cpu_config|msr_modifiers|reg_modifiers)"/.test(head) ? 0.95 : 0;
  },
  import: (input) =>
    importFileByFile(input, importFile, ['more than one CPU', 'what the CPU itself answers outside a guest', 'the platform id', 'the command line']),
};
