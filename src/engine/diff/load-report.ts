import { hex } from '../../base/hex.ts';
import type { Machine } from '../model/machine.ts';
import type { LoadReason, LoadReport } from '../model/report.ts';
import type { PolicyLoad } from '../policies/load-under-policy.ts';

/** CPUs with the same revisions before and after in one entry. */
function revisionsOf(rows: readonly { readonly cpu: number; readonly before: number; readonly after: number }[]): LoadReport['revisions'] {
  const groups = new Map<string, { cpus: number[]; before: string; after: string }>();
  for (const row of rows) {
    const [before, after] = [hex(row.before), hex(row.after)];
    const group = groups.get(`${before} ${after}`) ?? { cpus: [], before, after };
    group.cpus.push(row.cpu);
    groups.set(`${before} ${after}`, group);
  }
  return [...groups.values()];
}

function policyReasons({ asked }: PolicyLoad): LoadReason[] {
  return asked.holding.map(({ id, reason, holder, args }) => ({ code: reason, enforcedBy: 'policy', hard: true, args: { ...args, id, holder } }));
}

/** Nobody called the loader: no revision, no taint, no line of the log. What the kernel would only have remarked is remarked all the same. */
function inhibited(held: PolicyLoad, machine: Machine): LoadReport {
  const kernelReasons = held.load.decision.reasons.map(({ code, args, enforcedBy, hard }) => ({ code, enforcedBy, hard, args }));
  return {
    outcome: 'inhibited',
    errno: null,
    revisions: revisionsOf(machine.threads.map(({ number, revision }) => ({ cpu: number, before: revision, after: revision }))),
    reasons: [...policyReasons(held), ...kernelReasons],
    tainted: [...machine.kernel.taints].sort(),
    taints: [],
    log: [],
  };
}

/**
 * How a load ended, as the report has it.
 * @param done the load with what a policy did before and behind it
 * @param before the machine that it met
 */
export function loadReport(done: PolicyLoad, before: Machine): LoadReport {
  if (done.inhibited) return inhibited(done, before);
  const { decision, log } = done.load;
  return {
    outcome: decision.outcome,
    errno: decision.errno,
    revisions: revisionsOf(decision.revisions),
    reasons: decision.reasons.map(({ code, args, enforcedBy, hard }) => ({ code, enforcedBy, hard, args })),
    tainted: [...done.machine.kernel.taints].sort(),
    taints: decision.taints,
    log,
  };
}
