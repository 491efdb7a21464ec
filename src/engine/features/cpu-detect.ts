import type { CpuVendor } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { flipMsrBit } from './msr-access.ts';

/** c_ident[] of the cpu_dev structs that a 64-bit kernel has; Cyrix, Transmeta, UMC and Vortex exist on 32 bit only. */
const VENDORS: Readonly<Record<string, CpuVendor>> = {
  GenuineIntel: 'INTEL',
  AuthenticAMD: 'AMD',
  HygonGenuine: 'HYGON',
  CentaurHauls: 'CENTAUR',
  '  Shanghai  ': 'ZHAOXIN',
};

const MSR_IA32_MISC_ENABLE = 0x1a0;
const LIMIT_CPUID_BIT = 22;

function ascii(word: number): string {
  return String.fromCharCode(word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24);
}

/** cpu_detect() and get_cpu_vendor(): vendor, highest leaf, family, model, stepping (cpu/common.c, lib/cpu.c). */
export function cpuDetect(b: Boot, cpu: Cpu): void {
  const { eax: level, ebx, ecx, edx } = b.cpuid(0, 0, cpu);
  cpu.level = level | 0;
  cpu.vendorId = (ascii(ebx) + ascii(edx) + ascii(ecx)).split('\0', 1)[0] ?? '';
  cpu.vendor = VENDORS[cpu.vendorId] ?? 'UNKNOWN';
  cpu.family = 4;
  if (cpu.level < 1) return;
  const { eax: signature, ebx: misc, edx: features } = b.cpuid(1, 0, cpu);
  const family = (signature >>> 8) & 0xf;
  cpu.family = family === 0xf ? family + ((signature >>> 20) & 0xff) : family;
  cpu.model = ((signature >>> 4) & 0xf) | (cpu.family >= 6 ? ((signature >>> 16) & 0xf) << 4 : 0);
  cpu.stepping = signature & 0xf;
  if ((features >>> 19) & 1) cpu.clflushSize = ((misc >>> 8) & 0xff) * 8;
}

/**
 * Lifts the limit that firmware can put on the highest leaf (6.1: start of early_init_intel(); later intel_unlock_cpuid_leafs()).
 * The profile's leaves are those of the unlocked CPU, so only the MSR changes.
 */
export function unlockCpuidLeaves(b: Boot, cpu: Cpu): void {
  if (cpu.vendor !== 'INTEL' || modelNumber(cpu) < 0x60d) return;
  flipMsrBit(b, MSR_IA32_MISC_ENABLE, LIMIT_CPUID_BIT, false, cpu);
}

/** get_cpu_address_sizes(): physical and virtual address bits, with the defaults for CPUs that do not say. */
export function addressSizes(b: Boot, cpu: Cpu): void {
  if (cpu.extendedLevel < 0x8000_0008) {
    cpu.clflushSize = 64;
    cpu.physBits = 36;
    cpu.virtBits = 48;
    return;
  }
  const { eax } = b.cpuid(0x8000_0008, 0, cpu);
  cpu.virtBits = (eax >>> 8) & 0xff;
  cpu.physBits = eax & 0xff;
}

/** @returns family and model as one number that orders Intel's CPUs as c->x86_vfm does: `0x60d` is family 6, model 0xd. */
export function modelNumber(cpu: Cpu): number {
  return cpu.family * 256 + cpu.model;
}
