import type { CpuVendor, KernelTables } from '../../data/kernels/types.ts';
import type { Silicon } from '../silicon/silicon.ts';

/**
 * One CPU as the kernel sees it: `struct cpuinfo_x86`. The words hold the capability bits and, behind them, the bug bits;
 * `origins` says for each bit which step of the trace wrote it last (-1: it stands as CPUID gave it).
 */
export interface Cpu {
  readonly silicon: Silicon;
  readonly words: Uint32Array;
  readonly origins: Int32Array;
  vendor: CpuVendor;
  vendorId: string;
  family: number;
  model: number;
  stepping: number;
  /** Highest basic leaf: c->cpuid_level; -1 before it was read. */
  level: number;
  /** Highest extended leaf or 0: c->extended_cpuid_level. */
  extendedLevel: number;
  /** CPUID 0x80000007 EDX: c->x86_power. */
  power: number;
  physBits: number;
  virtBits: number;
  clflushSize: number;
  /** Words of c->vmx_capability. */
  vmx: Uint32Array;
  revision: number;
}

/** @returns a CPU of which nothing is known yet. */
export function blankCpu(tables: KernelTables, silicon: Silicon): Cpu {
  const words = tables.ncapints + tables.nbugints;
  return {
    silicon,
    words: new Uint32Array(words),
    origins: new Int32Array(words * 32).fill(-1),
    vendor: 'UNKNOWN',
    vendorId: '',
    family: 0,
    model: 0,
    stepping: 0,
    level: -1,
    extendedLevel: 0,
    power: 0,
    physBits: 36,
    virtBits: 48,
    clflushSize: 64,
    vmx: new Uint32Array(5),
    revision: silicon.revision,
  };
}

/** @returns a copy that can be edited without touching the first. */
export function copyCpu(cpu: Cpu): Cpu {
  return { ...cpu, words: cpu.words.slice(), origins: cpu.origins.slice(), vmx: cpu.vmx.slice() };
}
