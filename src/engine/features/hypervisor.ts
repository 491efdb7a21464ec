import type { Boot } from '../boot/boot.ts';

const BASE = 0x4000_0000;
const KVM_FEATURE_CLOCKSOURCE = 0;
const KVM_FEATURE_CLOCKSOURCE2 = 3;
const HV_ACCESS_FREQUENCY_MSRS_BIT = 11;
const HV_ACCESS_TSC_INVARIANT_BIT = 15;
const HV_FREQUENCY_MSRS_AVAILABLE_BIT = 8;
const HV_MANDATORY = (1 << 5) | (1 << 6);
const VMWARE_FEATURES = 0x4000_0010;

function signature(b: Boot, leaf: number): string {
  const { ebx, ecx, edx } = b.cpuid(leaf, 0);
  let text = '';
  for (const word of [ebx, ecx, edx]) for (let at = 0; at < 32; at += 8) text += String.fromCharCode((word >>> at) & 0xff);
  return text;
}

/** hypervisor_cpuid_base(): KVM may stand behind another hypervisor's leaves. */
function kvmBase(b: Boot): number | null {
  for (let base = BASE; base < BASE + 0x1_0000; base += 0x100) if (signature(b, base) === 'KVMKVMKVM\0\0\0') return base;
  return null;
}

/** vmware_set_capabilities(): VMware keeps the TSC steady and tells its frequency (cpu/vmware.c). */
function vmware(b: Boot): boolean {
  b.begin();
  const { ecx } = b.cpuid(VMWARE_FEATURES, 0);
  b.trace.read('hypervisor', 'VMware', -1);
  for (const feature of ['CONSTANT_TSC', 'TSC_RELIABLE', 'TSC_KNOWN_FREQ']) b.force(feature, 'hypervisor/vmware');
  if (ecx & 2) b.force('VMCALL', 'hypervisor/vmware-hypercall');
  else if (ecx & 1) b.force('VMW_VMMCALL', 'hypervisor/vmware-hypercall');
  return true;
}

/** ms_hyperv_init_platform(), as far as it touches features (cpu/mshyperv.c). */
function hyperV(b: Boot): boolean {
  b.begin();
  const { eax, edx } = b.cpuid(BASE + 3, 0);
  b.trace.read('hypervisor', 'Hyper-V', -1);
  const frequency = ((eax >>> HV_ACCESS_FREQUENCY_MSRS_BIT) & 1) === 1 && ((edx >>> HV_FREQUENCY_MSRS_AVAILABLE_BIT) & 1) === 1;
  if (frequency) b.force('TSC_KNOWN_FREQ', 'hypervisor/hyper-v/frequency');
  if ((eax >>> HV_ACCESS_TSC_INVARIANT_BIT) & 1) b.force('TSC_RELIABLE', 'hypervisor/hyper-v/invariant-tsc');
  return frequency;
}

/** kvmclock_init(): the host says how fast the TSC runs (kernel/kvmclock.c). */
function kvm(b: Boot, base: number): boolean {
  b.begin();
  const { eax } = b.cpuid(base + 1, 0);
  b.trace.read('hypervisor', 'KVM', -1);
  const clock = ((eax >>> KVM_FEATURE_CLOCKSOURCE) & 1) === 1 || ((eax >>> KVM_FEATURE_CLOCKSOURCE2) & 1) === 1;
  if (!clock || b.params('no_kvmclock').length > 0) return false;
  if (b.has('TSC')) b.force('TSC_KNOWN_FREQ', 'hypervisor/kvm-clock');
  return true;
}

/**
 * init_hypervisor_platform(): what a guest kernel sets for the hypervisor it finds. Xen, Jailhouse, ACRN and guests with
 * encrypted memory are not modelled.
 * @returns true when the hypervisor's calibration of the TSC takes the place of CPUID's
 */
export function initHypervisor(b: Boot): boolean {
  b.begin();
  if (!b.has('HYPERVISOR') || !b.config('CONFIG_HYPERVISOR_GUEST')) return false;
  const nopv = b.params('nopv').length > 0;
  const name = signature(b, BASE);
  if (name === 'VMwareVMware' && !nopv) return vmware(b);
  const { eax: highest } = b.cpuid(BASE, 0);
  if (name === 'Microsoft Hv' && highest >= BASE + 5 && (b.cpuid(BASE + 3, 0).eax & HV_MANDATORY) === HV_MANDATORY && !nopv) return hyperV(b);
  const base = b.config('CONFIG_KVM_GUEST') && !nopv ? kvmBase(b) : null;
  return base === null ? false : kvm(b, base);
}
