import { offeredView, viewFor } from '../guests/guest-view.ts';
import { msrDifferences, registerDifferences } from '../guests/register-bits.ts';
import type { Guest, Machine, Vcpu } from '../model/machine.ts';
import { because, type Holder, NEW_KERNEL, type World } from './holder.ts';
import { guestSymptom } from './user-space.ts';

/** libvirt asks KVM when its daemon starts; its host-model is made from the answer, whatever KVM offers later. */
const hostModel: Holder = {
  id: 'libvirt host-model cache',
  title: 'what libvirt remembers of KVM since its daemon started',
  source: 'libvirt, QEMU capabilities cache',
  takenAt: (machine) => machine.hostModelCache?.at.event ?? null,
  differences: ({ hostModelCache }, { freshKvm }) => {
    const offered = freshKvm && offeredView(freshKvm);
    if (!hostModelCache || !offered) return [];
    const msr = msrDifferences('10a', hostModelCache.archCapabilities ?? 0n, offered.archCapabilities ?? 0n);
    return [...registerDifferences(hostModelCache.cpuid, offered.cpuid), ...msr];
  },
  symptom: guestSymptom,
  cures: NEW_KERNEL,
  tries: { 'libvirt-refresh': because('kvm-answers-as-before'), 'kvm-reload': because('cached-by-the-daemon') },
};

function find(machine: Machine, guest: string, number: number): { readonly guest: Guest; readonly vcpu: Vcpu } | null {
  const found = machine.guests.find((one) => one.name === guest && !one.away);
  const vcpu = found?.vcpus[number];
  return found && vcpu ? { guest: found, vcpu } : null;
}

/** ARCH_CAPABILITIES that a guest of its kind would be told were it created by a kernel started now. */
function archCapabilitiesNow(guest: Guest, { freshKvm }: World): bigint | null {
  return freshKvm === null ? guest.archCapabilities : (viewFor(freshKvm, guest.model, guest.wanted)?.archCapabilities ?? null);
}

function vcpuHolder(guest: Guest, number: number): Holder {
  return {
    id: `vcpu ${guest.name}/${number}`,
    title: 'ARCH_CAPABILITIES of a virtual CPU',
    source: 'kvm/x86.c kvm_arch_vcpu_create()',
    takenAt: (machine) => find(machine, guest.name, number)?.vcpu.at.event ?? null,
    differences: (machine, now) => {
      const held = find(machine, guest.name, number);
      return held ? msrDifferences('10a', held.vcpu.archCapabilities ?? 0n, archCapabilitiesNow(held.guest, now) ?? 0n) : [];
    },
    symptom: () => 'guest-frozen',
    cures: NEW_KERNEL,
    tries: { 'kvm-reload': because('frozen-at-creation'), 'guest-recreate': because('kvm-answers-as-before') },
  };
}

/** What was handed to guests, or is kept for them, outside of KVM. */
export function guestHolders(machine: Machine): readonly Holder[] {
  return [hostModel, ...machine.guests.filter((guest) => !guest.away).flatMap((guest) => guest.vcpus.map(({ number }) => vcpuHolder(guest, number)))];
}
