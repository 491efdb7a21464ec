import type { ProfileTopology } from '../../data/contract/profile.ts';
import { kernelBool } from '../loader/kernel-bool.ts';
import type { Boot } from './boot.ts';
import { leadingNumber } from './kernel-number.ts';

/** Where a logical CPU sits; numbers count from 0. */
export interface Place {
  readonly package: number;
  readonly core: number;
  readonly thread: number;
}

/** A logical CPU with its number, before the kernel has looked at it. */
export interface NumberedPlace extends Place {
  readonly number: number;
  readonly node: number;
}

/** More logical CPUs than any kernel is built for: a larger topology is cut off here. */
const MAX_CPUS = 8192;

/**
 * Lays out the machine's logical CPUs, siblings next to each other, the boot CPU first (as firmware lists them whose
 * MADT follows APIC IDs; the recordings do).
 * @param topology packages, cores per package, threads per core, nodes; a missing number is 1
 */
export function placesOf(topology: ProfileTopology | undefined): NumberedPlace[] {
  const packages = Math.max(1, topology?.packages ?? 1);
  const cores = Math.max(1, topology?.coresPerPackage ?? 1);
  const threads = Math.max(1, topology?.threadsPerCore ?? 1);
  const nodes = Math.max(1, topology?.nodes ?? packages);
  const total = Math.min(packages * cores * threads, MAX_CPUS);
  const places: NumberedPlace[] = [];
  for (let number = 0; number < total; number++) {
    const core = Math.floor(number / threads);
    places.push({ number, package: Math.floor(core / cores), core: core % cores, thread: number % threads, node: Math.floor((number * nodes) / total) });
  }
  return places;
}

function bitsFor(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}

/**
 * APIC IDs as hardware hands them out: thread, core and package in bit fields as wide as the CPU says, or wider where the
 * machine has more.
 */
function apicIds(places: readonly Place[], smtShift: number): number[] {
  const most = (pick: (place: Place) => number): number => places.reduce((highest, place) => Math.max(highest, pick(place)), 0) + 1;
  const threadBits = Math.max(smtShift, bitsFor(most((place) => place.thread)));
  const coreBits = bitsFor(most((place) => place.core));
  return places.map((place) => (((place.package << coreBits) | place.core) << threadBits) | place.thread);
}

/** Threads of a core as the machine is built: what counts where the profile lacks the leaves that would say it. */
function builtThreads(places: readonly Place[]): number {
  return places.reduce((most, { thread }) => Math.max(most, thread + 1), 1);
}

/** Bits of the APIC ID below the core, as this kernel has read them from CPUID. */
function smtShift(b: Boot, places: readonly Place[]): number {
  if (b.trait('topology-domains')) return Number(b.shared('topology_smt_shift') ?? bitsFor(builtThreads(places)));
  return bitsFor(Number(b.shared('smp_num_siblings') ?? builtThreads(places)));
}

/** The core that this kernel takes each CPU to belong to: CPUID decides, not how the machine is built. */
function kernelCores(b: Boot, places: readonly Place[]): number[] {
  const shift = smtShift(b, places);
  return apicIds(places, shift).map((id) => id >>> shift);
}

/** @returns every number that was given for an option as get_option() reads it, in order. */
function numberOptions(b: Boot, name: string): number[] {
  return b.params(name).flatMap((value) => leadingNumber(value) ?? []);
}

/** setup_max_cpus: the last `maxcpus=`; a number below 0 is a very large one (kernel/smp.c). */
function maxCpus(b: Boot): number | null {
  const last = numberOptions(b, 'maxcpus').at(-1);
  return last === undefined ? null : last >>> 0;
}

/**
 * CPUs that the kernel is willing to register at all: nosmp, maxcpus=0, nolapic, nr_cpus=, possible_cpus= (kernel/smp.c, cpu/topology.c).
 * `nr_cpus=` can only lower the limit; of the others the last one counts.
 */
function registeredCpus(b: Boot, count: number): number {
  if (b.params('nosmp').length > 0 || maxCpus(b) === 0 || !b.has('APIC')) return 1;
  const limits = [...numberOptions(b, 'nr_cpus'), ...numberOptions(b, 'possible_cpus').slice(-1)];
  return Math.min(count, ...limits.filter((limit) => limit > 0));
}

