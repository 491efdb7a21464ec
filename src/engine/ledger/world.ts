import { bootKernel } from '../boot/boot-kernel.ts';
import { slotsNow } from '../events/kexec.ts';
import { kvmLoad } from '../events/kvm.ts';
import type { Machine, Thread } from '../model/machine.ts';
import type { Registers, Silicon } from '../silicon/silicon.ts';
import type { World } from './holder.ts';

function sameRegisters(one: Registers, other: Registers | undefined): boolean {
  return other !== undefined && one.eax === other.eax && one.ebx === other.ebx && one.ecx === other.ecx && one.edx === other.edx;
}

function sameMap<K, V>(one: ReadonlyMap<K, V>, other: ReadonlyMap<K, V>): boolean {
  if (one.size !== other.size) return false;
  for (const [key, value] of one) if (other.get(key) !== value) return false;
  return true;
}

/** @returns whether two kinds of core answer alike to everything a kernel asks. */
export function sameSilicon(one: Silicon, other: Silicon): boolean {
  if (one === other) return true;
  if (one.revision !== other.revision || one.platformId !== other.platformId || one.absentMsrs !== other.absentMsrs) return false;
  if (one.cpuid.size !== other.cpuid.size) return false;
  for (const [key, registers] of one.cpuid) if (!sameRegisters(registers, other.cpuid.get(key))) return false;
  const behaviours = new Set([...Object.keys(one.behaviours), ...Object.keys(other.behaviours)]);
  for (const name of behaviours) if (one.behaviours[name] !== other.behaviours[name]) return false;
  return sameMap(one.msrs, other.msrs) && sameMap(one.msrWritable, other.msrWritable);
}

/** Threads of a kind are compared once. */
function sameThreads(one: readonly Thread[], other: readonly Thread[]): boolean {
  if (one.length !== other.length) return false;
  const equal = new Map<Silicon, Silicon>();
  return one.every((thread, at) => {
    const twin = other[at]!;
    if (thread.online !== twin.online || thread.revision !== twin.revision) return false;
    if (equal.get(thread.silicon) === twin.silicon) return true;
    if (!sameSilicon(thread.silicon, twin.silicon)) return false;
    equal.set(thread.silicon, twin.silicon);
    return true;
  });
}

/** Whether a machine is what a new boot of another one would give: nothing has happened to it since its own boot. */
function standsFor(candidate: Machine, machine: Machine): boolean {
  const untouched = candidate.identified.size === 0 && candidate.cachedBlob === null && candidate.patchCache.length === 0;
  return untouched && candidate.kernel.spec === machine.kernel.spec && sameThreads(machine.threads, candidate.threads);
}

/** The same kernel started on the silicon as it is now, with the same CPUs online: what every copy would be, were it taken now. */
export function freshKernel(machine: Machine): Machine {
  const offline = new Set(machine.threads.filter((thread) => !thread.online).map((thread) => thread.number));
  return bootKernel(
    machine.kernel.spec,
    slotsNow(machine, (cpu) => offline.has(cpu)),
    { event: 'kexec', number: 0 },
  );
}

function withKvm(fresh: Machine, machine: Machine): Machine | null {
  const recipe = machine.kvmRecipe;
  if (recipe === null) return null;
  const { module, tables, parameters } = recipe;
  if (fresh.kvm?.module === module && fresh.kvmLoaded?.parameters === parameters) return fresh;
  const happened = kvmLoad({ ...fresh, kvm: null, hostModelCache: null }, module, tables, parameters);
  return happened.refused ? null : happened.machine;
}

const worlds = new WeakMap<Machine, World>();

/**
 * @param machine whose copies are in question
 * @param twin a machine that may be what a new boot would give (the reboot of a dry run); it is looked at before anything is booted
 * @returns the machine with its fresh twin, made once
 */
export function worldOf(machine: Machine, twin?: Machine): World {
  const known = worlds.get(machine);
  if (known) return known;
  const fresh = twin && standsFor(twin, machine) ? twin : freshKernel(machine);
  const world: World = { machine, fresh, freshKvm: withKvm(fresh, machine) };
  worlds.set(machine, world);
  return world;
}

/**
 * The world of a machine on which something was tried.
 * @param world of the machine before: its fresh twins still stand where the silicon, and who is online, stayed as they were
 */
export function worldAfter(world: World, after: Machine): World {
  const { threads } = world.machine;
  const same = after.threads.every((thread, at) => thread.silicon === threads[at]!.silicon && thread.online === threads[at]!.online);
  const [was, is] = [world.machine.kvmRecipe, after.kvmRecipe];
  if (!same || was?.module !== is?.module || was?.parameters !== is?.parameters) return worldOf(after, world.freshKvm ?? world.fresh);
  return { ...world, machine: after };
}
