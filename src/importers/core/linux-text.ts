import type { ProfileSystem, ProfileTopology } from '../../data/contract/profile.ts';
import { powerFlags } from '../../data/names/cpuinfo-flags.ts';

/** @returns a whole number from decimal text, or undefined. */
export function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[0-9]{1,15}\s*$/.test(text) ? Number(text) : undefined;
}

/** @returns the two widths of "46 bits physical, 48 bits virtual". */
export function addressSizes(text: string | undefined): { physicalBits?: number; linearBits?: number } {
  const match = /(\d{1,3}) bits physical, (\d{1,3}) bits virtual/.exec(text ?? '');
  return match ? { physicalBits: Number(match[1]), linearBits: Number(match[2]) } : {};
}

/** @returns the bits of leaf 0x80000007 edx that the line "power management" names. */
export function powerRefs(text: string | undefined): string[] {
  const bits = (text ?? '').split(/\s+/).flatMap((word) => {
    const numbered = /^\[(\d{1,2})\]$/.exec(word);
    const bit = numbered ? Number(numbered[1]) : Object.hasOwn(powerFlags, word) ? powerFlags[word] : undefined;
    return bit === undefined || bit > 31 ? [] : [bit];
  });
  return bits.map((bit) => `cpuid:80000007.0.edx[${bit}]`);
}

/**
 * Reads a list such as `0-3,8` as sysfs and lscpu write CPU lists.
 * @returns the numbers; an entry that is no number or range is left out, and so is what lies beyond 16384 entries
 */
export function cpuList(text: string | undefined): number[] {
  const numbers: number[] = [];
  for (const part of (text ?? '').trim().split(',')) {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part.trim());
    if (!match) continue;
    const last = Number(match[2] ?? match[1]);
    for (let cpu = Number(match[1]); cpu <= last && numbers.length < 16_384; cpu += 1) numbers.push(cpu);
  }
  return numbers;
}

/** Options of the kernel configuration that decide what is built of microcode loading and mitigations. */
const CONFIG =
  /^(CONFIG_\w*(?:MICROCODE|MITIGATION|RETPOLINE|RETHUNK|UNRET|IBPB|IBRS|SRSO|SLS|GDS_FORCE|PAGE_TABLE_ISOLATION|INTEL_TSX_MODE|UNPRIV_DEFAULT|CPU_SUP)\w*|CONFIG_SMP|CONFIG_KVM(?:_INTEL|_AMD)?|CONFIG_X86_PAE|CONFIG_X86_64)=(.{0,200})$/;

/** @returns the options of a kernel configuration file that matter here; those that are not set are written as n. */
export function kernelConfig(text: string): Record<string, string> {
  const config: Record<string, string> = {};
  for (const line of text.split('\n', 50_000)) {
    const unset = /^# (CONFIG_\w+) is not set/.exec(line);
    const match = CONFIG.exec(unset ? `${unset[1]}=n` : line.trimEnd());
    if (match) config[match[1] as string] = (match[2] ?? '').replace(/^"(.*)"$/, '$1');
  }
  return config;
}

/** What a tree of /proc and /sys files says of the system; each text is the content of one file, where it is there. */
export interface SystemTexts {
  readonly release?: string | undefined;
  readonly version?: string | undefined;
  readonly cmdline?: string | undefined;
  readonly modules?: string | undefined;
  readonly meminfo?: string | undefined;
  readonly config?: string | undefined;
}

/** @returns the `system` part of a profile. */
export function systemOf(texts: SystemTexts): ProfileSystem {
  const kernel = texts.release?.trim() || /^Linux version (\S{1,200})/.exec(texts.version ?? '')?.[1];
  const kilobytes = /^MemTotal:\s+(\d{1,15}) kB/m.exec(texts.meminfo ?? '')?.[1];
  const modules = texts.modules?.split('\n', 20_000).flatMap((line) => /^([\w-]{1,100})\s+\d/.exec(line)?.[1] ?? []);
  const config = texts.config === undefined ? undefined : kernelConfig(texts.config);
  return {
    ...(kernel ? { kernel } : {}),
    ...(texts.cmdline === undefined ? {} : { cmdline: texts.cmdline.trim() }),
    ...(config && Object.keys(config).length > 0 ? { config } : {}),
    ...(kilobytes ? { memoryBytes: Number(kilobytes) * 1024 } : {}),
    ...(modules && modules.length > 0 ? { modules } : {}),
  };
}

/** @returns a topology of what is known, or undefined when nothing is. */
export function knownTopology(parts: {
  packages?: number | undefined;
  coresPerPackage?: number | undefined;
  threadsPerCore?: number | undefined;
  nodes?: number | undefined;
  offline?: readonly number[] | undefined;
}): ProfileTopology | undefined {
  const entries = Object.entries(parts).filter(([key, value]) =>
    key === 'offline' ? Array.isArray(value) && value.length > 0 : typeof value === 'number' && value > 0,
  );
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as ProfileTopology);
}
