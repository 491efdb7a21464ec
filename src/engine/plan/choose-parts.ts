import type { LateLoadInput } from '../events/microcode-late-load.ts';
import { AS_MAINLINE, loadUnderPolicy } from '../policies/load-under-policy.ts';
import { ALL_PROCESSES, buildSteps, type Part } from './build-steps.ts';
import { IMAGE, isNotBack } from './left-open.ts';
import type { Player } from './player.ts';

/** Refusals of the kernel that CPUs which come online lift. */
const LIFTED_BY_ONLINE: ReadonlySet<string> = new Set(['primary-cpu-offline', 'smt-sibling-offline']);

/** What frees an inhibitor, as a part of a plan; nothing where no plan can. */
function freeing(release: string, holder: string): Part[] {
  if (release === 'kvm-unload') return ['kvm'];
  if (release === 'guest-stop' || release === 'enclaves-close') return [`drain ${holder}`];
  if (release === 'perf-stop') return [`stop ${holder}`];
  return release === 'image-rebuild' ? ['image'] : [];
}

/** What may be needed for the load to happen at all. */
function toLoad({ start }: Player, load: LateLoadInput): Part[] {
  const { load: done, asked } = loadUnderPolicy(start.machine, load, start.context.otherwise ?? AS_MAINLINE);
  const parts = asked.holding.flatMap(({ release, holder }) => freeing(release, holder));
  if (!done.decision.reasons.some(({ code, hard }) => hard && LIFTED_BY_ONLINE.has(code))) return parts;
  return [...parts, ...start.machine.threads.filter(({ online }) => !online).map(({ number }) => `online ${number}`)];
}

/** What may take the copies anew that a load leaves stale, dearest first: it is the first that is tried to be done without. */
function toCure({ start }: Player, open: ReadonlySet<string>): Part[] {
  const { machine } = start;
  const named = machine.processes.map(({ name }) => name);
  const processes = named.filter((name) => name !== ALL_PROCESSES && open.has(`process ${name}`)).map((name) => `restart ${name}`);
  const everything = open.has('running processes') ? [`restart ${ALL_PROCESSES}`] : [];
  const here = machine.guests.filter((guest) => !guest.away).map(({ name }) => name);
  // KVM forgets the host's MSRs with its last guest: an empty host can be enough, with the module where it is.
  const guests = [...here.map((name) => `recreate ${name}`), 'kvm', ...here.map((name) => `drain ${name}`)];
  const libvirt = open.has('libvirt host-model cache') ? ['libvirt'] : [];
  return [...(open.has(IMAGE) ? ['image'] : []), ...(machine.kvm === null ? [] : guests), ...everything, ...processes, ...libvirt];
}

function isSubset(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].every((id) => other.has(id));
}

/** A part that stops something for good is worse than what it cures: after some losses KVM cannot be loaded again before a new boot. */
function stopsForGood(open: ReadonlySet<string>, without: ReadonlySet<string>): boolean {
  return [...open].some((id) => isNotBack(id) && !without.has(id));
}

/** Parts can make up for each other, so what could not be left out at first is asked again after others have gone. */
function withoutIdle(all: ReadonlySet<Part>, open: (parts: ReadonlySet<Part>) => ReadonlySet<string>): ReadonlySet<Part> {
  let parts = all;
  for (const part of all) {
    const less = new Set([...parts].filter((one) => one !== part));
    const [now, without] = [open(parts), open(less)];
    if (isSubset(without, now) || stopsForGood(now, without)) parts = less;
  }
  return parts.size === all.size ? parts : withoutIdle(parts, open);
}

/**
 * The smallest plan: all that could help, less everything without which as little is left open, and less what would not come back.
 * @returns the parts of the plan
 */
export function chooseParts(player: Player, load: LateLoadInput): ReadonlySet<Part> {
  const { machine } = player.start;
  const open = (parts: ReadonlySet<Part>): ReadonlySet<string> => player.openAt(player.afterAll(buildSteps(machine, parts, load.blob.id)));
  const needed = new Set(['load', ...toLoad(player, load)]);
  return withoutIdle(new Set([...toCure(player, open(needed)), ...needed]), open);
}
