import type { Problem } from '../base/problem.ts';
import type { Profile, ProfileSystem } from '../data/contract/profile.ts';
import { type CoresOutcome, type Fallback, readCores } from './cores.ts';
import { type CpuinfoFields, readCpuinfo } from './cpuinfo.ts';
import { withoutApicIds, withoutHost, withoutSerialNumber, withoutSerials } from './identity.ts';
import { type EarlyRevision, readEarlyMicrocode, readMicrocode } from './microcode.ts';
import { asAtReset } from './msrs.ts';
import { type Notes, notes as newNotes } from './notes.ts';
import { putBack } from './put-back.ts';
import { type Reader, readLine } from './reader.ts';
import { brandOf, type Core, cpuidBit, cpuidRows, isAmd, msrValues, signatureParts, vendorOf } from './registers.ts';
import { readCmdline, readSystem } from './system.ts';
import { type CpuNumbers, cpuNumbersOf, readTopology } from './topology.ts';

export interface CaptureOptions {
  /** Leave out APIC ids and the host name as well. */
  readonly anonymous?: boolean;
  /** Sources of registers besides the device, the best first. */
  readonly fallbacks?: readonly Fallback[];
  /** Reads early-load images; without it they are not looked at. */
  readonly earlyRevision?: EarlyRevision;
}

export interface CaptureOutcome {
  /** Null where nothing tells which CPU this is. */
  readonly profile: Profile | null;
  readonly problems: readonly Problem[];
  /** What was put back, what could not be read and how to get it; the profile has them, too. */
  readonly notes: readonly string[];
}

/** CPUs by the kernel's numbers, and what /proc/cpuinfo says of each. */
interface Seen {
  readonly cpuinfo: ReadonlyMap<number, CpuinfoFields>;
  readonly numbers: CpuNumbers;
}

/** @returns the name of the machine, for the profile's id; null where none is known. */
function hostOf(reader: Reader): string | null {
  const name = readLine(reader, 'proc/sys/kernel/hostname') ?? readLine(reader, 'etc/hostname') ?? readLine(reader, 'hostname');
  return name && name !== '(none)' ? name.slice(0, 253) : null;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
}

function idOf(core: Core, host: string | null): string {
  const { family, model, stepping } = signatureParts(core.rows);
  const two = (value: number): string => value.toString(16).padStart(2, '0');
  return slug(host ?? '') || `${slug(vendorOf(core.rows)) || 'cpu'}-${two(family)}-${two(model)}-${two(stepping)}`;
}

function titleOf(core: Core): string {
  const { family, model, stepping } = signatureParts(core.rows);
  return brandOf(core.rows) || `${vendorOf(core.rows).replace(/[^\x20-\x7e]/g, '') || 'CPU'} family ${family} model ${model} stepping ${stepping}`;
}

/** Loading a null selector leaves the base or not; the kernel tries it on Zen and Hygon, and `bugs` says what it saw (cpu/common.c check_null_seg_clears_base()). */
function behavioursOf({ rows }: Core, cpuinfo: ReadonlyMap<number, CpuinfoFields>): Profile['behaviours'] {
  const bugs = [...cpuinfo.values()][0]?.get('bugs')?.split(' ');
  const { family } = signatureParts(rows);
  const tried = isAmd(rows) && (family === 0x17 || family === 0x18) && !cpuidBit(rows, 1, 0, 'ecx', 31);
  return bugs && tried ? { nullSelectorClearsBase: !bugs.includes('null_seg') } : undefined;
}

/** Without MSRs, what hides TSX cannot be seen; that the kernel does is written in sysfs. */
function sayHiddenTsx({ rows, msrs }: Core, taa: string | null, notes: Notes): void {
  if (msrs.size > 0 || cpuidBit(rows, 7, 0, 'ebx', 11) || !taa?.includes('TSX disabled')) return;
  notes.say('RTM and HLE are missing because the running kernel has switched TSX off; they are put back only where MSR 0x122 can be read');
}

function silicon(reader: Reader, { cores, partial }: CoresOutcome, anonymous: boolean, notes: Notes): Core[] {
  const taa = readLine(reader, 'sys/devices/system/cpu/vulnerabilities/tsx_async_abort');
  sayHiddenTsx(cores[0] as Core, taa, notes);
  return cores.map((core) => {
    // What was rebuilt from names is what the kernel shows, and its bits of CR4 are none of its flags' business.
    const back = partial ? core : putBack(core, taa, notes);
    const rows = withoutSerialNumber(back.rows);
    return { ...back, rows: anonymous ? withoutApicIds(rows) : rows, msrs: asAtReset(back.msrs, notes) };
  });
}

