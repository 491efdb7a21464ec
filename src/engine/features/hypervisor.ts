import type { Boot } from '../boot/boot.ts';
import { givenKhz } from './tsc.ts';

const FIRST_BASE = 0x4000_0000;
const LAST_BASE = 0x4001_0000;
const KVM_FEATURE_CLOCKSOURCE = 0;
const KVM_FEATURE_CLOCKSOURCE2 = 3;
const HV_CPUID_MIN = 0x4000_0005;
const HV_CPUID_MAX = 0x4000_ffff;
const HV_ACCESS_FREQUENCY_MSRS_BIT = 11;
const HV_ACCESS_TSC_INVARIANT_BIT = 15;
const HV_FREQUENCY_MSRS_AVAILABLE_BIT = 8;
const HV_MANDATORY = (1 << 5) | (1 << 6);
const VMWARE_FEATURES = 0x4000_0010;
const VMWARE_VMMCALL = 1;
const VMWARE_VMCALL = 2;

/** struct hypervisor_x86: `detect` gives the leaf that it stands at, 0 for none; `init` whether it tells the TSC's frequency in CPUID's place. */
interface Hypervisor {
  readonly detect: (b: Boot) => number;
  readonly init: (b: Boot, base: number) => boolean;
}

function signature(b: Boot, leaf: number): string {
  const { ebx, ecx, edx } = b.cpuid(leaf, 0);
  let text = '';
  for (const word of [ebx, ecx, edx]) for (let at = 0; at < 32; at += 8) text += String.fromCharCode((word >>> at) & 0xff);
  return text;
}

/**
 * hypervisor_cpuid_base(): one hypervisor may stand behind another's leaves.
 * @param leaves that it must have behind its base
 */
function baseOf(b: Boot, name: string, leaves: number): number {
  for (let base = FIRST_BASE; base < LAST_BASE; base += 0x100) if (signature(b, base) === name && (b.cpuid(base, 0).eax - base) >>> 0 >= leaves) return base;
  return 0;
}

/** xen_tsc_khz(), of guests with virtualized hardware; the clock that such a guest needs is offered by every Xen of today (xen/time.c). */
const XEN: Hypervisor = {
  detect: (b) => (b.config('CONFIG_XEN') ? baseOf(b, 'XenVMMXenVMM', 2) : 0),
  init: (b) => {
    b.begin();
    b.trace.read('hypervisor', 'Xen', -1);
    if (b.has('TSC') && givenKhz(b) === 0) b.force('TSC_KNOWN_FREQ', 'hypervisor/xen-clock');
    return true;
  },
};

/** vmware_set_capabilities(): VMware keeps the TSC steady and tells its frequency (cpu/vmware.c). */
const VMWARE: Hypervisor = {
  detect: (b) => (signature(b, FIRST_BASE) === 'VMwareVMware' ? FIRST_BASE : 0),
  init: (b) => {
    b.begin();
    const features = b.cpuid(FIRST_BASE, 0).eax >= VMWARE_FEATURES ? b.cpuid(VMWARE_FEATURES, 0).ecx : 0;
    b.trace.read('hypervisor', 'VMware', -1);
    for (const feature of ['CONSTANT_TSC', 'TSC_RELIABLE', 'TSC_KNOWN_FREQ']) b.force(feature, 'hypervisor/vmware');
    // Exactly one of the two instructions; of a choice the kernel makes no use.
    const mode = features & (VMWARE_VMMCALL | VMWARE_VMCALL);
    if (mode === VMWARE_VMCALL) b.force('VMCALL', 'hypervisor/vmware-hypercall');
    else if (mode === VMWARE_VMMCALL) b.force('VMW_VMMCALL', 'hypervisor/vmware-hypercall');
    return true;
  },
};

/** ms_hyperv_init_platform(), as far as it touches features (cpu/mshyperv.c). */
const HYPER_V: Hypervisor = {
  detect: (b) => {
    const { eax: highest } = b.cpuid(FIRST_BASE, 0);
    if (highest < HV_CPUID_MIN || highest > HV_CPUID_MAX || signature(b, FIRST_BASE) !== 'Microsoft Hv') return 0;
    return (b.cpuid(FIRST_BASE + 3, 0).eax & HV_MANDATORY) === HV_MANDATORY ? FIRST_BASE : 0;
  },
  init: (b) => {
    b.begin();
    const { eax, edx } = b.cpuid(FIRST_BASE + 3, 0);
    b.trace.read('hypervisor', 'Hyper-V', -1);
    const frequency = ((eax >>> HV_ACCESS_FREQUENCY_MSRS_BIT) & 1) === 1 && ((edx >>> HV_FREQUENCY_MSRS_AVAILABLE_BIT) & 1) === 1;
    if (frequency) b.force('TSC_KNOWN_FREQ', 'hypervisor/hyper-v/frequency');
    if ((eax >>> HV_ACCESS_TSC_INVARIANT_BIT) & 1) b.force('TSC_RELIABLE', 'hypervisor/hyper-v/invariant-tsc');
    return frequency;
  },
};

/** kvmclock_init(): the host says how fast the TSC runs, and is asked at once (kernel/kvmclock.c kvm_get_preset_lpj()). */
const KVM: Hypervisor = {
  detect: (b) => (b.config('CONFIG_KVM_GUEST') ? baseOf(b, 'KVMKVMKVM\0\0\0', 0) : 0),
  init: (b, base) => {
    b.begin();
    const { eax } = b.cpuid(base + 1, 0);
    b.trace.read('hypervisor', 'KVM', -1);
    const clock = ((eax >>> KVM_FEATURE_CLOCKSOURCE) & 1) === 1 || ((eax >>> KVM_FEATURE_CLOCKSOURCE2) & 1) === 1;
    if (!clock || b.params('no_kvmclock').length > 0) return false;
    b.force('TSC_KNOWN_FREQ', 'hypervisor/kvm-clock');
    return true;
  },
};

const HYPERVISORS: readonly Hypervisor[] = [XEN, VMWARE, HYPER_V, KVM];

/**
 * init_hypervisor_platform(): what a guest kernel sets for the hypervisor it finds. Where one stands behind another's leaves, as KVM does
 * when it also plays Hyper-V, the one with the higher leaf is it. Jailhouse, ACRN and bhyve are in no build; guests with
 * encrypted memory are not modelled.
 * @returns true when the hypervisor's calibration of the TSC takes the place of CPUID's
 */
export function initHypervisor(b: Boot): boolean {
  b.begin();
  if (!b.has('HYPERVISOR') || !b.config('CONFIG_HYPERVISOR_GUEST') || b.params('nopv').length > 0) return false;
  let found: Hypervisor | null = null;
  let highest = 0;
  for (const one of HYPERVISORS) {
    const base = one.detect(b);
    if (base <= highest) continue;
    highest = base;
    found = one;
  }
  return found?.init(b, highest) ?? false;
}
