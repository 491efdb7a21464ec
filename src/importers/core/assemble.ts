import { hex, hex32 } from '../../base/hex.ts';
import type { CpuidRow, MsrValues, Profile, ProfileMicrocode, ProfileSystem, ProfileTopology } from '../../data/contract/profile.ts';
import { sortedRows } from './collector.ts';
import { coreTypes } from './core-types.ts';
import { brandOf, type CpuDump, type CpuRows, type Machine, type Msrs, rowOf, signatureParts, vendorOf } from './machine.ts';
import { topologyOf } from './topology.ts';

/** What a format knows besides registers, and how the profile is to be named. */
export interface Naming {
  /** Id of the importer. */
  readonly format: string;
  /** The file, folder or archive; `-` for standard input. */
  readonly name: string;
  /** Which of the machines of the file this is, counted from 1; absent when it is the only one. */
  readonly ordinal?: number;
  readonly notes?: readonly string[];
  /** Microcode revision where the format names it outside MSR 0x8b. */
  readonly revision?: string;
  readonly system?: ProfileSystem;
  readonly topology?: ProfileTopology;
  readonly partial?: boolean;
  /** The format leaves out rows of zeros. */
  readonly withoutZeros?: boolean;
  /** What the dump calls the machine, for dumps without a brand string. */
  readonly title?: string;
}

const MSR_PLATFORM_ID = 0x17;
const MSR_UCODE_REV = 0x8b;
const FORMAT_ENDINGS = /\.(txt|xml|json|test|log|out|csv|tar|bz2|gz|tgz|tbz2?)$/i;

/** @returns CPUID rows as a profile writes them. */
export function cpuidRows(cpu: { readonly rows: CpuRows }): CpuidRow[] {
  return sortedRows(cpu).map((row) => ({
    leaf: hex(row.leaf),
    subleaf: hex(row.subleaf),
    eax: hex32(row.eax),
    ebx: hex32(row.ebx),
    ecx: hex32(row.ecx),
    edx: hex32(row.edx),
  }));
}

/** @returns MSRs as a profile writes them, by index; undefined when there are none. */
export function msrValues(...sources: readonly Msrs[]): MsrValues | undefined {
  const merged: Msrs = new Map();
  for (const source of sources) for (const [index, value] of source) if (!merged.has(index)) merged.set(index, value);
  if (merged.size === 0) return undefined;
  return Object.fromEntries([...merged].sort(([a], [b]) => a - b).map(([index, value]) => [hex(index), value === null ? null : hex(value)]));
}

function knownOf({ rows, msrs }: NonNullable<CpuDump['known']>): NonNullable<Profile['known']> {
  const cpuid = cpuidRows({ rows });
  return { cpuid, ...(msrs.size > 0 ? { msrs: Object.fromEntries([...msrs].sort(([a], [b]) => a - b).map(([index, bits]) => [hex(index), hex(bits)])) } : {}) };
}

const isAmd = (vendor: string): boolean => vendor === 'AuthenticAMD' || vendor === 'HygonGenuine';

/** Intel keeps the revision in the high half of MSR 0x8b, AMD in the low one (cpu/microcode/intel.c, amd.c). */
function revisionIn(msrs: Msrs, vendor: string): string | null {
  const value = msrs.get(MSR_UCODE_REV);
  if (value === undefined || value === null) return null;
  return hex(isAmd(vendor) ? value & 0xffff_ffffn : value >> 32n);
}

function perCpuRevisions(machine: Machine, vendor: string, main: string): ProfileMicrocode['perCpu'] {
  const others = new Map<string, number[]>();
  for (const cpu of machine.cpus) {
    const revision = revisionIn(cpu.msrs, vendor);
    if (revision === null || revision === main) continue;
    others.set(revision, [...(others.get(revision) ?? []), cpu.cpu]);
  }
  return others.size === 0 ? undefined : [...others].map(([revision, cpus]) => ({ cpus, revision }));
}

