import type { Blob } from '../../data/contract/blob.ts';
import type { Boot } from '../boot/boot.ts';
import type { Thread } from '../model/machine.ts';
import { requestAmd } from './amd-request.ts';
import { intelCpu } from './intel-match.ts';
import { requestIntel } from './intel-request.ts';
import { type LoadCase, type Requested, type Revisions, startRevisions } from './load-case.ts';
import type { LoadDecision, LoadErrno, LoadOutcome, LoadReason, ThreadRevision } from './load-decision.ts';
import { loadReasons, offlinePrimaries } from './load-reasons.ts';
import { lateLoaderMissing } from './loader-switches.ts';
import { damaged, type OfferedUpdate, offeredFile, type VerdictOfBytes } from './offered-file.ts';
import { type Run, runAtOnce, runRendezvous } from './run-load.ts';

const TAINT = 'CPU_OUT_OF_SPEC';

export interface LoadInput {
  /** The running kernel; it is read, never written. */
  readonly kernel: Boot;
  readonly threads: readonly Thread[];
  readonly blob: Blob;
  /** What a parser found in the bytes behind `file.path`; without it the descriptor is believed. */
  readonly verdictOfBytes?: VerdictOfBytes;
  /** The CPU does not take the update: all CPUs, or those of the list. */
  readonly cpuRejects: boolean | readonly number[];
  /** Digests to add to the kernel's list: patch id, sha256. */
  readonly amdDigests?: readonly (readonly [patchId: number, sha256: string])[];
  /** Patches that earlier loads left behind (LoadDecision.cache). */
  readonly cache?: readonly OfferedUpdate[];
}

/** @returns the input as one case. */
export function loadCase(input: LoadInput): LoadCase {
  const rejects = input.cpuRejects;
  return {
    b: input.kernel,
    threads: input.threads,
    file: offeredFile(input.blob, input.verdictOfBytes),
    cache: input.cache ?? [],
    rejects: typeof rejects === 'boolean' ? () => rejects : (cpu) => rejects.includes(cpu),
    extraDigests: input.amdDigests ?? [],
    damaged: input.verdictOfBytes === undefined && damaged(input.blob),
  };
}

interface Ending {
  readonly errno: LoadErrno | null;
  readonly log: readonly string[];
  readonly tainted: boolean;
  readonly requested?: Requested;
  readonly run?: Run;
}

/**
 * What writing 1 to the `reload` file does on this kernel and machine, as reload_store() of cpu/microcode/core.c decides
 * it. Changes nothing: the caller's event applies revisions, taints, cache and `printedOnce`.
 * @returns the decision with every reason, not only the first
 */
export function decideLoad(input: LoadInput): LoadDecision {
  const c = loadCase(input);
  c.b.begin();
  const missing = lateLoaderMissing(c.b);
  const reasons = loadReasons(c, missing);
  const ending = missing.length > 0 ? ({ errno: 'ENOENT', log: [], tainted: false } as const) : write(c);
  return decision(c, ending, reasons);
}

function write(c: LoadCase): Ending {
  // 6.1 taints on every write, even if nothing comes of it.
  const atOnce = !c.b.trait('microcode-rendezvous');
  const offline = offlinePrimaries(c.b, c.threads)[0];
  if (offline && atOnce) return { errno: 'EINVAL', log: ['microcode: Not all CPUs online, aborting microcode update.'], tainted: true };
  if (offline) return { errno: 'EBUSY', log: [`microcode: CPU ${offline.number} not online, loading aborted`], tainted: false };
  const requested = c.b.cpu.vendor === 'AMD' ? requestAmd(c) : requestIntel(c);
  const found = requested.state === 'new' || requested.state === 'new-safe';
  if (atOnce && !found) return { errno: null, log: requested.log, tainted: true, requested };
  if (!found) return { errno: requestErrno(requested), log: requested.log, tainted: false, requested };
  const run = atOnce ? runAtOnce(c, requested) : runRendezvous(c, requested);
  return { errno: run.errno, log: [...requested.log, ...run.log], tainted: run.tainted, requested, run };
}

/** load_late_locked(). */
function requestErrno(requested: Requested): LoadErrno | null {
  if (requested.state === 'ok') return null;
  return requested.state === 'not-found' ? 'ENOENT' : 'EBADFD';
}

function decision(c: LoadCase, ending: Ending, reasons: readonly LoadReason[]): LoadDecision {
  const { run, requested } = ending;
  const revisions = threadRevisions(c.threads, run?.revisions ?? startRevisions(c.threads));
  return {
    outcome: outcomeOf(ending),
    errno: ending.errno,
    reasons,
    update: requested?.update ?? null,
    revisions,
    updated: revisions.filter((row) => row.after !== row.before).map((row) => row.cpu),
    log: ending.log,
    taints: ending.tainted ? [TAINT] : [],
    comparesFeatures: run?.comparesFeatures ?? false,
    staged: run?.staged ?? false,
    cache: cacheAfter(c, ending),
    printedOnce: [...(requested?.printedOnce ?? []), ...(run?.printedOnce ?? [])],
    assumed: assumptions(c, run),
  };
}

function outcomeOf(ending: Ending): LoadOutcome {
  const { run, errno } = ending;
  if (run === undefined) return errno === null ? 'nothing-to-do' : 'refused';
  if (!run.anyUpdated) return run.anyFailed ? 'failed' : 'nothing-to-do';
  return run.anyFailed ? 'partial' : 'updated';
}

function threadRevisions(threads: readonly Thread[], revisions: Revisions): ThreadRevision[] {
  return threads.map((thread) => ({
    cpu: thread.number,
    before: thread.revision,
    after: revisions.silicon.get(thread.number) ?? thread.revision,
    shown: revisions.shown.get(thread.number) ?? thread.cpu.revision,
  }));
}

/** Intel keeps what was applied; AMD what was read, which the newest line throws away again when nobody took it (finalize_late_load()). */
function cacheAfter(c: LoadCase, { requested, run }: Ending): readonly OfferedUpdate[] {
  if (requested === undefined) return c.cache;
  if (run === undefined || !c.b.trait('microcode-rendezvous')) return requested.cache;
  if (c.b.cpu.vendor === 'AMD') return !run.anyUpdated && c.b.trait('amd-cache-cleanup') ? [] : requested.cache;
  return run.anyUpdated && requested.update ? [requested.update] : c.cache;
}

function assumptions(c: LoadCase, run: Run | undefined): string[] {
  const assumed: string[] = [];
  if (c.file.unchecked) assumed.push('integrity');
  if (c.b.cpu.vendor === 'INTEL' && intelCpu(c.b).platformMask === null) assumed.push('platform-id');
  if (run?.assumedDigest) assumed.push('digest');
  return assumed;
}
