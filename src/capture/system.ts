import type { ProfileSystem } from '../data/contract/profile.ts';
import { readGuests } from './guests.ts';
import { cleanCmdline } from './identity.ts';
import { readConfig } from './kernel-config.ts';
import type { Notes } from './notes.ts';
import { firstText, type Reader, readLine, readText } from './reader.ts';
import { cpuidBit, isAmd, type Row } from './registers.ts';

const MOST_MODULES = 5000;

/** @returns the release of the running kernel, as uname says it. */
export function readRelease(reader: Reader): string | null {
  const release = readLine(reader, 'proc/sys/kernel/osrelease');
  if (release) return release.slice(0, 200);
  const version = readLine(reader, 'proc/version') ?? '';
  const uname = readLine(reader, 'sos_commands/kernel/uname_-a') ?? readLine(reader, 'uname') ?? '';
  return /^Linux version (\S{1,200})/.exec(version)?.[1] ?? /^Linux \S+ (\S{1,200})/.exec(uname)?.[1] ?? null;
}

/** @returns the kernel command line as it may be shown; null where it is not known. */
export function readCmdline(reader: Reader): string | null {
  const text = readText(reader, 'proc/cmdline', 65_536);
  return text === null ? null : cleanCmdline(text);
}

/** A module that is built into the kernel has a folder as well, with a driver in it only where the CPU has what it drives. */
function builtInKvm(reader: Reader, rows: readonly Row[]): string[] {
  const [name, usable] = isAmd(rows) ? ['kvm_amd', cpuidBit(rows, 0x8000_0001, 0, 'ecx', 2)] : ['kvm_intel', cpuidBit(rows, 1, 0, 'ecx', 5)];
  return usable && reader.list(`sys/module/${name}/parameters`).length > 0 ? [name] : [];
}

/** Loaded modules; a kernel without modules may have KVM built in. */
function readModules(reader: Reader, rows: readonly Row[], notes: Notes): string[] | undefined {
  const text = firstText(reader, ['proc/modules', 'sos_commands/kernel/lsmod', 'lsmod']);
  if (text === null && reader.list('sys/module').length === 0) {
    notes.say('loaded modules are not known: there is neither /proc/modules nor /sys/module');
    return undefined;
  }
  const loaded = (text ?? '').split('\n', MOST_MODULES).flatMap((line) => /^([\w-]{1,60})\s+\d+\s/.exec(line)?.[1] ?? []);
  return [...new Set([...loaded, ...builtInKvm(reader, rows)])].sort();
}

/**
 * Reads the system around the CPU.
 * @param rows CPUID of the first CPU
 * @param notes takes what is not to be had
 */
export function readSystem(reader: Reader, rows: readonly Row[], notes: Notes): ProfileSystem {
  const release = readRelease(reader);
  const cmdline = readCmdline(reader);
  const config = readConfig(reader, release, notes);
  const modules = readModules(reader, rows, notes);
  const guests = readGuests(reader, notes);
  const kilobytes = /^MemTotal:\s+(\d{1,12}) kB/m.exec(readText(reader, 'proc/meminfo', 65_536) ?? '')?.[1];
  if (release === null) notes.say('the kernel release is not known: there is neither /proc/sys/kernel/osrelease nor /proc/version');
  if (cmdline === null) notes.say('the kernel command line is not known: there is no /proc/cmdline');
  return {
    ...(release === null ? {} : { kernel: release }),
    ...(cmdline === null ? {} : { cmdline }),
    ...(config ? { config } : {}),
    ...(kilobytes ? { memoryBytes: Number(kilobytes) * 1024 } : {}),
    ...(modules && modules.length > 0 ? { modules } : {}),
    ...(guests.length > 0 ? { guests } : {}),
  };
}