/** __max_threads_per_core: threads over cores, rounded up (cpu/topology.c topology_init_possible_cpus()); 6.1 counts what CPUID says. */
function threadsPerCore(b: Boot, places: readonly Place[]): number {
  if (!b.trait('topology-domains')) return Number(b.shared('smp_num_siblings') ?? builtThreads(places));
  const registered = places.slice(0, registeredCpus(b, places.length));
  return Math.ceil(registered.length / new Set(kernelCores(b, registered)).size);
}

/** The first CPU of each core counts as its primary thread. */
function primaryThreads(cores: readonly number[]): boolean[] {
  const seen = new Set<number>();
  return cores.map((core) => {
    const first = !seen.has(core);
    seen.add(core);
    return first;
  });
}

/** With SMT off siblings come up once, for machine checks, and go again (kernel/cpu.c cpu_bootable()). */
function siblingsOff(b: Boot): boolean {
  const control = b.shared('cpu_smt_control');
  return control === 'off' || control === 'forceoff';
}

/** cpuhp_bringup_cpus_parallel(): one thread of every core first, unless `cpuhp.parallel=` refuses it (kernel/cpu.c). */
function primariesFirst(b: Boot): boolean {
  if (!b.trait('parallel-bringup')) return false;
  return b.params('cpuhp.parallel').reduce((wanted, value) => (value === null ? null : kernelBool(b, value)) ?? wanted, true);
}

/**
 * Which CPUs smp_init() starts. `maxcpus=` stops after that many; newer lines start one thread of every core first, the oldest goes on
 * until that many are online, and siblings that are not to stay do not count (kernel/cpu.c bringup_nonboot_cpus()).
 * @returns one answer per place; a CPU that was never started is none for the microcode loader either
 */
export function startedAtBoot(b: Boot, places: readonly Place[]): boolean[] {
  b.begin();
  const registered = registeredCpus(b, places.length);
  const most = Math.max(1, Math.min(maxCpus(b) ?? registered, registered));
  const primary = primaryThreads(kernelCores(b, places));
  const order = places.map((_, at) => at).slice(0, registered);
  const inOrder = primariesFirst(b) ? [...order.filter((at) => primary[at]), ...order.filter((at) => !primary[at])] : order;
  const uncounted = siblingsOff(b) && !b.trait('parallel-bringup') ? (at: number): boolean => !primary[at] : () => false;
  const started = new Set<number>();
  let counted = 0;
  for (const at of inOrder) {
    if (counted >= most) break;
    started.add(at);
    if (!uncounted(at)) counted++;
  }
  return places.map((_, at) => started.has(at));
}

/**
 * cpu_smt_set_num_threads() of arch_cpu_finalize_init() (6.1: cpu_smt_check_topology()): without siblings there is nothing
 * to control, whatever an option asked for. Runs after the boot CPU is identified and before mitigations are chosen.
 */
export function checkSmtTopology(b: Boot, places: readonly Place[]): void {
  b.begin();
  const threads = threadsPerCore(b, places);
  b.share('__max_threads_per_core', threads, 'smt/topology/threads-per-core');
  if (!b.config('CONFIG_HOTPLUG_SMT')) return;
  if (threads <= 1) b.share('cpu_smt_control', 'notsupported', 'smt/topology/no-siblings');
}

/**
 * Which CPUs are online once the machine has booted, siblings that SMT off sends away left out. Sets `sched_smt_active` and nothing else.
 * @param offline numbers of CPUs that an operator has switched off since
 * @returns one answer per place
 */
export function onlineAfterBoot(b: Boot, places: readonly Place[], offline: readonly number[] = []): boolean[] {
  const started = startedAtBoot(b, places);
  const cores = kernelCores(b, places);
  const onlyPrimary = siblingsOff(b);
  const primary = primaryThreads(cores);
  const off = new Set(offline);
  const online = cores.map((_, at) => at === 0 || (started[at]! && (primary[at]! || !onlyPrimary) && !off.has(at)));
  setSmtActive(b, places, online);
  return online;
}

/** sched_smt_present: some core has two threads online (kernel/sched/core.c); call whenever a CPU comes or goes. */
export function setSmtActive(b: Boot, places: readonly Place[], online: readonly boolean[]): void {
  b.begin();
  const seen = new Set<number>();
  let active = false;
  kernelCores(b, places).forEach((core, at) => {
    if (!online[at]) return;
    if (seen.has(core)) active = true;
    seen.add(core);
  });
  b.share('sched_smt_active', active, 'smt/sched-active');
}
