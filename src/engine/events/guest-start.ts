import { GUEST_MODELS, isGuestModel, missingHere, offeredView, viewFor, wantedRegisters } from '../guests/guest-view.ts';
import { bitRefs, type RegisterValues } from '../guests/register-bits.ts';
import { newGuest } from '../guests/start-guest.ts';
import { hostValues } from '../guests/user-return.ts';
import { enableVirtualization } from '../kvm/load-kvm.ts';
import type { Finding, Machine } from '../model/machine.ts';
import { done, type EventRule, type Happened, type MachineEvent, moment, refused } from './event.ts';

/** What the owner of a custom guest asked for and KVM does not offer; QEMU warns and leaves it out. */
function leftOut(machine: Machine, wanted: RegisterValues | null): Finding[] {
  if (wanted === null) return [];
  const given = viewFor(machine, 'custom', wanted)?.cpuid ?? {};
  const refs = Object.entries(wanted).flatMap(([name, value]) => bitRefs(name, (value & ~(given[name] ?? 0)) >>> 0));
  return refs.length === 0 ? [] : [{ code: 'guest-features-not-offered', args: { refs } }];
}

/** The first VM switches virtualization on where the module has not, and from then on KVM remembers the host's MSRs (kvm_main.c). */
function withVirtualization(machine: Machine): Machine {
  if (machine.userReturn !== null || machine.kvm === null) return machine;
  const kernel = machine.kernel.copy();
  enableVirtualization(kernel, machine.kvm.module);
  return { ...machine, kernel, userReturn: hostValues(machine, moment(machine, 'guest-start')) };
}

function start(machine: Machine, event: MachineEvent): Happened {
  const name = event.guest ?? event.name ?? `guest-${machine.guests.length + 1}`;
  const model = event.model ?? 'host-passthrough';
  if (machine.kvm === null) return refused(machine, 'kvm-not-loaded');
  if (machine.guests.some((guest) => guest.name === name)) return refused(machine, 'guest-runs-already', { guest: name });
  if (!isGuestModel(model)) return refused(machine, 'unknown-guest-model', { model, known: GUEST_MODELS });
  if (model === 'custom' && event.cpuid === undefined) return refused(machine, 'custom-guest-without-cpuid', { guest: name });
  const wanted = model === 'custom' ? wantedRegisters(event.cpuid ?? [], offeredView(machine)?.cpuid ?? {}) : null;
  const ready = withVirtualization(machine);
  const guest = newGuest(ready, { name, model, wanted }, moment(machine, 'guest-start'))!;
  const missing = missingHere(ready, guest);
  if (missing.length > 0) return refused(machine, 'guest-features-missing', { guest: name, refs: missing });
  const findings: Finding[] = [{ code: 'guest-started', args: { guest: name, model } }, ...leftOut(ready, wanted)];
  if (guest.tsxCtrl === 'faults') findings.push({ code: 'guest-tsx-ctrl-faults', args: { guest: name } });
  return done({ ...ready, guests: [...ready.guests, guest] }, findings);
}

/** Holders from which a new guest is made. */
export const KVM_OFFERS: readonly string[] = [
  'kvm_cpu_caps',
  'kvm_cpu_caps (KVM-only)',
  'kvm_cpu_caps (synthesized)',
  'kvm_host.arch_capabilities',
  'kvm_get_arch_capabilities()',
  'kvm_uret_msrs_list',
  'kvm_caps.supported_perf_cap',
  'vmcs_config.nested',
  'xstate_sizes',
];

export const guestStartEvent: EventRule = {
  type: 'guest-start',
  happen: start,
  reads: (_machine, event) => [...KVM_OFFERS, ...(event.model === 'host-model' ? ['libvirt host-model cache'] : [])],
};
