import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { kernelLines } from '../../src/data/kernels/index.ts';
import { bootKernel } from '../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import { type EventContext, type MachineEvent, transition } from '../../src/engine/events/index.ts';
import type { Machine } from '../../src/engine/model/machine.ts';
import { leftOpen } from '../../src/engine/plan/left-open.ts';
import { makePlan, type Plan } from '../../src/engine/plan/make-plan.ts';
import type { PlannedStep, PlanState } from '../../src/engine/plan/step.ts';
import { POLICY_IDS, type PolicyId, policyOf } from '../../src/engine/policies/policy.ts';
import { loads } from './arbitrary.ts';

/** Who runs on the host besides the kernel. */
interface Holders {
  readonly module: boolean;
  readonly guests: readonly ('host-passthrough' | 'host-model')[];
  readonly processes: readonly string[];
  readonly offline: boolean;
  readonly policy: PolicyId;
  readonly inhibit: boolean;
  readonly earlyOlder: boolean;
}

const holders: fc.Arbitrary<Holders> = fc.record({
  module: fc.boolean(),
  guests: fc.array(fc.constantFrom('host-passthrough' as const, 'host-model' as const), { maxLength: 2 }),
  processes: fc.uniqueArray(fc.constantFrom('nginx', 'perf', 'libvirtd'), { maxLength: 2 }),
  offline: fc.boolean(),
  policy: fc.constantFrom(...POLICY_IDS),
  inhibit: fc.boolean(),
  earlyOlder: fc.boolean(),
});

interface Setting {
  readonly state: PlanState;
  readonly plan: Plan;
  readonly blob: Parameters<typeof leftOpen>[2];
}

async function tablesOf({ load, loadKvm }: (typeof kernelLines)[number]) {
  return { tables: (await load()).tables, kvm: (await loadKvm()).kvm };
}

type Tables = Awaited<ReturnType<typeof tablesOf>>;

function settingOf({ tables, kvm }: Tables, { profile, blob }: { profile: Parameters<typeof slotsOf>[0]; blob: Setting['blob'] }, wish: Holders): Setting {
  const spec = kernelSpec(tables, { cmdline: 'microcode.amd_sha_check=off' });
  const slots = slotsOf(profile);
  const load = { blob, cpuRejects: false };
  const earlyRevision = wish.earlyOlder ? Number(profile.microcode.revision) : null;
  const otherwise = { policy: policyOf(wish.policy), inhibitors: { inhibit: wish.inhibit, force: new Set<string>(), strict: false }, earlyRevision };
  const context: EventContext = { spec, slots, kvmTables: kvm, load, early: wish.earlyOlder ? null : 'same', otherwise };
  const events: MachineEvent[] = [
    ...(wish.module || wish.guests.length > 0 ? [{ type: 'kvm-load' } as const] : []),
    ...wish.guests.map((model, index) => ({ type: 'guest-start', guest: `web-${index}`, model }) as const),
    ...wish.processes.map((name) => ({ type: 'process-start', name }) as const),
    ...(wish.offline ? [{ type: 'cpu-offline', cpu: 1 } as const] : []),
  ];
  const machine = events.reduce<Machine>((now, event) => transition(now, event, context).machine!, bootKernel(spec, slots));
  return { state: { machine, context }, plan: makePlan({ machine, context, load, guard: 'off' }), blob };
}

/** Plays steps by themselves, with nothing that the plan remembers. */
function played(state: PlanState, step: PlannedStep): PlanState {
  const machine = step.events.reduce((now, event) => transition(now, event, state.context).machine!, state.machine);
  const next = { ...state, machine };
  return step.aside ? step.aside(next) : next;
}

for (const line of kernelLines) {
  test(`${line.line}: a plan leaves after each step what it says, at the end its residual, and without any step more`, async () => {
    const tables = await tablesOf(line);
    let steps = 0;
    fc.assert(
      fc.property(loads(line.line), holders, (one, wish) => {
        const { state, plan, blob } = settingOf(tables, one, wish);
        const open = (at: PlanState): string[] => [...leftOpen(at, state.machine, blob)].sort();
        let now = state;
        for (const [at, step] of plan.steps.entries()) {
          now = played(now, step);
          assert.deepEqual(open(now), [...plan.report.steps[at]!.leaves].sort(), `after ${step.id}`);
        }
        const residual = plan.report.residual.map(({ id }) => id).sort();
        assert.deepEqual(open(now), residual);
        for (const step of plan.steps) {
          const rest = plan.steps.filter((other) => other !== step);
          const without = open(rest.reduce(played, state));
          assert.ok(
            without.some((id) => !residual.includes(id)),
            `without ${step.id} as little is left: ${without.join(', ')}`,
          );
        }
        steps += plan.steps.length;
      }),
      { numRuns: 150, includeErrorInReport: true },
    );
    assert.ok(steps > 60, 'plans with steps were among them');
  });

  test(`${line.line}: every step of a plan comes after those it requires, and cures or releases something`, async () => {
    const tables = await tablesOf(line);
    fc.assert(
      fc.property(loads(line.line), holders, (one, wish) => {
        const { plan } = settingOf(tables, one, wish);
        const done = new Set<string>();
        for (const step of plan.report.steps) {
          for (const id of step.requires) assert.ok(done.has(id), `${step.id} requires ${id}, which did not come before`);
          done.add(step.id);
          const leaves = new Set(step.leaves);
          for (const id of step.cures) assert.ok(!leaves.has(id), `${step.id} both cures and leaves ${id}`);
        }
      }),
      { numRuns: 30 },
    );
  });
}
