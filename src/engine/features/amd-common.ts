import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { flipMsrBit, msrBitOr } from './msr-access.ts';

const MSR_VM_CR = 0xc0010114;
const VM_CR_SVM_DIS_BIT = 4;
const MSR_AMD64_DE_CFG = 0xc0011029;
const LFENCE_SERIALIZE_BIT = 1;
const NULL_SEL_CLR_BASE_BIT = 6;

/** 3DNow's own bit stands in an extended leaf; bit 31 of word 0 means something else here. Newer kernels leave it. */
export function clearNonstandard3dnow(b: Boot, cpu: Cpu): void {
  b.begin();
  if (b.trait('amd-clears-pbe')) b.clear('PBE', 'amd/init/nonstandard-3dnow', cpu);
}

/** SVM that firmware has locked out disappears from the flags; the oldest line leaves that to KVM. */
export function svmDisabledByBios(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!b.trait('svm-cleared-when-locked') || !b.has('SVM', cpu)) return;
  if (!msrBitOr(b, MSR_VM_CR, VM_CR_SVM_DIS_BIT, false, cpu)) return;
  b.print('SVM disabled (by BIOS) in MSR_VM_CR');
  b.clear('SVM', 'amd/init/svm-disabled-by-bios', cpu);
}

/** LFENCE is made to wait for everything before it, which also makes it safe in front of RDTSC. */
export function serializingLfence(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!b.has('XMM2', cpu)) return;
  if (!b.has('LFENCE_RDTSC', cpu)) flipMsrBit(b, MSR_AMD64_DE_CFG, LFENCE_SERIALIZE_BIT, true, cpu);
  b.set('LFENCE_RDTSC', 'amd/init/lfence-serializing', cpu);
}

/**
 * check_null_seg_clears_base(): loading a null selector leaves the base on older parts. Newer ones say in CPUID that they
 * clear it; Zen 2 does so without saying, which the kernel finds out by trying. A guest believes CPUID alone (cpu/common.c).
 */
export function nullSegment(b: Boot, cpu: Cpu): void {
  b.begin();
  const enumerated =
    b.featureBit('NULL_SEL_CLR_BASE') >= 0
      ? b.has('NULL_SEL_CLR_BASE', cpu)
      : cpu.extendedLevel >= 0x8000_0021 && b.cpuidBit(0x8000_0021, 0, 'eax', NULL_SEL_CLR_BASE_BIT, cpu);
  if (enumerated) return;
  const zen2 = cpu.family === 0x17 && cpu.model >= 0x30;
  const tried = !b.has('HYPERVISOR', cpu) && (cpu.family === 0x17 || cpu.family === 0x18);
  if (tried && b.behaviour('nullSelectorClearsBase', zen2, cpu)) return;
  b.setBug('NULL_SEG', 'amd/init/null-seg', cpu);
}
