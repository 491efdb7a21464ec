import type { CpuVendor } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { initAmd } from './amd.ts';
import { bspInitAmd } from './amd-bsp.ts';
import { earlyInitAmd } from './amd-early.ts';
import { earlyInitCentaur, initCentaur } from './centaur.ts';
import { bspInitHygon, earlyInitHygon, initHygon } from './hygon.ts';
import { initIntel } from './intel.ts';
import { earlyInitIntel } from './intel-early.ts';
import { earlyInitZhaoxin, initZhaoxin } from './zhaoxin.ts';

/** struct cpu_dev: what a vendor adds to the identification (cpu/cpu.h). c_init starts with c_early_init again. */
export interface CpuDev {
  readonly earlyInit?: (b: Boot, cpu: Cpu) => void;
  readonly bspInit?: (b: Boot) => void;
  readonly init?: (b: Boot, cpu: Cpu) => void;
}

const DEVICES: Readonly<Partial<Record<CpuVendor, CpuDev>>> = {
  INTEL: { earlyInit: earlyInitIntel, init: initIntel },
  AMD: { earlyInit: earlyInitAmd, bspInit: bspInitAmd, init: initAmd },
  HYGON: { earlyInit: earlyInitHygon, bspInit: bspInitHygon, init: initHygon },
  ZHAOXIN: { earlyInit: earlyInitZhaoxin, init: initZhaoxin },
  CENTAUR: { earlyInit: earlyInitCentaur, init: initCentaur },
};

/** @returns the vendor's part; nothing for vendors that a 64-bit kernel does not know (default_cpu). */
export function cpuDev(cpu: Cpu): CpuDev {
  return DEVICES[cpu.vendor] ?? {};
}
