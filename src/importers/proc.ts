import type { ProfileTopology } from '../data/contract/profile.ts';
import { assembleProfile, type Naming } from './core/assemble.ts';
import { addressSizes, cpuList, decimal, knownTopology, powerRefs, systemOf } from './core/linux-text.ts';
import { type CpuDump, type Machine, vendorOf } from './core/machine.ts';
import { type ProblemList, problemList } from './core/problems.ts';
import { cpuinfoLookup, type NameLookup, REBUILT_NOTE, rebuildCpu, unknownNamesNote } from './core/rebuild.ts';
import { headOf, lines, textOf } from './core/text.ts';
import type { Importer, ImportFile, ImportInput, ImportOutcome } from './types.ts';

/** One CPU's paragraph of /proc/cpuinfo. */
interface Paragraph {
  readonly line: number;
  readonly fields: Map<string, string>;
}

const FIELD = /^([^:\t]{1,40}?)\s*:\s?(.*)$/;
const FIELDS_LIMIT = 100;
const CPU_LIMIT = 16_384;

function paragraphs(text: string, problems: ProblemList): Paragraph[] {
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

function checkParagraph({ fields, line }: Paragraph, problems: ProblemList): void {
  if (!fields.has('vendor_id')) problems.at('field-missing', line, 'a line vendor_id', 'none in this paragraph');
  if (!fields.has('flags')) problems.at('field-missing', line, 'a line flags', 'none in this paragraph');
  for (const name of ['cpu family', 'model', 'stepping']) {
    // The kernel writes "unknown" where a CPU has no stepping.
    if (decimal(fields.get(name)) === undefined && fields.get(name) !== 'unknown')
      problems.at('bad-number', line, `${name} and a number`, fields.get(name) ?? 'no such line in this paragraph');
  }
}

/** Equal flags are looked up once: machines have hundreds of CPUs. */
type FlagCache = Map<string, { refs: string[]; unknown: string[] }>;

function flagRefs(flags: string, lookup: NameLookup, cache: FlagCache): { refs: string[]; unknown: string[] } {
  const known = cache.get(flags);
  if (known) return known;
  const refs: string[] = [];
  const unknown: string[] = [];
  for (const flag of words(flags)) {
    const found = lookup.refs(flag);
    if (found.length === 0) unknown.push(flag);
    else refs.push(...found);
  }
  const result = { refs, unknown };
  cache.set(flags, result);
  return result;
}

function toCpu({ fields, line }: Paragraph, index: number, lookup: NameLookup, cache: FlagCache): { cpu: CpuDump; unknown: string[] } {
  const { refs, unknown } = flagRefs(fields.get('flags') ?? '', lookup, cache);
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
  });
  return { cpu, unknown };
}

