import type { ProfileTopology } from '../data/contract/profile.ts';
import { cpuList } from './cpu-list.ts';
import type { CpuinfoFields } from './cpuinfo.ts';
import { cpuNumbers, type Notes } from './notes.ts';
import { type Reader, readLine, readText } from './reader.ts';

const SYSFS = 'sys/devices/system/cpu';

/** Where a CPU sits, by the kernel's numbers. */
interface Place {
  readonly cpu: number;
  readonly package: number;
  /** The lowest number of the CPUs on its core. */
  readonly core: number;
}

/** CPUs of a machine as the kernel numbers them. */
export interface CpuNumbers {
  readonly online: readonly number[];
  readonly offline: readonly number[];
}

export interface TopologyOutcome {
  readonly topology: ProfileTopology | undefined;
  /** A profile numbers CPUs with the threads of a core next to each other; kernels mostly do not. */
  readonly numberInProfile: (cpu: number) => number;
}

/**
 * Finds which CPUs there are.
 * @param fromCpuinfo CPUs of /proc/cpuinfo, for trees without sysfs
 */
export function cpuNumbersOf(reader: Reader, fromCpuinfo: readonly number[]): CpuNumbers {
  const devices = reader.list('dev/cpu').filter((name) => /^\d{1,5}$/.test(name));
  const listed = cpuList(readText(reader, `${SYSFS}/online`, 65_536));
  const online = [listed, fromCpuinfo, devices.map(Number)].find((some) => some.length > 0) ?? [];
  const present = cpuList(readText(reader, `${SYSFS}/present`, 65_536));
  const running = new Set(online);
  return { online: [...running].sort((a, b) => a - b), offline: present.filter((cpu) => !running.has(cpu)) };
}

const decimal = (text: string | null | undefined): number | null => (text && /^\d{1,6}$/.test(text) ? Number(text) : null);

function placeOf(reader: Reader, cpu: number, cpuinfo: ReadonlyMap<number, CpuinfoFields>): Place | null {
  const folder = `${SYSFS}/cpu${cpu}/topology`;
  const fields = cpuinfo.get(cpu);
  const package_ = decimal(readLine(reader, `${folder}/physical_package_id`)) ?? decimal(fields?.get('physical id'));
  if (package_ === null) return null;
  const siblings = cpuList(readLine(reader, `${folder}/thread_siblings_list`) ?? readLine(reader, `${folder}/core_cpus_list`));
  if (siblings.length > 0) return { cpu, package: package_, core: Math.min(...siblings) };
  const core = decimal(fields?.get('core id'));
  const same = [...cpuinfo].find(([, other]) => other.get('physical id') === fields?.get('physical id') && other.get('core id') === fields?.get('core id'));
  return core === null ? null : { cpu, package: package_, core: same?.[0] ?? cpu };
}

/**
 * A CPU that is offline has no place in sysfs. Firmware lists either all first threads and then all second ones, or the threads
 * of a core together; which of the two, the CPUs that are online show.
 */
function guessOffline(places: readonly Place[], { offline, online }: CpuNumbers): Place[] {
  const half = (online.length + offline.length) / 2;
  const byCpu = new Map(places.map((place) => [place.cpu, place]));
  const threaded = places.filter((place) => place.core !== place.cpu);
  const apart = threaded.length > 0 ? threaded.every(({ cpu, core }) => cpu - core === half) : Math.min(...offline) >= half;
  return offline.map((cpu) => {
    const partner = apart ? byCpu.get(cpu >= half ? cpu - half : cpu + half) : byCpu.get(cpu ^ 1);
    const near = partner ?? places.findLast((place) => place.cpu < cpu) ?? (places[0] as Place);
    const alone = apart ? cpu % half : cpu & ~1;
    return { cpu, package: near.package, core: partner?.core ?? alone };
  });
}

/** With SMT switched off by option the kernel has taken the second threads offline itself: a boot does it again. */
function siblingsByOption(reader: Reader, cmdline: string): boolean {
  const control = readLine(reader, `${SYSFS}/smt/control`);
  return (control === 'off' || control === 'forceoff') && /(?:^|[ ,=])nosmt(?:[ ,=]|$)/.test(cmdline);
}

const mostOf = (groups: ReadonlyMap<string | number, unknown[]>): number => Math.max(...[...groups.values()].map((group) => group.length));

function grouped<T>(list: readonly T[], key: (one: T) => string | number): Map<string | number, T[]> {
  const groups = new Map<string | number, T[]>();
  for (const one of list) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}

/** Corrects the cores of offline CPUs: the lowest number counts, also where it is the one that is offline. */
function settled(places: readonly Place[]): Place[] {
  const own = grouped(places, ({ package: package_, core }) => `${package_}.${core}`);
  return [...own.values()].flatMap((group) => group.map((place) => ({ ...place, core: Math.min(...group.map(({ cpu }) => cpu)) })));
}

/**
 * Reads packages, cores and threads.
 * @param cmdline the kernel's, which may switch siblings off
 * @param notes takes what cannot be known
 * @returns the topology, undefined where neither sysfs nor cpuinfo says it, and how CPU numbers of the kernel become the profile's
 */
export function readTopology(reader: Reader, numbers: CpuNumbers, cpuinfo: ReadonlyMap<number, CpuinfoFields>, cmdline: string, notes: Notes): TopologyOutcome {
  const known = numbers.online.flatMap((cpu) => placeOf(reader, cpu, cpuinfo) ?? []);
  const same = (cpu: number): number => cpu;
  if (known.length === 0) {
    notes.say('packages, cores and threads are not known: neither /sys/devices/system/cpu nor /proc/cpuinfo says them');
    return { topology: undefined, numberInProfile: same };
  }
  const places = settled([...known, ...(numbers.offline.length > 0 ? guessOffline(known, numbers) : [])]);
  const cores = grouped(places, ({ package: package_, core }) => `${package_}.${core}`);
  const packages = grouped([...cores.values()], ([first]) => (first as Place).package);
  // A CPU without a place keeps its number, and then so must all: no two may get the same.
  const uniform = known.length === numbers.online.length && new Set([...cores.values()].map((core) => core.length)).size === 1;
  places.sort((a, b) => a.package - b.package || a.core - b.core || a.cpu - b.cpu);
  const inProfile = new Map(uniform ? places.map(({ cpu }, at) => [cpu, at]) : []);
  const numberInProfile = (cpu: number): number => inProfile.get(cpu) ?? cpu;
  const moved = places.filter(({ cpu }) => numberInProfile(cpu) !== cpu).map(({ cpu }) => cpu);
  const offline = siblingsByOption(reader, cmdline) ? [] : numbers.offline.map(numberInProfile).sort((a, b) => a - b);
  if (offline.length > 0) notes.say(`offline: CPU ${cpuNumbers(numbers.offline)}; where they sit is concluded from the CPUs that are online`);
  if (moved.length > 0) notes.say('CPUs are numbered with the threads of a core next to each other, not as this kernel numbers them');
  const nodes = cpuList(readText(reader, 'sys/devices/system/node/online', 65_536)).length;
  return {
    topology: {
      packages: packages.size,
      coresPerPackage: mostOf(packages),
      threadsPerCore: mostOf(cores),
      ...(nodes > 0 ? { nodes } : {}),
      ...(offline.length > 0 ? { offline } : {}),
    },
    numberInProfile,
  };
}
