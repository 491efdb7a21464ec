import { parseHex32 } from '../../base/hex.ts';
import type { CpuidRow } from '../../data/contract/profile.ts';
import { archCapabilitiesOffered } from '../kvm/arch-capabilities.ts';
import { parseRegister } from '../kvm/cap-words.ts';
import { supportedCpuid } from '../kvm/supported-cpuid.ts';
import type { Guest, GuestModel, GuestView, Machine } from '../model/machine.ts';
import { bitRefs, type RegisterValues } from './register-bits.ts';

/** The models a guest can be started with; named CPU models are the VMM's and not known here. */
export const GUEST_MODELS: readonly GuestModel[] = ['host-passthrough', 'host-model', 'custom'];

const ARCH_CAPABILITIES = ['7.0.edx', 29] as const;

/** @returns whether a text names a model that is known here. */
export function isGuestModel(text: string): text is GuestModel {
  return (GUEST_MODELS as readonly string[]).includes(text);
}

const offers = new WeakMap<Machine, GuestView>();

/** What KVM offers user space at this moment: KVM_GET_SUPPORTED_CPUID and the feature MSR; null while KVM is not loaded. */
export function offeredView(machine: Machine): GuestView | null {
  const { kvm, kernel } = machine;
  if (kvm === null) return null;
  // A machine never changes, and every guest asks.
  const known = offers.get(machine);
  if (known) return known;
  const { silicon } = machine.threads[0]!;
  const offer = { cpuid: supportedCpuid(kernel, kvm, silicon), archCapabilities: archCapabilitiesOffered(kernel, kvm, silicon) };
  offers.set(machine, offer);
  return offer;
}

/**
 * The registers that a custom guest names.
 * @param rows CPUID rows as in a profile; a leaf that is not named is one the guest shall not have
 * @param offered names of the registers that count
 */
export function wantedRegisters(rows: readonly CpuidRow[], offered: RegisterValues): RegisterValues {
  const byLeaf = new Map(rows.map((row) => [`${Number(row.leaf)} ${Number(row.subleaf)}`, row]));
  const wanted: Record<string, number> = {};
  for (const name of Object.keys(offered)) {
    const { leaf, subleaf, register } = parseRegister(name);
    wanted[name] = parseHex32(byLeaf.get(`${leaf} ${subleaf}`)?.[register] ?? '0x0') ?? 0;
  }
  return wanted;
}

function both(one: RegisterValues, other: RegisterValues): RegisterValues {
  return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, (value & (other[name] ?? 0)) >>> 0]));
}

function told(cpuid: RegisterValues): boolean {
  const [register, bit] = ARCH_CAPABILITIES;
  return (((cpuid[register] ?? 0) >>> bit) & 1) === 1;
}

/**
 * What a guest of a model is told when it is created now: everything KVM offers (host-passthrough), what libvirt's cache also holds
 * (host-model), or what its owner names, as far as KVM offers it (custom).
 * @param wanted the registers of a custom guest
 * @returns null while KVM is not loaded
 */
export function viewFor(machine: Machine, model: GuestModel, wanted: RegisterValues | null): GuestView | null {
  const offered = offeredView(machine);
  if (offered === null) return null;
  const cached = machine.hostModelCache;
  if (model === 'host-model' && cached !== null) {
    const archCapabilities = offered.archCapabilities === null ? null : offered.archCapabilities & (cached.archCapabilities ?? 0n);
    return { cpuid: both(offered.cpuid, cached.cpuid), archCapabilities };
  }
  if (model !== 'custom' || wanted === null) return offered;
  const cpuid = both(offered.cpuid, wanted);
  return { cpuid, archCapabilities: told(cpuid) ? offered.archCapabilities : null };
}

/** Bits that a guest was told of and KVM no longer offers: such a guest cannot be started or come back here. */
export function missingHere(machine: Machine, guest: Pick<Guest, 'cpuid'>): string[] {
  const offered = offeredView(machine)?.cpuid ?? {};
  return Object.entries(guest.cpuid).flatMap(([name, value]) => bitRefs(name, (value & ~(offered[name] ?? 0)) >>> 0));
}
