import { kernelLines } from '../../../src/data/kernels/index.ts';
import type { KernelTables, Register } from '../../../src/data/kernels/types.ts';
import { Boot } from '../../../src/engine/boot/boot.ts';
import type { Cpu } from '../../../src/engine/boot/cpu.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import type { Place } from '../../../src/engine/boot/topology.ts';
import { afterCopy, bugsOf, earlyIdentify, finishBoot, flagsOf, identifyBootCpu, parseCpuParameters, vmxFlagsOf } from '../../../src/engine/features/index.ts';
import { cpuidKey, type Registers, type Silicon } from '../../../src/engine/silicon/silicon.ts';

export type Line = '6.1' | '6.12' | '7.2';
export const LINES: readonly Line[] = ['6.1', '6.12', '7.2'];

/** A CPU made of names: every feature that is asked for stands where the line's tables look for it. */
export interface MadeUpCpu {
  readonly vendor?: string;
  readonly family?: number;
  readonly model?: number;
  readonly stepping?: number;
  readonly revision?: number;
  readonly features?: readonly string[];
  /** `leaf.subleaf.register` in hexadecimal, to be set over all. */
  readonly registers?: Readonly<Record<string, number>>;
  readonly level?: number;
  readonly extendedLevel?: number;
  /** Over 0x1a0 and 0x3a as firmware commonly leaves them, unless absent MSRs are unknown. */
  readonly msrs?: Readonly<Record<number, bigint | null>>;
  readonly absentMsrs?: Silicon['absentMsrs'];
  readonly msrWritable?: Readonly<Record<number, bigint>>;
  readonly behaviours?: Readonly<Record<string, boolean>>;
}

export interface Wishes {
  readonly cmdline?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly traits?: Readonly<Record<string, boolean>>;
  readonly places?: readonly Place[];
  /** X86_BUG names that cpu_set_bug_bits() would set. */
  readonly bugs?: readonly string[];
}

export interface Booted {
  readonly b: Boot;
  readonly tables: KernelTables;
  readonly cpu0: Cpu;
  readonly flags: readonly string[];
  readonly bugs: readonly string[];
  readonly vmx: readonly string[];
  has(feature: string): boolean;
  hasBug(bug: string): boolean;
}

/** What a 64-bit kernel needs to start at all. */
const BASE = ['FPU', 'TSC', 'MSR', 'PAE', 'CX8', 'APIC', 'PGE', 'CMOV', 'PAT', 'CLFLUSH', 'MMX', 'FXSR', 'XMM', 'XMM2', 'SYSCALL', 'NX', 'LM'];

/** Leaf 0xd of a CPU with x87, SSE and AVX state. */
export const AVX_STATE: Readonly<Record<string, number>> = { 'd.0.eax': 7, 'd.0.ebx': 0x340, 'd.1.ebx': 0x340, 'd.2.eax': 0x100, 'd.2.ebx': 0x240 };

async function tablesOf(line: Line): Promise<KernelTables> {
  const found = kernelLines.find((one) => one.line === line);
  if (!found) throw new Error(`no tables for ${line}`);
  return (await found.load()).tables;
}

function word(text: string, at: number): number {
  return (text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) | (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24)) >>> 0;
}

type Registry = Map<number, Registers>;

function raise(cpuid: Registry, leaf: number, subleaf: number, register: Register, bits: number): void {
  const key = cpuidKey(leaf, subleaf);
  const now = cpuid.get(key) ?? { eax: 0, ebx: 0, ecx: 0, edx: 0 };
  cpuid.set(key, { ...now, [register]: (now[register] | bits) >>> 0 });
}

