import type { ProfileTopology } from '../../data/contract/profile.ts';
import { addressSizes, decimal, powerRefs } from './linux-text.ts';
import type { CpuDump } from './machine.ts';
import { nameableRefs, xsaveRefs } from './nameable.ts';
import type { ProblemList } from './problems.ts';
import { type NameLookup, rebuildCpu } from './rebuild.ts';
import { lines } from './text.ts';

/** One CPU's paragraph of /proc/cpuinfo. */
export interface Paragraph {
  readonly line: number;
  readonly fields: Map<string, string>;
}

const FIELD = /^([^:\t]{1,40}?)\s*:\s?(.*)$/;
const FIELDS_LIMIT = 100;
const CPU_LIMIT = 16_384;

/**
 * Takes /proc/cpuinfo apart.
 * @param text the file
 * @param problems takes lines that are none of its
 * @returns a paragraph for each CPU that has flags or a vendor
 */
export function paragraphs(text: string, problems: ProblemList): Paragraph[] {
  const all: Paragraph[] = [];
  let open: Paragraph | null = null;
  for (const { number, text: line } of lines(text)) {
    if (line.trim() === '') {
      open = null;
      continue;
    }
    const field = FIELD.exec(line);
    if (!field) {
      problems.at('damaged-row', number, 'a name, a colon and a value', line.trim());
      continue;
    }
    const name = (field[1] ?? '').trim();
    if (!open || name === 'processor') {
      open = { line: number, fields: new Map() };
      if (all.length < CPU_LIMIT) all.push(open);
    }
    if (!open.fields.has(name) && open.fields.size < FIELDS_LIMIT) open.fields.set(name, (field[2] ?? '').trim());
  }
  return all.filter((paragraph) => paragraph.fields.has('vendor_id') || paragraph.fields.has('flags'));
}

const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter(Boolean);

/** Notes what a paragraph lacks that no profile can do without. */
export function checkParagraph({ fields, line }: Paragraph, problems: ProblemList): void {
  if (!fields.has('vendor_id')) problems.at('field-missing', line, 'a line vendor_id', 'none in this paragraph');
  if (!fields.has('flags')) problems.at('field-missing', line, 'a line flags', 'none in this paragraph');
  for (const name of ['cpu family', 'model', 'stepping']) {
    // The kernel writes "unknown" where a CPU has no stepping.
    if (decimal(fields.get(name)) === undefined && fields.get(name) !== 'unknown')
      problems.at('bad-number', line, `${name} and a number`, fields.get(name) ?? 'no such line in this paragraph');
  }
}

/** Equal flags are looked up once: machines have hundreds of CPUs. */
export type FlagCache = Map<string, { refs: string[]; unknown: string[]; nameable: readonly string[] }>;

/** How the names of a kernel are read: which bits they mean, and which flags it would have printed. */
export interface Vocabulary {
  readonly lookup: NameLookup;
  readonly nameable: readonly string[];
}

function flagRefs(flags: string, { lookup, nameable }: Vocabulary, cache: FlagCache): { refs: string[]; unknown: string[]; nameable: readonly string[] } {
  const known = cache.get(flags);
  if (known) return known;
  const refs: string[] = [];
  const unknown: string[] = [];
  for (const flag of words(flags)) {
    const found = lookup.refs(flag);
    if (found.length === 0) unknown.push(flag);
    else refs.push(...found);
  }
  const xsave = xsaveRefs(new Set(words(flags)), new Set(nameable));
  const result = { refs: [...refs, ...xsave.refs], unknown, nameable: [...nameableRefs(nameable, lookup), ...xsave.nameable] };
  cache.set(flags, result);
  return result;
}

/** @returns a paragraph's CPU with the registers that its names say, and the flags that have no bit. */
export function toCpu({ fields, line }: Paragraph, index: number, vocabulary: Vocabulary, cache: FlagCache): { cpu: CpuDump; unknown: string[] } {
  const { refs, unknown, nameable } = flagRefs(fields.get('flags') ?? '', vocabulary, cache);
  const optional = (key: string, name: string): Record<string, number> => {
    const value = decimal(fields.get(name));
    return value === undefined ? {} : { [key]: value };
  };
  const brand = fields.get('model name');
  const cpu = rebuildCpu({
    cpu: decimal(fields.get('processor')) ?? index,
    line,
    vendor: fields.get('vendor_id') ?? '',
    ...optional('family', 'cpu family'),
    ...optional('model', 'model'),
    ...optional('stepping', 'stepping'),
    ...optional('level', 'cpuid level'),
    ...optional('clflushBytes', 'clflush size'),
    ...optional('apicId', 'initial apicid'),
    ...optional('threads', 'siblings'),
    ...addressSizes(fields.get('address sizes')),
    ...(brand && brand !== 'unknown' ? { brand } : {}),
    refs: [...refs, ...powerRefs(fields.get('power management'))],
    nameable,
  });
  return { cpu, unknown };
}

/** Two copies of the file behind each other are two machines: CPU numbers begin anew. */
export function splitMachines(all: readonly Paragraph[]): Paragraph[][] {
  const machines: Paragraph[][] = [];
  let seen = new Set<string>();
  for (const paragraph of all) {
    const number = paragraph.fields.get('processor') ?? String(seen.size);
    if (machines.length === 0 || seen.has(number)) {
      machines.push([]);
      seen = new Set();
    }
    seen.add(number);
    machines[machines.length - 1]?.push(paragraph);
  }
  return machines;
}

/** Packages, cores and threads as the kernel numbers them. */
export function cpuinfoTopology(all: readonly Paragraph[]): ProfileTopology | undefined {
  const first = all[0]?.fields;
  const packages = new Set(all.map(({ fields }) => fields.get('physical id') ?? '0')).size;
  const cores = decimal(first?.get('cpu cores'));
  const siblings = all.reduce((most, { fields }) => Math.max(most, decimal(fields.get('siblings')) ?? 0), 0);
  if (!cores) return undefined;
  // On hybrids only some cores have two threads: then siblings is less than twice the cores.
  return { packages, coresPerPackage: cores, threadsPerCore: Math.max(1, Math.ceil(siblings / cores)) };
}

/** `microcode : 0x5003901`; the revision most CPUs have, and those that differ. */
export function revisions(all: readonly Paragraph[]): { revision?: string; perCpu: Map<string, number[]> } {
  const perCpu = new Map<string, number[]>();
  for (const [index, { fields }] of all.entries()) {
    const value = fields.get('microcode')?.toLowerCase();
    if (value === undefined || !/^0x[0-9a-f]{1,8}$/.test(value)) continue;
    perCpu.set(value, [...(perCpu.get(value) ?? []), decimal(fields.get('processor')) ?? index]);
  }
  const [first] = perCpu.keys();
  if (first === undefined) return { perCpu };
  perCpu.delete(first);
  return { revision: first, perCpu };
}
