import { AS_MAINLINE } from '../policies/load-under-policy.ts';
import { reevaluate } from '../policies/reevaluate.ts';
import { done, type EventRule, refused } from './event.ts';

/** Features, bugs and mitigations evaluated again in the running kernel, without a load: what the 2020 series proposes and mainline does not have. */
export const reevaluateEvent: EventRule = {
  type: 'reevaluate',
  happen(machine, _event, context) {
    const { policy } = context.otherwise ?? AS_MAINLINE;
    if (policy.id === 'mainline') return refused(machine, 'not-in-this-policy', { policy: policy.id });
    const again = reevaluate(machine, policy);
    return done(again.machine, [{ code: 'reevaluated', args: { policy: policy.id } }, ...again.findings]);
  },
};
