import { hex } from '../../base/hex.ts';
import type { Thread } from '../model/machine.ts';
import { type Applied, applyAmd, applyIntel, applyIntelFromCache } from './apply-update.ts';
import { type LoadCase, leaderOf, onlineThreads, printOnce, type Requested, type Revisions, startRevisions } from './load-case.ts';
import type { LoadErrno } from './load-decision.ts';
import { stagingAvailable, stagingLine } from './staging.ts';

/** What came of stopping the machine and writing the update. */
export interface Run {
  readonly errno: LoadErrno | null;
  readonly log: readonly string[];
  readonly revisions: Revisions;
  readonly tainted: boolean;
  readonly comparesFeatures: boolean;
  readonly staged: boolean;
  /** Messages printed once a boot that were printed now. */
  readonly printedOnce: readonly string[];
  readonly anyUpdated: boolean;
  readonly anyFailed: boolean;
  readonly assumedDigest: boolean;
  /** Siblings that are offline and cannot take part. */
  readonly silentSiblings: readonly number[];
}

type Apply = (thread: Thread) => Applied;

function applier(c: LoadCase, requested: Requested, revisions: Revisions): Apply {
  const { update } = requested;
  if (c.b.cpu.vendor === 'AMD') return (thread) => applyAmd(c, requested.cache, thread, revisions);
  if (update === null) return () => ({ state: 'not-found', log: [], assumedDigest: false });
  if (c.b.trait('microcode-rendezvous')) return (thread) => applyIntel(c, update, thread, revisions);
  return (thread) => applyIntelFromCache(c, update, requested.cache, thread, revisions);
}

/** The order in which the CPUs act: every core's first thread, then the others (the cores of a real machine act at once). */
function inOrder(online: readonly Thread[]): { leaders: Thread[]; followers: Thread[] } {
  const leaders = online.filter((thread) => leaderOf(online, thread) === thread);
  return { leaders, followers: online.filter((thread) => !leaders.includes(thread)) };
}

/**
 * 6.1: microcode_reload_late() and __reload_late() of cpu/microcode/core.c. Any CPU that cannot take part fails the load;
 * the number of the error is the -1 that the CPUs return.
 */
export function runAtOnce(c: LoadCase, requested: Requested): Run {
  const revisions = startRevisions(c.threads);
  const apply = applier(c, requested, revisions);
  const before = c.b.cpu.revision;
  const log = [
    'microcode: Attempting late microcode loading - it is dangerous and taints the kernel.',
    'microcode: You should switch to early loading, if possible.',
  ];
  const { leaders, followers } = inOrder(onlineThreads(c.threads));
  const states: Applied['state'][] = [];
  for (const thread of leaders) {
    const applied = apply(thread);
    states.push(applied.state);
    log.push(...applied.log);
    if (applied.state === 'error') log.push(`microcode: Error reloading microcode on CPU ${thread.number}`);
  }
  for (const thread of followers) log.push(...apply(thread).log);
  const failed = states.some((state) => state === 'error' || state === 'not-found');
  const after = revisions.shown.get(0) ?? before;
  if (failed) log.push(`microcode: Reload failed, current microcode revision: ${hex(after)}`);
  else log.push(`microcode: Reload succeeded, microcode revision: ${hex(before)} -> ${hex(after)}`);
  return {
    errno: failed ? 'EPERM' : null,
    log,
    revisions,
    tainted: true,
    comparesFeatures: !failed,
    staged: false,
    printedOnce: [],
    anyUpdated: states.includes('updated'),
    anyFailed: failed,
    assumedDigest: false,
    silentSiblings: [],
  };
}

interface Counts {
  updated: number;
  siblings: number;
  failed: number;
  timedOut: number;
}

