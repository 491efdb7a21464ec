import type { Thread } from '../model/machine.ts';
import { applyAmd } from './apply-update.ts';
import { type LoadInput, loadCase } from './decide-load.ts';
import { intelCpu, intelFit } from './intel-match.ts';
import { type LoadCase, startRevisions, writeCore } from './load-case.ts';
import type { ThreadRevision } from './load-decision.ts';
import { earlyLoaderMissing } from './loader-switches.ts';

/** What a CPU that comes online takes from the kernel's cache of patches. */
export interface OnlineLoadDecision {
  /** Every thread; `shown` changes only for the CPU that came, which is how one core can show two revisions. */
  readonly revisions: readonly ThreadRevision[];
  readonly log: readonly string[];
}

function takeIntel(c: LoadCase, thread: Thread, revisions: ReturnType<typeof startRevisions>): void {
  const cpu = intelCpu(c.b);
  const fits = c.cache.filter((kept) => ['fits', 'assumed'].includes(intelFit(c.b, kept, cpu)));
  for (const kept of fits) {
    if (kept.revision > (revisions.silicon.get(thread.number) ?? 0) && !c.rejects(thread.number)) writeCore(c.threads, revisions, thread, kept.revision);
  }
}

/**
 * The CPU applies what an earlier load left in the cache before it runs anything else (load_ucode_ap(); 6.1 also
 * mc_cpu_starting()), and shows the revision it then has.
 * @param input the kernel, all threads, the cache of the last LoadDecision; the blob plays no part
 * @param number the CPU that comes online
 */
export function decideOnlineLoad(input: Omit<LoadInput, 'blob'>, number: number): OnlineLoadDecision {
  const c = loadCase({ ...input, blob: { schema: 'cpueval/blob/1', id: '', vendor: 'GenuineIntel', effects: [], file: { state: 'absent' } } });
  const revisions = startRevisions(c.threads);
  const thread = c.threads.find((one) => one.number === number);
  const log: string[] = [];
  if (thread !== undefined) {
    if (earlyLoaderMissing(c.b).length === 0) {
      if (c.b.cpu.vendor === 'AMD') log.push(...applyAmd(c, c.cache, thread, revisions).log);
      else takeIntel(c, thread, revisions);
    }
    revisions.shown.set(number, revisions.silicon.get(number) ?? thread.revision);
  }
  const rows = c.threads.map((one) => ({
    cpu: one.number,
    before: one.revision,
    after: revisions.silicon.get(one.number) ?? one.revision,
    shown: revisions.shown.get(one.number) ?? one.cpu.revision,
  }));
  return { revisions: rows, log };
}