function microcodeOf(machine: Machine, vendor: string, known: string | undefined): { microcode: ProfileMicrocode; notes: string[] } {
  const first = machine.cpus[0];
  const merged: Msrs = new Map([...machine.msrs, ...(first?.msrs ?? [])]);
  const found = known ?? revisionIn(merged, vendor);
  const revision = found ?? '0x0';
  const platform = vendor === 'GenuineIntel' ? merged.get(MSR_PLATFORM_ID) : null;
  const perCpu = found === null ? undefined : perCpuRevisions(machine, vendor, revision);
  return {
    microcode: {
      revision,
      ...(found === null ? { unknown: true } : {}),
      ...(typeof platform === 'bigint' ? { platformId: Number((platform >> 50n) & 7n) } : {}),
      ...(perCpu ? { perCpu } : {}),
    },
    notes: found === null ? ['the microcode revision is not known; 0x0 stands for it'] : [],
  };
}

function baseName(name: string): string {
  let base =
    name
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .pop() ?? '';
  while (FORMAT_ENDINGS.test(base)) base = base.replace(FORMAT_ENDINGS, '');
  return base;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
}

/** The id comes from the file's name; standard input gives none, so vendor and signature do. */
function idOf(naming: Naming, cpu: CpuDump): string {
  const named = naming.name === '-' ? '' : slug(baseName(naming.name));
  const parts = signatureParts(rowOf(cpu, 1)?.eax ?? 0);
  const two = (value: number): string => value.toString(16).padStart(2, '0');
  const signature = `${slug(vendorOf(cpu)) || 'cpu'}-${two(parts.family)}-${two(parts.model)}-${two(parts.stepping)}`;
  return (named || signature) + (naming.ordinal === undefined ? '' : `-${naming.ordinal}`);
}

function titleOf(naming: Naming, cpu: CpuDump): string {
  const brand = brandOf(cpu) || naming.title || '';
  if (brand !== '') return brand;
  const { family, model, stepping } = signatureParts(rowOf(cpu, 1)?.eax ?? 0);
  return `${vendorOf(cpu).trim() || 'CPU'} family ${family} model ${model} stepping ${stepping}`;
}

/**
 * Makes a profile of a machine.
 * @param machine a machine with at least one CPU
 * @param naming the format, the file, and what the format knows besides registers
 * @returns the profile: the first CPU's registers, and one of each other kind of core under `otherCores`
 */
export function assembleProfile(machine: Machine, naming: Naming): Profile {
  const first = machine.cpus[0] as CpuDump;
  const [, ...others] = coreTypes(machine.cpus);
  const { microcode, notes } = microcodeOf(machine, vendorOf(first), naming.revision);
  const allNotes = [...(naming.notes ?? []), ...notes];
  const msrs = msrValues(first.msrs, machine.msrs);
  // Rebuilt leaves do not count CPUs.
  const topology = naming.topology ?? (naming.partial ? undefined : topologyOf(machine.cpus));
  const otherCores = others.map((group) => {
    const own = group[0] as CpuDump;
    const ownMsrs = msrValues(own.msrs);
    return { cpus: group.map((cpu) => cpu.cpu), cpuid: cpuidRows(own), ...(ownMsrs ? { msrs: ownMsrs } : {}) };
  });
  return {
    schema: 'cpueval/profile/1',
    id: idOf(naming, first),
    title: titleOf(naming, first),
    source: {
      kind: 'imported',
      from: naming.name === '-' ? naming.format : `${naming.format}: ${naming.name.split(/[/\\]/).filter(Boolean).pop() ?? naming.name}`,
      ...(allNotes.length > 0 ? { notes: allNotes } : {}),
    },
    cpuid: cpuidRows(first),
    ...(msrs ? { msrs } : {}),
    ...(naming.withoutZeros ? { absentLeaves: 'zero' as const } : {}),
    microcode,
    ...(topology ? { topology } : {}),
    ...(otherCores.length > 0 ? { otherCores } : {}),
    ...(naming.system && Object.keys(naming.system).length > 0 ? { system: naming.system } : {}),
    ...(naming.partial ? { partial: true } : {}),
    ...(naming.partial && first.known ? { known: knownOf(first.known) } : {}),
  };
}
