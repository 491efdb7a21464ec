import type { Boot } from '../boot/boot.ts';
import type { Thread } from '../model/machine.ts';
import type { OfferedFile, OfferedUpdate } from './offered-file.ts';

/** Everything a load is decided from, gathered once. */
export interface LoadCase {
  readonly b: Boot;
  readonly threads: readonly Thread[];
  readonly file: OfferedFile;
  /** Patches the kernel kept from earlier loads. */
  readonly cache: readonly OfferedUpdate[];
  readonly rejects: (cpu: number) => boolean;
  readonly extraDigests: readonly (readonly [patchId: number, sha256: string])[];
  readonly damaged: boolean;
}

/** Revisions while the load runs: of the silicon, shared by the threads of a core, and as the kernel shows them. */
export interface Revisions {
  readonly silicon: Map<number, number>;
  readonly shown: Map<number, number>;
}

/** @returns the revisions before anything was written. */
export function startRevisions(threads: readonly Thread[]): Revisions {
  return {
    silicon: new Map(threads.map((thread) => [thread.number, thread.revision])),
    shown: new Map(threads.map((thread) => [thread.number, thread.cpu.revision])),
  };
}

/** A write that the CPU takes reaches every thread of the core, whether it is online or not. */
export function writeCore(threads: readonly Thread[], revisions: Revisions, cpu: Thread, revision: number): void {
  for (const thread of threads) if (sameCore(thread, cpu)) revisions.silicon.set(thread.number, revision);
}

/** @returns whether two threads share a core, and with it a microcode revision. */
export function sameCore(one: Thread, other: Thread): boolean {
  return one.package === other.package && one.core === other.core;
}

/** @returns the threads that are online, in the order of their numbers. */
export function onlineThreads(threads: readonly Thread[]): Thread[] {
  return threads.filter((thread) => thread.online).sort((a, b) => a.number - b.number);
}

/** The first online thread of each core acts for it, the others follow (cpumask_first(topology_sibling_cpumask())). */
export function leaderOf(online: readonly Thread[], thread: Thread): Thread {
  return online.find((other) => sameCore(other, thread)) ?? thread;
}

/** @returns the revision in force on CPU 0. */
export function bootSilicon(threads: readonly Thread[]): number {
  return threads.find((thread) => thread.number === 0)?.revision ?? 0;
}

/** @returns the revision that the kernel believes CPU 0 to have; Intel's loader measures a file against it. */
export function bootShown(threads: readonly Thread[]): number {
  return threads.find((thread) => thread.number === 0)?.cpu.revision ?? 0;
}

/** What looking for an update in the file ends with: the loader's enum ucode_state. */
export interface Requested {
  readonly state: 'new' | 'new-safe' | 'not-found' | 'ok' | 'error';
  readonly update: OfferedUpdate | null;
  readonly log: readonly string[];
  readonly cache: readonly OfferedUpdate[];
  readonly printedOnce: readonly string[];
}

export const NOTHING_REQUESTED: Requested = { state: 'not-found', update: null, log: [], cache: [], printedOnce: [] };

/** pr_err_once(): silent after the first time since boot. */
export function printOnce(b: Boot, id: string, lines: readonly string[]): { log: readonly string[]; printedOnce: readonly string[] } {
  return b.shared(`printed:${id}`) === true ? { log: [], printedOnce: [] } : { log: lines, printedOnce: [id] };
}
