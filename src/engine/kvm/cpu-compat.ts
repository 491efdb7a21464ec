import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { cpuidOf, type Silicon } from '../silicon/silicon.ts';
import type { KvmState } from './kvm-state.ts';
import { sameVmcs, setupVmcsConfig } from './vmcs-config.ts';

const VMX_BIT = 5;

/** Features behind bits of CR4 that KVM holds reserved where a CPU lacks them (__cr4_reserved_bits() of kvm/x86.h, newer kvm/regs.h). */
const CR4_FEATURES: readonly string[] = ['XSAVE', 'SMEP', 'SMAP', 'FSGSBASE', 'PKU', 'LA57', 'UMIP', 'VMX', 'PCID', 'LAM'];

/** Why a CPU may not run guests together with the others. */
export type Unfit = 'cr4-features' | 'vmx-off' | 'svm-off' | 'vmcs-config';

function cr4Differs(b: Boot, cpu: Cpu): boolean {
  if (CR4_FEATURES.some((feature) => b.has(feature, cpu) !== b.has(feature))) return true;
  const cet = (one: Cpu): boolean => b.has('SHSTK', one) || b.has('IBT', one);
  return b.trait('kvm-cet') && cet(cpu) !== cet(b.cpu);
}

/**
 * kvm_x86_check_processor_compatibility() and what the vendor modules add to it, asked for every CPU when a module is loaded: what the
 * CPU was found to have is the same as boot_cpu_data where CR4 depends on it, and its VMX capability MSRs give the same configuration.
 * @param silicon what the CPU answers now
 * @param cpu what the kernel knows of it
 * @returns null: it fits
 */
export function unfitForKvm(b: Boot, kvm: KvmState, silicon: Silicon, cpu: Cpu): Unfit | null {
  b.begin();
  if (cr4Differs(b, cpu)) return 'cr4-features';
  if (kvm.vmcs === null) return b.has('SVM', cpu) ? null : 'svm-off';
  if (((cpuidOf(silicon, 1, 0).ecx >>> VMX_BIT) & 1) === 0 || !b.has('MSR_IA32_FEAT_CTL', cpu) || !b.has('VMX', cpu)) return 'vmx-off';
  const now = setupVmcsConfig(b, silicon === b.cpu.silicon ? b.cpu : { ...b.cpu, silicon }, kvm.vmcsStrict);
  return !('field' in now) && sameVmcs(kvm.vmcs, now) ? null : 'vmcs-config';
}

/**
 * The same for a CPU that comes online while virtualization is on: one that does not fit stays offline, with -EIO
 * (kvm_arch_enable_virtualization_cpu()). Lines that do not look again let every CPU in.
 */
export function unfitOnline(b: Boot, kvm: KvmState, silicon: Silicon, cpu: Cpu): Unfit | null {
  return b.trait('kvm-compat-at-online') ? unfitForKvm(b, kvm, silicon, cpu) : null;
}
