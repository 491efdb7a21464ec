import type { KernelTables, Register } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import { type Cpu, copyCpu } from '../boot/cpu.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { cpuDetect } from './cpu-detect.ts';
import { initSpeculationControl } from './speculation-control.ts';

interface ScatteredBit {
  readonly feature: string;
  readonly register: Register;
  readonly bit: number;
  readonly leaf: number;
  readonly subleaf: number;
  readonly ref: string;
  readonly rule: string;
}

const scatteredCache = new WeakMap<KernelTables, readonly ScatteredBit[]>();

/** The table with the names of its reads made once: this runs several times in every boot. */
function scatteredBits(tables: KernelTables): readonly ScatteredBit[] {
  const known = scatteredCache.get(tables);
  if (known) return known;
  const bits = tables.scattered.map(([feature, register, bit, leaf, subleaf]) => ({
    feature,
    register,
    bit,
    leaf,
    subleaf,
    ref: `cpuid:${leaf.toString(16)}.${subleaf.toString(16)}.${register}[${bit}]`,
    rule: 'common/get-cpu-cap/scattered',
  }));
  scatteredCache.set(tables, bits);
  return bits;
}

/** Is the leaf there? The level check of get_cpu_cap(); subleaf 1 of leaf 7 has its own. */
function leafExists(b: Boot, cpu: Cpu, leaf: number, subleaf: number): boolean {
  if (leaf >= 0x8000_0000) return cpu.extendedLevel >= leaf;
  if (cpu.level < leaf) return false;
  return leaf !== 7 || subleaf === 0 || b.cpuid(7, 0, cpu).eax >= subleaf;
}

/**
 * OSXSAVE and OSPKE repeat what the kernel itself has written into CR4: clear when a CPU is identified, and forced once the kernel has
 * switched the thing on (setup_pku(), fpu__init_cpu_xstate()). A profile taken from a running machine shows what the kernel of that day did.
 */
function setBySoftware(leaf: number, subleaf: number, register: Register): number {
  if (register !== 'ecx' || subleaf !== 0) return 0;
  return leaf === 1 ? 1 << 27 : leaf === 7 ? 1 << 4 : 0;
}

function readWords(b: Boot, cpu: Cpu): void {
  const { eax } = b.cpuid(0x8000_0000, 0, cpu);
  cpu.extendedLevel = eax >>> 16 === 0x8000 ? eax : 0;
  for (const [word, leaf, subleaf, register] of b.tables.words) {
    if (!leafExists(b, cpu, leaf, subleaf)) continue;
    cpu.words[word] = b.cpuid(leaf, subleaf, cpu)[register] & ~setBySoftware(leaf, subleaf, register);
    cpu.origins.fill(-1, word * 32, word * 32 + 32);
  }
  if (cpu.extendedLevel >= 0x8000_0007) cpu.power = b.cpuid(0x8000_0007, 0, cpu).edx;
}

/** init_scattered_cpuid_features(): single bits from leaves that have no word of their own (cpu/scattered.c). */
function scatteredFeatures(b: Boot, cpu: Cpu): void {
  const basic = b.cpuid(0, 0, cpu).eax;
  const extended = b.cpuid(0x8000_0000, 0, cpu).eax;
  for (const row of scatteredBits(b.tables)) {
    const highest = row.leaf >= 0x8000_0000 ? extended : basic;
    if (highest < row.leaf || highest > (row.leaf | 0xffff) >>> 0) continue;
    const value = ((b.cpuid(row.leaf, row.subleaf, cpu)[row.register] >>> row.bit) & 1) === 1;
    b.begin();
    b.trace.read(row.ref, value, -1);
    if (value) b.set(row.feature, row.rule, cpu);
  }
}

/**
 * get_cpu_cap(): CPUID into the capability words, synthetic speculation bits, then what options and earlier steps forced
 * (cpu/common.c). A word whose leaf does not exist keeps what it held.
 */
export function getCpuCap(b: Boot, cpu: Cpu): void {
  readWords(b, cpu);
  scatteredFeatures(b, cpu);
  initSpeculationControl(b, cpu);
  b.begin();
  b.set('SYSFAST32', 'common/get-cpu-cap/sysfast32', cpu);
  b.applyForced(cpu);
}

/**
 * store_cpu_caps(): what microcode_check() compares before and after a late load: the boot CPU's words, with those that
 * CPUID answers read again (cpu/common.c).
 * @param silicon what CPUID answers now on the CPU that checks
 * @returns capability and bug words
 */
export function capsNow(b: Boot, silicon: Silicon): Uint32Array {
  const cpu = { ...copyCpu(b.cpu), silicon };
  const detected = { ...cpu };
  cpuDetect(b, detected);
  cpu.level = detected.level;
  getCpuCap(b, cpu);
  return cpu.words;
}
