import { bit64 } from '../../base/bits.ts';
import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { cpuidOf, msrOf, type Silicon } from '../silicon/silicon.ts';

export const MSR_IA32_TSX_CTRL = 0x122;
export const MSR_TSC_AUX = 0xc0000103;
const MSR_IA32_ARCH_CAPABILITIES = 0x10a;
const TSX_CTRL_MSR = 7;

/** MSR_SYSCALL_MASK, MSR_LSTAR, MSR_CSTAR, MSR_EFER, MSR_TSC_AUX, MSR_STAR, MSR_IA32_TSX_CTRL: vmx_uret_msrs_list[]. */
const VMX_LIST: readonly number[] = [0xc0000084, 0xc0000082, 0xc0000083, 0xc0000080, MSR_TSC_AUX, 0xc0000081, MSR_IA32_TSX_CTRL];

/** Where neither profile nor kernel has the MSR: a 64-bit CPU has all of them, the last two where CPUID announces them. */
function presumed(silicon: Silicon, index: number): boolean {
  if (index === MSR_TSC_AUX) return bitOf(silicon, 0x80000001, 'edx', 27) || bitOf(silicon, 7, 'ecx', 22);
  if (index !== MSR_IA32_TSX_CTRL) return true;
  const archCap = bitOf(silicon, 7, 'edx', 29) ? msrOf(silicon, MSR_IA32_ARCH_CAPABILITIES) : null;
  return typeof archCap === 'bigint' && bit64(archCap, TSX_CTRL_MSR);
}

function bitOf(silicon: Silicon, leaf: number, register: 'ecx' | 'edx', bit: number): boolean {
  return ((cpuidOf(silicon, leaf, 0)[register] >>> bit) & 1) === 1;
}

/** kvm_probe_user_return_msr(): the MSR can be read, and written with what was read. */
function probe(b: Boot, now: Cpu, index: number): boolean {
  if (msrOf(now.silicon, index) === undefined && !now.silicon.msrWritable.has(index)) return presumed(now.silicon, index);
  const value = b.msr(index, now);
  return value !== null && b.msrAccepts(index, value, now);
}

/**
 * The MSRs that KVM switches on entry and puts back when the thread returns to user space. One that is absent at the load
 * is never managed until the module is loaded again (kvm/x86.c kvm_add_user_return_msr(), vmx.c vmx_setup_user_return_msrs()).
 * @param now the boot CPU with the silicon of this moment
 */
export function probeUserReturnMsrs(b: Boot, module: 'kvm_intel' | 'kvm_amd', now: Cpu): number[] {
  const list = module === 'kvm_intel' ? VMX_LIST : [MSR_TSC_AUX];
  return list.filter((index) => probe(b, now, index));
}
