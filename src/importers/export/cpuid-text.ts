import { parseHex32 } from '../../base/hex.ts';
import type { CpuidRow, Profile } from '../../data/contract/profile.ts';
import type { Exporter } from './types.ts';

const padded = (text: string, digits: number): string => `0x${(parseHex32(text) ?? 0).toString(16).padStart(digits, '0')}`;

/** A row as `cpuid -r` prints it. */
function rowText(row: CpuidRow): string {
  const words = (['eax', 'ebx', 'ecx', 'edx'] as const).map((register) => `${register}=${padded(row[register], 8)}`);
  return `   ${padded(row.leaf, 8)} ${padded(row.subleaf, 2)}: ${words.join(' ')}\n`;
}

/** The lowest number that none of the other kinds of core has. */
function firstCpu(profile: Profile): number {
  const taken = new Set((profile.otherCores ?? []).flatMap(({ cpus }) => cpus));
  let cpu = 0;
  while (taken.has(cpu)) cpu += 1;
  return cpu;
}

function write(profile: Profile): string {
  const cpus = [{ cpu: firstCpu(profile), rows: profile.cpuid }];
  for (const core of profile.otherCores ?? []) for (const cpu of core.cpus) if (core.cpuid) cpus.push({ cpu, rows: core.cpuid });
  cpus.sort((a, b) => a.cpu - b.cpu);
  // The importer takes the first CPU of the text for the profile's own, so that one leads.
  const own = cpus.findIndex(({ rows }) => rows === profile.cpuid);
  cpus.unshift(...cpus.splice(own, 1));
  return cpus.map(({ cpu, rows }) => `CPU ${cpu}:\n${rows.map(rowText).join('')}`).join('');
}

/** Text as `cpuid -r` (etallen.com) prints it and `cpuid -r -f FILE` reads it. */
export const cpuidText: Exporter = {
  id: 'cpuid',
  title: 'cpuid -r text',
  write,
  lost: (profile) => [
    ...(Object.keys(profile.msrs ?? {}).length > 0 ? ['MSR values'] : []),
    'the microcode revision and platform id',
    ...(profile.topology ? ['the topology, beyond what the leaves say'] : []),
    ...(profile.system ? ['the system: kernel, command line, modules, guests'] : []),
    ...(profile.partial ? ['that bits without a name are not known'] : []),
  ],
};
