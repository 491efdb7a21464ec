import { assembleProfile, type Naming } from './core/assemble.ts';
import { checkParagraph, cpuinfoTopology, type FlagCache, paragraphs, revisions, splitMachines, toCpu } from './core/cpuinfo.ts';
import { cpuList, decimal, knownTopology, systemOf } from './core/linux-text.ts';
import { type CpuDump, type Machine, vendorOf } from './core/machine.ts';
import { nameableFlags } from './core/nameable.ts';
import { type ProblemList, problemList } from './core/problems.ts';
import { cpuinfoLookup, REBUILT_NOTE, unknownNamesNote } from './core/rebuild.ts';
import { headOf, textOf } from './core/text.ts';
import type { Importer, ImportFile, ImportInput, ImportOutcome } from './types.ts';

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
    const nameable = nameableFlags(tree.naming.system?.kernel, /\bspectre_v1\b/.test(group[0]?.fields.get('bugs') ?? ''));
    const built = group.map((paragraph, place) => toCpu(paragraph, place, { lookup, nameable }, cache));
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