/** The rendezvous: followers run only where their leader succeeded, else they count as it does (core.c load_primary(), load_secondary()). */
function rendezvous(apply: Apply, online: readonly Thread[], log: string[]): { counts: Counts; assumedDigest: boolean } {
  const counts: Counts = { updated: 0, siblings: 0, failed: 0, timedOut: 0 };
  const { leaders, followers } = inOrder(online);
  const led = new Map<Thread, Applied['state']>();
  let assumedDigest = false;
  const count = (state: Applied['state']): void => {
    if (state === 'updated') counts.updated++;
    else if (state === 'ok') counts.siblings++;
    else counts.failed++;
  };
  for (const thread of leaders) {
    const applied = apply(thread);
    led.set(thread, applied.state);
    log.push(...applied.log);
    assumedDigest ||= applied.assumedDigest;
    count(applied.state);
  }
  for (const thread of followers) {
    const leader = led.get(leaderOf(online, thread)) ?? 'error';
    const applied = leader === 'updated' || leader === 'ok' ? apply(thread) : { state: leader, log: [] };
    log.push(...applied.log);
    count(applied.state);
  }
  return { counts, assumedDigest };
}

/**
 * AMD's loader does not use the NMI rendezvous, so a sibling that is offline never answers CPU 0: it gives up, and every
 * other CPU times out waiting for it. With Intel they answer from their stub (core.c kick_offline_cpus()).
 */
function silentSiblings(c: LoadCase): number[] {
  if (c.b.cpu.vendor !== 'AMD') return [];
  return c.threads.filter((thread) => thread.booted && !thread.online).map((thread) => thread.number);
}

/** Every online CPU but the first waits in vain; those that lead a core and those that follow have a line each, printed once a boot. */
function timeoutLines(c: LoadCase, online: readonly Thread[]): { log: string[]; printedOnce: string[] } {
  const { leaders, followers } = inOrder(online);
  const line = ['microcode: load: 1 CPUs timed out'];
  const once = [
    ...(leaders.length > 1 ? [printOnce(c.b, 'load-primary-timeout', line)] : []),
    ...(followers.length > 0 ? [printOnce(c.b, 'load-secondary-timeout', line)] : []),
  ];
  return { log: once.flatMap(({ log }) => log), printedOnce: once.flatMap(({ printedOnce }) => printedOnce) };
}

/** Later lines: load_late_stop_cpus() of cpu/microcode/core.c. */
export function runRendezvous(c: LoadCase, requested: Requested): Run {
  const revisions = startRevisions(c.threads);
  const apply = applier(c, requested, revisions);
  const online = onlineThreads(c.threads);
  const safe = requested.state === 'new-safe';
  const staging = stagingAvailable(c.b) ? stagingLine(requested.update ?? { revision: 0 }) : null;
  const log: string[] = [];
  if (!safe) log.push('microcode: Late microcode loading without minimal revision check.', 'microcode: You should switch to early loading, if possible.');
  if (staging !== null) log.push(staging.line);
  const silent = silentSiblings(c);
  const nothing: Counts = { updated: 0, siblings: 0, failed: 1 + silent.length, timedOut: online.length - 1 };
  const timeouts = silent.length > 0 ? timeoutLines(c, online) : { log: [], printedOnce: [] };
  log.push(...timeouts.log);
  const { counts, assumedDigest } = silent.length > 0 ? { counts: nothing, assumedDigest: false } : rendezvous(apply, online, log);
  const base = {
    log,
    revisions,
    staged: staging?.staged ?? false,
    printedOnce: timeouts.printedOnce,
    assumedDigest,
    silentSiblings: silent,
    anyUpdated: counts.updated > 0,
  };
  const bad = counts.failed > 0 || counts.timedOut > 0;
  if (counts.updated === 0) {
    if (silent.length > 0) log.push(`microcode: ${silent.length} offline siblings did not respond.`);
    else if (bad) log.push(`microcode: update failed: ${counts.failed} CPUs failed ${counts.timedOut} CPUs timed out`);
    return { ...base, errno: bad ? 'EIO' : null, tainted: false, comparesFeatures: false, anyFailed: bad };
  }
  log.push(`microcode: load: updated on ${counts.updated} primary CPUs with ${counts.siblings} siblings`);
  if (bad) log.push(`microcode: load incomplete. ${online.length - counts.updated - counts.siblings} CPUs timed out or failed`);
  log.push(`microcode: revision: ${hex(c.b.cpu.revision)} -> ${hex(revisions.shown.get(0) ?? c.b.cpu.revision)}`);
  const all = counts.updated + counts.siblings === online.length;
  return { ...base, errno: all ? null : 'EIO', tainted: !safe || bad, comparesFeatures: true, anyFailed: bad };
}
