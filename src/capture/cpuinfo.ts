import { type Reader, readText } from './reader.ts';

/** A paragraph of /proc/cpuinfo: name to text. */
export type CpuinfoFields = ReadonlyMap<string, string>;

const MOST_CPUS = 16_384;
const FIELD = /^([^:\t]{1,40}?)\s*:\s?(.*)$/;

/** What this room takes from the file; flags belong to who rebuilds registers from them. */
const KEPT = new Set(['processor', 'physical id', 'core id', 'microcode', 'bugs']);

/**
 * Reads /proc/cpuinfo, for what sysfs does not say.
 * @returns CPU number to its fields; empty where the file is not there
 */
export function readCpuinfo(reader: Reader): ReadonlyMap<number, CpuinfoFields> {
  const found = new Map<number, CpuinfoFields>();
  let open: Map<string, string> | null = null;
  for (const line of (readText(reader, 'proc/cpuinfo') ?? '').split('\n')) {
    const field = FIELD.exec(line.length > 20_000 ? line.slice(0, 20_000) : line);
    if (!field) continue;
    const [, name = '', value = ''] = field;
    if (name === 'processor' && /^\d{1,5}$/.test(value.trim()) && found.size < MOST_CPUS) {
      open = new Map();
      if (!found.has(Number(value))) found.set(Number(value), open);
    }
    if (open && KEPT.has(name)) open.set(name, value.trim());
  }
  return found;
}
