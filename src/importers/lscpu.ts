import { assembleProfile } from './core/assemble.ts';
import { importFileByFile } from './core/file-by-file.ts';
import { asList, asObject, jsonDocuments } from './core/json-documents.ts';
import { addressSizes, cpuList, decimal, knownTopology } from './core/linux-text.ts';
import { nameableFlags, nameableRefs, xsaveRefs } from './core/nameable.ts';
import type { ProblemList } from './core/problems.ts';
import { cpuinfoLookup, REBUILT_NOTE, rebuildCpu, unknownNamesNote } from './core/rebuild.ts';
import { headOf, lines, textOf } from './core/text.ts';
import type { Importer, ImportFile } from './types.ts';

interface Field {
  readonly value: string;
  /** 0 where the file is JSON. */
  readonly line: number;
}

type Fields = Map<string, Field>;

const ROW = /^\s*([A-Z][^:]{1,60}):\s*(.*)$/;
const X86 = /^(x86_64|i[3-6]86|x86)$/;

function readText(text: string): Fields {
  const fields: Fields = new Map();
  for (const { number, text: line } of lines(text)) {
    const row = ROW.exec(line);
    const name = row?.[1]?.trim() ?? '';
    if (row && !fields.has(name) && fields.size < 1000) fields.set(name, { value: (row[2] ?? '').trim(), line: number });
  }
  return fields;
}

/** `{ "lscpu": [ { "field": "Vendor ID:", "data": "..", "children": [..] } ] }`; newer versions nest. */
function readJson(text: string, problems: ProblemList): Fields {
  const fields: Fields = new Map();
  const queue = jsonDocuments(text, problems).flatMap((document) => asList(asObject(document)?.lscpu));
  for (let at = 0; at < queue.length; at += 1) {
    const entry = asObject(queue[at]);
    const name = typeof entry?.field === 'string' ? entry.field.replace(/:\s*$/, '').trim() : '';
    if (name !== '' && typeof entry?.data === 'string' && !fields.has(name)) fields.set(name, { value: entry.data.trim(), line: 0 });
    queue.push(...asList(entry?.children));
  }
  return fields;
}

function problemAt(problems: ProblemList, field: Field | undefined, code: string, expected: string, got: string): void {
  if (field && field.line > 0) problems.at(code, field.line, expected, got);
  else problems.add(code, '$.lscpu', expected, got);
}

function checkFields(fields: Fields, problems: ProblemList): boolean {
  const architecture = fields.get('Architecture');
  if (architecture && !X86.test(architecture.value)) {
    problemAt(problems, architecture, 'not-x86', 'Architecture x86_64', architecture.value);
    return false;
  }
  const vendor = fields.get('Vendor ID');
  const flags = fields.get('Flags');
  if (!vendor) problemAt(problems, vendor, 'field-missing', 'a line Vendor ID (lscpu in the C locale)', 'none');
  if (!flags) problemAt(problems, flags, 'field-missing', 'a line Flags', 'none');
  for (const name of ['CPU family', 'Model', 'Stepping']) {
    const field = fields.get(name);
    if (decimal(field?.value) === undefined && (vendor || flags))
      problemAt(problems, field, 'bad-number', `${name} and a number`, field?.value ?? 'no such line');
  }
  return vendor !== undefined && flags !== undefined;
}

function importFile(file: ImportFile, problems: ProblemList): ReturnType<typeof assembleProfile>[] {
  const text = textOf(file);
  const fields = /^\s{0,1000}\{/.test(text) ? readJson(text, problems) : readText(text);
  if (problems.list().length > 0 || !checkFields(fields, problems)) return [];
  const value = (name: string): string | undefined => fields.get(name)?.value;
  const number = (key: string, name: string): Record<string, number> => {
    const found = decimal(value(name));
    return found === undefined ? {} : { [key]: found };
  };
  const vendor = value('Vendor ID') ?? '';
  const lookup = cpuinfoLookup(vendor, decimal(value('CPU family')) ?? 0);
  const flags = (value('Flags') ?? '').split(/\s+/).filter(Boolean);
  const brand = value('Model name');
  // Where lscpu lists vulnerabilities, the kernel knows the flags of their time.
  const nameable = nameableFlags(undefined, true);
  const xsave = xsaveRefs(new Set(flags), new Set(nameable));
  const cpu = rebuildCpu({
    cpu: 0,
    line: 1,
    vendor,
    ...number('family', 'CPU family'),
    ...number('model', 'Model'),
    ...number('stepping', 'Stepping'),
    ...addressSizes(value('Address sizes')),
    ...(brand && brand !== '-' ? { brand } : {}),
    refs: [...flags.flatMap((flag) => lookup.refs(flag)), ...xsave.refs],
    nameable: [...nameableRefs(nameable, lookup), ...xsave.nameable],
  });
  const topology = knownTopology({
    packages: decimal(value('Socket(s)')),
    coresPerPackage: decimal(value('Core(s) per socket')),
    threadsPerCore: decimal(value('Thread(s) per core')),
    nodes: decimal(value('NUMA node(s)')),
    offline: cpuList(value('Off-line CPU(s) list')),
  });
  const unknown = flags.filter((flag) => lookup.refs(flag).length === 0);
  const notes = [REBUILT_NOTE, 'flags are those of the running kernel: what it hides or switches off itself is missing', ...unknownNamesNote(unknown, 'flags')];
  return [assembleProfile({ cpus: [cpu], msrs: new Map() }, { format: 'lscpu', name: file.name, notes, partial: true, ...(topology ? { topology } : {}) })];
}

/** Output of `lscpu` and `lscpu -J`. */
export const lscpu: Importer = {
  id: 'lscpu',
  title: 'lscpu or lscpu -J',
  detect: (input) => {
    const head = input.files[0] ? headOf(input.files[0]) : '';
    if (/^\s{0,1000}\{\s{0,1000}"lscpu"\s{0,100}:/.test(head)) return 0.95;
    return /^Architecture:[ \t]/m.test(head) && /^[ \t]{0,20}(CPU op-mode\(s\)|Byte Order|CPU\(s\)):/m.test(head) ? 0.9 : 0;
  },
  import: (input) =>
    importFileByFile(input, importFile, [
      'CPUID bits that the kernel gives no name or hides',
      'MSR values',
      'the microcode revision',
      'the platform id',
      'kernel and command line',
      'differences between CPUs',
    ]),
};
