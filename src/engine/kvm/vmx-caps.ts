import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { type CapWords, checkAndSet, clearCap, hasCap, setCap } from './cap-words.ts';
import type { VmcsConfig } from './kvm-state.ts';
import type { ModuleParameters } from './module-parameters.ts';
import { mediatedPmu, type PmuCapability } from './pmu-capability.ts';
import { BASIC_NO_HW_ERROR_CODE, ENTRY, EPT_CAP, hasControl, MISC_INTEL_PT, SECONDARY } from './vmcs-config.ts';

const BNDREGS_AND_BNDCSR = 0x18;
const CET_USER_AND_KERNEL = 0x1800;
const PT_MODE_SYSTEM = 0;
const PT_MODE_HOST_GUEST = 1;

/** What vmx_hardware_setup() settles before the capabilities are made. */
export interface VmxSetup {
  readonly enableEpt: boolean;
  readonly unrestrictedGuest: boolean;
  readonly nested: boolean;
  readonly sgx: boolean;
  /** Whether guests get processor trace; null: the parameter is neither mode, and the module does not load. */
  readonly ptMode: boolean | null;
  readonly mediatedPmu: boolean;
  readonly cet: boolean;
  readonly mpx: boolean;
  readonly allowSmallerMaxphyaddr: boolean;
}

function eptUsable(vmcs: VmcsConfig): boolean {
  const needed = [EPT_CAP.WALK_4, EPT_CAP.WRITE_BACK, EPT_CAP.INVEPT_GLOBAL];
  return hasControl(vmcs.secondary, SECONDARY.EPT) && needed.every((bit) => hasControl(vmcs.ept, bit));
}

/** kvm_mpx_supported(): XCR0 holds both MPX components, and the CPU switches BNDCFGS for guests. */
function mpxSupported(b: Boot, vmcs: VmcsConfig): boolean {
  const enabled = b.has('XSAVE') && b.has('MPX') && (b.cpuid(0xd, 0).eax & BNDREGS_AND_BNDCSR) === BNDREGS_AND_BNDCSR;
  return enabled && hasControl(vmcs.entry, ENTRY.BNDCFGS);
}

/** vmx_hardware_setup() of kvm/vmx/vmx.c, as far as it changes what guests are offered. */
export function vmxSetup(b: Boot, now: Cpu, vmcs: VmcsConfig, parameters: ModuleParameters, pmu: PmuCapability): VmxSetup {
  const enableEpt = parameters.bool('kvm_intel.ept', true) && eptUsable(vmcs);
  const unrestricted = hasControl(vmcs.secondary, SECONDARY.UNRESTRICTED_GUEST) && enableEpt;
  const sgxBuilt = b.config('CONFIG_X86_SGX_KVM');
  const ptMode = parameters.number('kvm_intel.pt_mode', PT_MODE_SYSTEM);
  const pt = ((vmcs.misc >> MISC_INTEL_PT) & 1n) === 1n && hasControl(vmcs.secondary, SECONDARY.PT_USE_GPA) && hasControl(vmcs.entry, ENTRY.RTIT_CTL);
  return {
    enableEpt,
    unrestrictedGuest: parameters.bool('kvm_intel.unrestricted_guest', true) && unrestricted,
    nested: parameters.bool('kvm_intel.nested', true),
    sgx: sgxBuilt && parameters.bool('kvm_intel.sgx', true) && hasControl(vmcs.secondary, SECONDARY.ENCLS_EXITING),
    ptMode: ptMode === PT_MODE_SYSTEM ? false : ptMode === PT_MODE_HOST_GUEST ? enableEpt && pmu.enabled && pt : null,
    mediatedPmu: parameters.bool('kvm_intel.enable_mediated_pmu', false) && mediatedPmu(b, now, vmcs, pmu),
    cet: parameters.bool('kvm_intel.cet', true) && hasControl(vmcs.entry, ENTRY.CET),
    mpx: mpxSupported(b, vmcs),
    // Shadow paging loses nothing by a smaller address width, so the newest line then allows it by itself.
    allowSmallerMaxphyaddr: parameters.bool('kvm_intel.allow_smaller_maxphyaddr', false) || !enableEpt,
  };
}

/** vmx_set_cpu_caps() of kvm/vmx/vmx.c. */
export function vmxCaps(b: Boot, caps: CapWords, vmcs: VmcsConfig, setup: VmxSetup, pmu: PmuCapability): void {
  if (setup.nested) setCap(caps, 'VMX');
  if (setup.mpx) checkAndSet(b, caps, 'MPX');
  if (!hasControl(vmcs.secondary, SECONDARY.INVPCID)) clearCap(caps, 'INVPCID');
  if (setup.ptMode) checkAndSet(b, caps, 'INTEL_PT');
  if (b.has('PEBS') && pmu.enabled && pmu.pebsEpt && !setup.mediatedPmu) {
    checkAndSet(b, caps, 'DS');
    checkAndSet(b, caps, 'DTES64');
  }
  if (!pmu.enabled) clearCap(caps, 'PDCM');
  if (!setup.sgx) for (const feature of ['SGX', 'SGX_LC', 'SGX1', 'SGX2', 'SGX_EDECCSSA']) clearCap(caps, feature);
  // KVM can emulate UMIP only where the host does not use it.
  if (!b.has('UMIP') && hasControl(vmcs.secondary, SECONDARY.DESC_EXITING)) setCap(caps, 'UMIP');
  if (!hasControl(vmcs.secondary, SECONDARY.XSAVES)) clearCap(caps, 'XSAVES');
  if (!hasControl(vmcs.secondary, SECONDARY.RDTSCP)) {
    clearCap(caps, 'RDTSCP');
    clearCap(caps, 'RDPID');
  }
  if (hasControl(vmcs.secondary, SECONDARY.USR_WAIT_PAUSE)) checkAndSet(b, caps, 'WAITPKG');
  const cet = setup.cet && setup.unrestrictedGuest && ((vmcs.basic >> BASIC_NO_HW_ERROR_CODE) & 1n) === 1n;
  if (!cet) clearCet(caps);
}

function clearCet(caps: CapWords): void {
  clearCap(caps, 'SHSTK');
  clearCap(caps, 'IBT');
}

/** kvm_setup_xss_caps(): without the XSS state for CET that the host set up at its boot no guest gets it (kvm/x86.c). */
export function xssCaps(b: Boot, caps: CapWords): void {
  const components = b.cpuid(0xd, 1).ecx & CET_USER_AND_KERNEL;
  const host = b.has('XSAVES') && b.has('SHSTK') && components === CET_USER_AND_KERNEL;
  if (!host || !hasCap(caps, 'XSAVES')) clearCet(caps);
}