/** Two copies of the file behind each other are two machines: CPU numbers begin anew. */
function splitMachines(all: readonly Paragraph[]): Paragraph[][] {
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
function cpuinfoTopology(all: readonly Paragraph[]): ProfileTopology | undefined {
  const first = all[0]?.fields;
  const packages = new Set(all.map(({ fields }) => fields.get('physical id') ?? '0')).size;
  const cores = decimal(first?.get('cpu cores'));
  const siblings = all.reduce((most, { fields }) => Math.max(most, decimal(fields.get('siblings')) ?? 0), 0);
  if (!cores) return undefined;
  // On hybrids only some cores have two threads: then siblings is less than twice the cores.
  return { packages, coresPerPackage: cores, threadsPerCore: Math.max(1, Math.ceil(siblings / cores)) };
}

/** `microcode : 0x5003901`; the revision most CPUs have, and those that differ. */
function revisions(all: readonly Paragraph[]): { revision?: string; perCpu: Map<string, number[]> } {
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

/** The other files of the tree that cpuinfo stands in, by their path in it. */
function treeAround(input: ImportInput, cpuinfo: ImportFile): (path: string) => string | undefined {
  const root = cpuinfo.name.replace(/(?:proc\/)?cpuinfo$/, '');
  const files = new Map(input.files.map((file) => [file.name, file]));
  return (path) => {
    const file = files.get(root + path) ?? files.get(root + path.replace(/^proc\//, ''));
    return file ? textOf(file) : undefined;
  };
}

const CPU_SYSFS = 'sys/devices/system/cpu';

/** `processor_flags` is a mask with the one bit of the platform id set (cpu/microcode/core.c pf_show()). */
function platformId(read: (path: string) => string | undefined): number | undefined {
  const text = read(`${CPU_SYSFS}/cpu0/microcode/processor_flags`)?.trim();
  if (!text || !/^0x[0-9a-f]{1,2}$/i.test(text)) return undefined;
  const mask = Number(text);
  return mask > 0 && (mask & (mask - 1)) === 0 ? Math.log2(mask) : undefined;
}

function configText(input: ImportInput): string | undefined {
  const file = input.files.find(({ name }) => /(^|\/)boot\/config-[^/]+$/.test(name));
  return file ? textOf(file) : undefined;
}

function fromTree(
  input: ImportInput,
  cpuinfo: ImportFile,
): { naming: Partial<Naming>; platform?: number; nodes?: number; offline: number[]; revision?: string } {
  const read = treeAround(input, cpuinfo);
  const system = systemOf({
    release: read('proc/sys/kernel/osrelease'),
    version: read('proc/version'),
    cmdline: read('proc/cmdline'),
    modules: read('proc/modules'),
    meminfo: read('proc/meminfo'),
    config: configText(input),
  });
  const platform = platformId(read);
  const nodes = cpuList(read('sys/devices/system/node/online')).length;
  const revision = read(`${CPU_SYSFS}/cpu0/microcode/version`)?.trim();
  return {
    naming: { system },
    offline: cpuList(read(`${CPU_SYSFS}/offline`)),
    ...(platform === undefined ? {} : { platform }),
    ...(nodes > 0 ? { nodes } : {}),
    ...(revision && /^0x[0-9a-f]{1,8}$/i.test(revision) ? { revision: revision.toLowerCase() } : {}),
  };
}

function importCpuinfo(input: ImportInput, cpuinfo: ImportFile, problems: ProblemList): ReturnType<typeof assembleProfile>[] {
  const all = paragraphs(textOf(cpuinfo), problems);
  if (all.length === 0) {
    const arm = /^CPU implementer\s*:/m.test(headOf(cpuinfo));
    problems.at(arm ? 'not-x86' : 'no-registers', 1, 'paragraphs with vendor_id and flags, as x86 kernels write them', arm ? 'an ARM CPU' : 'none');
  }
  for (const paragraph of all) checkParagraph(paragraph, problems);
  const tree = fromTree(input, cpuinfo);
  const machines = splitMachines(all);
  return machines.map((group, index) => {
    const { revision = tree.revision, perCpu } = revisions(group);
    const vendor = group[0]?.fields.get('vendor_id') ?? '';
    const lookup = cpuinfoLookup(vendor, decimal(group[0]?.fields.get('cpu family')) ?? 0);
    const cache: FlagCache = new Map();
    const built = group.map((paragraph, place) => toCpu(paragraph, place, lookup, cache));
    const machine: Machine = { cpus: built.map(({ cpu }) => cpu), msrs: new Map() };
    const topology = knownTopology({ ...cpuinfoTopology(group), nodes: tree.nodes, offline: tree.offline });
    const profile = assembleProfile(machine, {
      format: 'proc',
      name: input.name,
      notes: [REBUILT_NOTE, HIDDEN_NOTE, ...unknownNamesNote([...new Set(built.flatMap(({ unknown }) => unknown))], 'flags')],
      partial: true,
      ...tree.naming,
      ...(topology ? { topology } : {}),
      ...(revision === undefined ? {} : { revision }),
      ...(machines.length > 1 ? { ordinal: index + 1 } : {}),
    });
    const microcode = {
      ...profile.microcode,
      ...(tree.platform !== undefined && vendorOf(machine.cpus[0] as CpuDump) === 'GenuineIntel' ? { platformId: tree.platform } : {}),
      ...(perCpu.size > 0 ? { perCpu: [...perCpu].map(([other, cpus]) => ({ cpus, revision: other })) } : {}),
    };
    return { ...profile, microcode };
  });
}

const HIDDEN_NOTE = 'flags are those of the running kernel: what it hides or switches off itself is missing, and what it adds has no bit';

function cpuinfoFiles(input: ImportInput): ImportFile[] {
  const named = input.files.filter(({ name }) => /(^|\/)cpuinfo$/.test(name));
  if (named.length > 0) return named;
  return input.files.length === 1 && input.files[0] && looksLikeCpuinfo(headOf(input.files[0])) ? [input.files[0]] : [];
}

const looksLikeCpuinfo = (head: string): boolean => /^processor[ \t]*:/m.test(head) && /^(vendor_id|flags|CPU implementer)[ \t]*:/m.test(head);

/** /proc/cpuinfo alone, or a folder with `proc/cpuinfo` and what else of /proc, /sys and /boot was copied. */
export const proc: Importer = {
  id: 'proc',
  title: '/proc/cpuinfo, alone or with a /sys tree',
  detect: (input) => {
    const files = cpuinfoFiles(input);
    return files.some((file) => looksLikeCpuinfo(headOf(file))) ? 0.9 : 0;
  },
  import: (input) => {
    const files = cpuinfoFiles(input);
    const problems = problemList();
    if (files.length === 0) problems.add('no-registers', '$', 'a file cpuinfo', 'none', input.name);
    const profiles = files.flatMap((file) => {
      const own = problemList();
      const found = importCpuinfo(input, file, own);
      problems.take(own.list(), file.name);
      return found;
    });
    return {
      profiles,
      problems: problems.list(),
      cannotCarry: ['CPUID bits that the kernel gives no name or hides', 'MSR values', 'leaves that are no flags: caches, XSAVE sizes, frequencies'],
    } satisfies ImportOutcome;
  },
};
