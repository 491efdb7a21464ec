import { newVcpu } from '../guests/start-guest.ts';
import { archCapabilitiesOffered } from '../kvm/arch-capabilities.ts';
import type { Finding } from '../model/machine.ts';
import { done, type EventRule, moment, refused } from './event.ts';

/**
 * A vCPU is added to a running guest. Its CPUID is the guest's own, but KVM fills in ARCH_CAPABILITIES as it offers it at this moment
 * (kvm/x86.c kvm_arch_vcpu_create()): the vCPUs of one guest can differ. A VMM that sets the MSR itself avoids that.
 */
export const vcpuCreateEvent: EventRule = {
  type: 'vcpu-create',
  happen(machine, event) {
    const name = event.guest ?? event.name ?? '';
    const guest = machine.guests.find((one) => one.name === name);
    if (!guest) return refused(machine, 'no-such-guest', { guest: name, known: machine.guests.map((one) => one.name) });
    if (machine.kvm === null || guest.away) return refused(machine, 'guest-away', { guest: name });
    const { silicon } = machine.threads[0]!;
    const offered = guest.archCapabilities === null ? null : archCapabilitiesOffered(machine.kernel, machine.kvm, silicon);
    const vcpu = newVcpu(guest.vcpus.length, offered, moment(machine, 'vcpu-create'));
    const findings: Finding[] = [{ code: 'vcpu-created', args: { guest: name, vcpu: vcpu.number } }];
    if (guest.vcpus.some((one) => one.archCapabilities !== offered)) findings.push({ code: 'vcpus-differ', args: { guest: name, vcpu: vcpu.number } });
    return done({ ...machine, guests: machine.guests.map((one) => (one === guest ? { ...guest, vcpus: [...guest.vcpus, vcpu] } : one)) }, findings);
  },
  reads: () => ['kvm_host.arch_capabilities', 'kvm_get_arch_capabilities()', 'vmx FB_CLEAR control'],
};
