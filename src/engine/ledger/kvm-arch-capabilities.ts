import { msrDifferences } from '../guests/register-bits.ts';
import { guestArchCapabilities, hostArchCapabilities } from '../kvm/arch-capabilities.ts';
import type { Machine } from '../model/machine.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { because, type Holder, NEW_KERNEL, type World } from './holder.ts';
import { guestSymptom } from './user-space.ts';

const MSR = '10a';

/** The MSR as KVM would read it were it loaded now: nothing, where boot_cpu_data does not know that it exists. */
function hostNow(machine: Machine): bigint {
  const { kernel, threads } = machine;
  const { silicon } = threads[0]!;
  kernel.begin();
  return hostArchCapabilities(kernel, silicon === kernel.cpu.silicon ? kernel.cpu : { ...kernel.cpu, silicon });
}

/** What differs because the MSR was read when the module was loaded. */
function cachedDifferences(machine: Machine): SnapshotDifference[] {
  const held = machine.kvm?.hostArchCapabilities;
  if (held == null) return [];
  const { kernel } = machine;
  return msrDifferences(MSR, guestArchCapabilities(kernel, held), guestArchCapabilities(kernel, hostNow(machine)));
}

/** What would differ even if KVM read the MSR now: bits that it promises or drops by the bugs, the features and the choices of the boot. */
function promisedDifferences(machine: Machine, { freshKvm }: World): SnapshotDifference[] {
  if (machine.kvm === null || freshKvm === null) return [];
  return msrDifferences(MSR, guestArchCapabilities(machine.kernel, hostNow(machine)), guestArchCapabilities(freshKvm.kernel, hostNow(freshKvm)));
}

const cached: Holder = {
  id: 'kvm_host.arch_capabilities',
  title: 'ARCH_CAPABILITIES as KVM read it when it was loaded',
  source: 'kvm/x86.c kvm_x86_vendor_init()',
  takenAt: (machine) => (machine.kernel.trait('kvm-caches-arch-capabilities') ? (machine.kvmLoaded?.at.event ?? null) : null),
  differences: cachedDifferences,
  symptom: guestSymptom,
  cures: NEW_KERNEL,
  tries: { 'kvm-reload': because('from-boot-caps') },
};

/** Where the MSR is read for every vCPU this is all of ARCH_CAPABILITIES that can be stale. */
const promised: Holder = {
  id: 'kvm_get_arch_capabilities()',
  title: 'ARCH_CAPABILITIES bits that KVM adds or drops by what the boot found',
  source: 'kvm/x86.c kvm_get_arch_capabilities()',
  takenAt: (machine) => (machine.kvm ? machine.booted.at.event : null),
  differences: promisedDifferences,
  symptom: guestSymptom,
  cures: NEW_KERNEL,
  tries: {
    'kvm-reload': because('from-boot-bugs'),
  },
};

/** KVM's ARCH_CAPABILITIES: the cached MSR, and what KVM makes of it. */
export function kvmArchCapabilitiesHolders(): readonly Holder[] {
  return [cached, promised];
}
