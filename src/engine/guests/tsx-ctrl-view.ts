import { bit64 } from '../../base/bits.ts';
import { ARCH_CAP_BITS } from '../../data/bits/arch-capabilities.ts';
import type { KvmState } from '../kvm/kvm-state.ts';
import { MSR_IA32_TSX_CTRL } from '../kvm/user-return-msrs.ts';
import type { TsxCtrlView } from '../model/machine.ts';

/**
 * What a guest finds when it uses MSR_IA32_TSX_CTRL: ARCH_CAPABILITIES tells it of the MSR, but KVM can only switch what its load
 * found (kvm/vmx/vmx.c vmx_set_msr(), vmx_find_uret_msr()).
 */
export function tsxCtrlView(kvm: KvmState, archCapabilities: bigint | null): TsxCtrlView {
  if (kvm.module !== 'kvm_intel' || archCapabilities === null || !bit64(archCapabilities, ARCH_CAP_BITS.TSX_CTRL_MSR)) return 'absent';
  return kvm.userReturnMsrs.includes(MSR_IA32_TSX_CTRL) ? 'managed' : 'faults';
}