function anonymised(system: ProfileSystem, host: string | null): ProfileSystem {
  const guests = system.guests?.map((guest, at) => ({ ...guest, name: `guest-${at + 1}` }));
  return { ...system, ...(system.cmdline === undefined ? {} : { cmdline: withoutHost(system.cmdline, host) }), ...(guests ? { guests } : {}) };
}

function nothing(notes: Notes): CaptureOutcome {
  const expected = 'a machine: dev/cpu/0/cpuid, the output of cpuid -r, or proc/cpuinfo of an x86 CPU';
  return { profile: null, problems: [{ code: 'no-registers', path: '', expected, got: 'none of them' }], notes: notes.list };
}

function otherCore({ cpus, rows, msrs }: Core, numberInProfile: (cpu: number) => number): NonNullable<Profile['otherCores']>[number] {
  return { cpus: cpus.map(numberInProfile).sort((a, b) => a - b), cpuid: cpuidRows(rows), ...(msrs.size > 0 ? { msrs: msrValues(msrs) } : {}) };
}

/** Everything of a profile but its name and where it comes from. */
type Content = Omit<Profile, 'schema' | 'id' | 'title' | 'source'>;

/** The silicon and the system around it. */
function contentOf(reader: Reader, read: CoresOutcome, seen: Seen, options: CaptureOptions, notes: Notes): { first: Core; content: Content } {
  const { cpuinfo, numbers } = seen;
  const [first, ...others] = silicon(reader, read, options.anonymous ?? false, notes) as [Core, ...Core[]];
  const { topology = read.base?.topology, numberInProfile } = readTopology(reader, numbers, cpuinfo, readCmdline(reader) ?? '', notes);
  const microcode = readMicrocode(reader, numbers.online, cpuinfo, first, numberInProfile, notes);
  const system = readSystem(reader, first.rows, notes);
  const early = options.earlyRevision && readEarlyMicrocode(reader, system.kernel ?? null, first.rows, microcode.platformId, options.earlyRevision, notes);
  const behaviours = behavioursOf(first, cpuinfo);
  const content: Content = {
    cpuid: cpuidRows(first.rows),
    ...(first.msrs.size > 0 ? { msrs: msrValues(first.msrs) } : {}),
    absentMsrs: 'unknown',
    ...(behaviours ? { behaviours } : {}),
    microcode,
    ...(topology ? { topology } : {}),
    ...(others.length > 0 ? { otherCores: others.map((core) => otherCore(core, numberInProfile)) } : {}),
    system: early ? { ...system, earlyMicrocode: early } : system,
    ...(read.partial ? { partial: true } : {}),
  };
  return { first, content };
}

/**
 * Makes a profile of a machine as its CPU comes out of reset.
 * @param reader the machine, or a tree copied from one
 * @param options what else can be asked, and whether the machine may be named
 * @returns the profile, and what there is to say about it; a problem where nothing tells registers
 */
export function captureProfile(reader: Reader, options: CaptureOptions = {}): CaptureOutcome {
  const { anonymous = false, fallbacks = [] } = options;
  const notes = newNotes();
  const cpuinfo = readCpuinfo(reader);
  const numbers = cpuNumbersOf(reader, [...cpuinfo.keys()]);
  const read = readCores(reader, numbers.online, fallbacks, notes);
  if (!read) return nothing(notes);
  const { first, content } = contentOf(reader, read, { cpuinfo, numbers }, options, notes);
  const host = hostOf(reader);
  const said = notes.list.map((note) => withoutSerials(anonymous ? withoutHost(note, host) : note));
  const profile: Profile = {
    schema: 'cpueval/profile/1',
    id: idOf(first, anonymous ? null : host),
    title: titleOf(first),
    source: { kind: 'captured', from: anonymous || host === null ? 'a machine' : withoutSerials(host), notes: said },
    ...content,
    ...(anonymous && content.system ? { system: anonymised(content.system, host) } : {}),
  };
  return { profile, problems: [], notes: said };
}