function placeFeature(cpuid: Registry, tables: KernelTables, name: string): void {
  const scattered = tables.scattered.find(([feature]) => feature === name);
  if (scattered) return raise(cpuid, scattered[3], scattered[4], scattered[1], 1 << scattered[2]);
  const bit = tables.features.find(([feature]) => feature === name)?.[1];
  const row = bit === undefined ? undefined : tables.words.find(([at]) => at === bit >>> 5);
  if (bit === undefined || !row) throw new Error(`${name} has no CPUID bit on ${tables.line}`);
  raise(cpuid, row[1], row[2], row[3], 1 << (bit & 31));
}

/** Builds the silicon of a made-up CPU for one line. */
export function siliconFor(tables: KernelTables, cpu: MadeUpCpu): Silicon {
  const { vendor = 'GenuineIntel', family = 6, model = 0x5e, stepping = 3, revision = 0xf4, level = 0x1f, extendedLevel = 0x8000_0026 } = cpu;
  const cpuid: Registry = new Map();
  cpuid.set(cpuidKey(0, 0), { eax: level, ebx: word(vendor, 0), edx: word(vendor, 4), ecx: word(vendor, 8) });
  const base = Math.min(family, 0xf);
  raise(cpuid, 1, 0, 'eax', stepping | ((model & 0xf) << 4) | (base << 8) | ((model >> 4) << 16) | ((family - base) << 20));
  raise(cpuid, 7, 0, 'eax', 2);
  raise(cpuid, 0x8000_0000, 0, 'eax', extendedLevel);
  raise(cpuid, 0x8000_0008, 0, 'eax', 0x3028);
  for (const name of [...BASE, ...(cpu.features ?? [])]) placeFeature(cpuid, tables, name);
  for (const [place, value] of Object.entries(cpu.registers ?? {})) {
    const [leaf = '0', subleaf = '0', register = 'eax'] = place.split('.');
    const key = cpuidKey(Number.parseInt(leaf, 16), Number.parseInt(subleaf, 16));
    cpuid.set(key, { ...(cpuid.get(key) ?? { eax: 0, ebx: 0, ecx: 0, edx: 0 }), [register]: value >>> 0 });
  }
  const numbers = <T>(record: Readonly<Record<number, T>> = {}): Map<number, T> => new Map(Object.entries(record).map(([key, value]) => [Number(key), value]));
  return {
    cpuid,
    msrs: numbers(cpu.absentMsrs === 'unknown' ? cpu.msrs : { 416: 1n, 58: 5n, ...cpu.msrs }),
    absentMsrs: cpu.absentMsrs ?? 'zero',
    msrWritable: numbers(cpu.msrWritable),
    behaviours: cpu.behaviours ?? {},
    revision,
    platformId: null,
    partial: false,
    revisionKnown: true,
    threadsKnown: true,
    absentLeaves: 'zero',
    cpuidKnown: new Map(),
    msrKnown: new Map(),
  };
}

/** Boots a made-up CPU as far as its features go: no mitigation is chosen. */
export async function bootFeatures(line: Line, cpu: MadeUpCpu, wishes: Wishes = {}): Promise<Booted> {
  const tables = await tablesOf(line);
  const spec = kernelSpec(tables, wishes);
  const b = new Boot(spec, siliconFor(tables, cpu));
  earlyIdentify(b, () => {
    for (const bug of wishes.bugs ?? []) b.forceBug(bug, 'test');
  });
  parseCpuParameters(b);
  identifyBootCpu(b, wishes.places ?? [{ package: 0, core: 0, thread: 0 }]);
  const cpu0 = finishBoot(b);
  afterCopy(b);
  const at = (bit: number): boolean => bit >= 0 && ((cpu0.words[bit >>> 5]! >>> (bit & 31)) & 1) === 1;
  return {
    b,
    tables,
    cpu0,
    flags: flagsOf(tables, cpu0),
    bugs: bugsOf(tables, cpu0),
    vmx: vmxFlagsOf(tables, cpu0),
    has: (feature) => at(b.featureBit(feature)),
    hasBug: (bug) => at(b.bugBit(bug)),
  };
}
