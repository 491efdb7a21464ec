import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Blob } from '../../../src/data/contract/blob.ts';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import type { KernelTables } from '../../../src/data/kernels/types.ts';
import { Boot } from '../../../src/engine/boot/boot.ts';
import { copyCpu } from '../../../src/engine/boot/cpu.ts';
import { type KernelWishes, kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import type { Thread } from '../../../src/engine/model/machine.ts';
import { siliconOf } from '../../../src/engine/silicon/silicon.ts';

const GOLDENS = fileURLToPath(new URL('../../../../shared/goldens/', import.meta.url));

/** @returns parsed recordings of a folder (`late/6.1`), by file name; empty where the shared folder is absent. */
export function recordings<T>(folder: string): [name: string, golden: T][] {
  const path = `${GOLDENS}${folder}`;
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [`${folder}/${name.slice(0, -5)}`, JSON.parse(readFileSync(`${path}/${name}`, 'utf8')) as T]);
}

export function recordedConfig(release: string): Record<string, string> {
  return (JSON.parse(readFileSync(`${GOLDENS}kernels/${release}.json`, 'utf8')) as { config: Record<string, string> }).config;
}

export async function tablesOf(line: string): Promise<KernelTables> {
  return (await kernelLines.find((one) => one.line === line)!.load()).tables;
}

const VENDORS: Readonly<Record<string, 'INTEL' | 'AMD' | 'ZHAOXIN'>> = { GenuineIntel: 'INTEL', AuthenticAMD: 'AMD', '  Shanghai  ': 'ZHAOXIN' };

/** A kernel that knows no more than who its CPU is: all that the loader asks of boot_cpu_data. */
export function identified(tables: KernelTables, profile: Profile, wishes: KernelWishes = {}): Boot {
  const b = new Boot(kernelSpec(tables, wishes), siliconOf(profile));
  const zero = b.cpuid(0);
  const bytes = [zero.ebx, zero.edx, zero.ecx].flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff));
  const eax = b.cpuid(1).eax;
  const base = (eax >>> 8) & 0xf;
  b.cpu.vendor = VENDORS[String.fromCharCode(...bytes)] ?? 'UNKNOWN';
  b.cpu.family = base === 0xf ? base + ((eax >>> 20) & 0xff) : base;
  b.cpu.model = ((eax >>> 4) & 0xf) | (b.cpu.family >= 6 ? ((eax >>> 16) & 0xf) << 4 : 0);
  b.cpu.stepping = eax & 0xf;
  b.cpu.level = zero.eax;
  return b;
}

export interface Shape {
  readonly packages?: number;
  readonly cores?: number;
  readonly threads?: number;
  readonly nodes?: number;
  readonly offline?: readonly number[];
  /** CPU numbers that were never online. */
  readonly unbooted?: readonly number[];
  /** Revision of single CPUs. */
  readonly revisions?: Readonly<Record<number, number>>;
}

/** @returns the threads of a machine, numbered as firmware does: all first threads, then all second ones. */
export function threadsOf(b: Boot, shape: Shape): Thread[] {
  const { packages = 1, cores = 1, threads = 1, nodes = 1, offline = [], unbooted = [], revisions = {} } = shape;
  const list: Thread[] = [];
  for (let thread = 0; thread < threads; thread++)
    for (let pkg = 0; pkg < packages; pkg++)
      for (let core = 0; core < cores; core++) {
        const number = list.length;
        const revision = revisions[number] ?? b.silicon.revision;
        const cpu = number === 0 ? b.cpu : copyCpu(b.cpu);
        cpu.revision = revision;
        const booted = !unbooted.includes(number);
        const online = booted && !offline.includes(number);
        const node = Math.floor((pkg * nodes) / packages);
        list.push({ number, package: pkg, core, thread, node, online, booted, revision, silicon: b.silicon, cpu });
      }
  return list;
}

export interface GoldenKvm {
  readonly caps: Readonly<Record<string, string>>;
  readonly archCapabilities: string | null;
}

export interface GoldenState {
  readonly flags: readonly string[];
  readonly vulnerabilities: Readonly<Record<string, string>>;
  readonly smt: { readonly control: string; readonly active: boolean };
  readonly tainted: number;
  readonly microcode: string;
  readonly log?: readonly string[];
  readonly otherCpusDiffer?: readonly { readonly microcode?: string; readonly flags?: readonly string[] }[];
  readonly kvm?: GoldenKvm;
}

export interface LateGolden {
  readonly id: string;
  readonly kernel: string;
  readonly cmdline: string;
  readonly profile: Profile;
  readonly modules: readonly string[];
  readonly kvmParameters: string;
  readonly blob: Blob;
  readonly files: readonly { readonly name: string; readonly base64?: string }[];
  readonly cpuRejects: boolean;
  readonly before: GoldenState;
  readonly load: { readonly errno: number; readonly tainted: number; readonly log: readonly string[] };
  readonly after: GoldenState;
  readonly afterKvmReload?: GoldenState;
  readonly afterHotplug?: GoldenState;
  readonly coldAfter?: GoldenState;
}
