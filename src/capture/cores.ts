import type { Profile } from '../data/contract/profile.ts';
import { coreKind } from './core-kinds.ts';
import { readCpuid } from './cpuid-leaves.ts';
import { readMsrs } from './msrs.ts';
import { cpuNumbers, type Notes } from './notes.ts';
import { failed, type Reader } from './reader.ts';
import { type Core, msrsOf, type Row, rowsOf } from './registers.ts';

/** Registers that came from elsewhere than the device: a tool's output, or flags by name. */
export interface Fallback {
  /** What it is, for the notes: `cpuid -r`. */
  readonly name: string;
  /** @returns a profile with the registers, or null where this source has none. */
  readonly read: (reader: Reader) => Profile | null;
}

export interface CoresOutcome {
  /** Kinds of cores, that of the first CPU first; CPUs by the kernel's numbers. */
  readonly cores: readonly Core[];
  /** The registers were rebuilt from names. */
  readonly partial: boolean;
  /** What a fallback knows besides. */
  readonly base: Profile | null;
}

/** Why the device does not answer, and how to get it. */
function sayNoDevice(why: string, notes: Notes): void {
  const how =
    why === 'denied'
      ? 'no permission for /dev/cpu/0/cpuid (run as root; in a container, on the host; or install the tool cpuid, which needs neither)'
      : why === 'missing'
        ? 'there is no /dev/cpu/0/cpuid (as root: modprobe cpuid; or install the tool cpuid)'
        : '/dev/cpu/0/cpuid does not answer';
  notes.say(`CPUID is not read from the device: ${how}`);
}

function fromDevices(reader: Reader, online: readonly number[], notes: Notes): Core[] | null {
  const kinds = new Map<string, { cpus: number[]; rows: Row[] }>();
  const silent: number[] = [];
  for (const cpu of online) {
    const device = reader.open(`dev/cpu/${cpu}/cpuid`);
    const rows = failed(device) ? [] : readCpuid(device);
    if (!failed(device)) device.close();
    if (rows.length === 0 && kinds.size === 0) {
      sayNoDevice(failed(device) ? device : 'failed', notes);
      return null;
    }
    const kind = coreKind(rows);
    const known = rows.length === 0 ? [...kinds.values()][0] : kinds.get(kind);
    if (rows.length === 0) silent.push(cpu);
    if (known) known.cpus.push(cpu);
    else kinds.set(kind, { cpus: [cpu], rows });
  }
  if (silent.length > 0) notes.say(`CPUID of CPU ${cpuNumbers(silent)} is not read; taken to be like the first`);
  return [...kinds.values()].map(({ cpus, rows }) => ({ cpus, rows, msrs: new Map() }));
}

function fromProfile(profile: Profile, online: readonly number[]): Core[] {
  const others = (profile.otherCores ?? []).map((core) => ({ cpus: core.cpus, rows: rowsOf(core.cpuid ?? profile.cpuid), msrs: msrsOf(core.msrs) }));
  const elsewhere = new Set(others.flatMap(({ cpus }) => cpus));
  const cpus = online.filter((cpu) => !elsewhere.has(cpu));
  return [{ cpus: cpus.length > 0 ? cpus : [0], rows: rowsOf(profile.cpuid), msrs: msrsOf(profile.msrs) }, ...others];
}

/**
 * Reads the registers of every kind of core.
 * @param online CPUs by the kernel's numbers
 * @param fallbacks asked in order where the device does not answer
 * @param notes takes where registers come from, and what could not be read
 * @returns null where nothing tells registers
 */
export function readCores(reader: Reader, online: readonly number[], fallbacks: readonly Fallback[], notes: Notes): CoresOutcome | null {
  const found = fromDevices(reader, online.length > 0 ? online : [0], notes);
  if (found) return { cores: withMsrs(reader, found, notes), partial: false, base: null };
  for (const { name, read } of fallbacks) {
    const profile = read(reader);
    if (!profile || profile.cpuid.length === 0) continue;
    notes.say(`CPUID comes from ${name}`);
    // A dump says that it has no revision; this machine may have one elsewhere.
    for (const note of profile.source.notes ?? []) if (!note.startsWith('the microcode revision')) notes.say(note);
    return { cores: withMsrs(reader, fromProfile(profile, online), notes), partial: profile.partial ?? false, base: profile };
  }
  return null;
}

/** One CPU of each kind answers for all; the microcode revision alone is asked of each. */
function withMsrs(reader: Reader, cores: readonly Core[], notes: Notes): Core[] {
  return cores.map((core) => {
    const msrs = readMsrs(reader, core.cpus[0] as number, core.rows, notes);
    return msrs.size > 0 ? { ...core, msrs } : core;
  });
}
