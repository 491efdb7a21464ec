import type { Finding, Machine } from '../model/machine.ts';
import { AS_MAINLINE, loadUnderPolicy, type PolicyLoad } from '../policies/load-under-policy.ts';
import { type EventRule, refused } from './event.ts';

/** Who would suffer from the load, if anybody in the kernel asked: mainline has nothing that holds an update back. */
function unasked(machine: Machine, { asked }: PolicyLoad): Finding[] {
  if (machine.kvm === null || asked.holding.length > 0) return [];
  const guests = machine.guests.filter((guest) => !guest.away).map((guest) => guest.name);
  return [{ code: 'nothing-holds-the-load-back', args: { module: machine.kvm.module, guests } }];
}

function inhibited({ asked }: PolicyLoad): Finding[] {
  return [{ code: 'load-inhibited', args: {} }, ...asked.holding.map(({ id, holder }) => ({ code: id, args: { holder } }))];
}

/** Why the kernel took it, did not, or took it under protest; the first finding says how it ended. */
function findings(machine: Machine, done: PolicyLoad): Finding[] {
  const { decision, noticed } = done.load;
  const [before, after] = [machine.threads[0]!.revision, done.machine.threads[0]!.revision];
  const cpus = decision.updated.map(String);
  const ended: Finding = { code: `load-${decision.outcome}`, args: { before, after, cpus, ...(decision.errno === null ? {} : { errno: decision.errno }) } };
  const reasons = decision.reasons.map(({ code, args }) => ({ code, args }));
  if (decision.updated.length === 0) return [ended, ...reasons, ...done.findings];
  return [ended, ...reasons, ...unasked(machine, done), { code: noticed ? 'load-noticed' : 'load-not-noticed', args: {} }, ...done.findings];
}

/** Writing 1 to the `reload` file, under the policy of the scenario. */
export const microcodeLateLoadEvent: EventRule = {
  type: 'microcode-late-load',
  happen(machine, event, context) {
    const request = event.load ?? context.load;
    if (request === null) return refused(machine, 'no-update');
    const done = loadUnderPolicy(machine, request, context.otherwise ?? AS_MAINLINE);
    if (done.inhibited) return { machine, findings: inhibited(done), refused: true };
    const { decision } = done.load;
    return { machine: done.machine, findings: findings(machine, done), refused: decision.errno !== null && decision.updated.length === 0 };
  },
};
