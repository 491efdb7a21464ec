import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseAmdFile } from '../../src/microcode/amd-file.ts';
import { parseIntelFile } from '../../src/microcode/intel-file.ts';
import { planSteps } from '../../src/microcode/step-plan.ts';
import type { UpdateRecord } from '../../src/microcode/update-record.ts';
import type { LoaderCpu } from '../../src/microcode/verdict.ts';
import { buildAmdContainer, buildIntelUpdate, concatBytes, type IntelUpdateSpec } from '../fixtures/microcode/build-microcode.ts';

const CPU: LoaderCpu = { vendor: 'GenuineIntel', signature: 0x506e3, platformId: 1, revision: 0xc0 };
const updates = (...specs: readonly IntelUpdateSpec[]): readonly UpdateRecord[] => parseIntelFile(concatBytes(...specs.map(buildIntelUpdate)), null).updates;
const steps = (plan: ReturnType<typeof planSteps>): string[] => plan.steps.map(({ from, to }) => `${from.toString(16)}>${to.toString(16)}`);

test('one load serves where the minimum revision is met or none is declared', () => {
  const plan = planSteps(updates({ revision: 0xcc, minRevision: 0xc0 }, { revision: 0xc8 }), CPU, { line: '7.2' });
  assert.deepEqual([plan.outcome, steps(plan), plan.barriers], ['direct', ['c0>cc'], []]);
  assert.equal(plan.steps[0]?.declaredSafe, true);
});

test('a chain over the updates at hand where the jump is forbidden', () => {
  const at = updates(
    { revision: 0xf0, minRevision: 0xdc },
    { revision: 0xdc, minRevision: 0xc8 },
    { revision: 0xd4, minRevision: 0xd0 },
    { revision: 0xc8, minRevision: 0xb0 },
  );
  const plan = planSteps(at, CPU, { line: '6.12' });
  assert.deepEqual([plan.outcome, steps(plan)], ['chain', ['c0>c8', 'c8>dc', 'dc>f0']]);
  assert.deepEqual(
    plan.barriers.map(({ code }) => code),
    ['minimum-revision-not-met'],
  );
});

test('only an early load serves where no chain leads there', () => {
  const plan = planSteps(updates({ revision: 0xf0, minRevision: 0xdc }, { revision: 0xc8, minRevision: 0xb0 }), CPU, { line: '7.2' });
  assert.deepEqual([plan.outcome, steps(plan)], ['early-only', ['c0>c8']]);
});

test('force_minrev forbids every update that declares nothing', () => {
  const at = updates({ revision: 0xf0 });
  assert.equal(planSteps(at, CPU, { line: '7.2' }).outcome, 'direct');
  assert.equal(planSteps(at, CPU, { line: '7.2', forceMinrev: true }).outcome, 'early-only');
  assert.equal(planSteps(at, CPU, { line: '6.1', forceMinrev: true }).outcome, 'direct');
});

test('GNR98: over 0x1000405, or not at all: early loading keeps the rule too', () => {
  const cpu: LoaderCpu = { vendor: 'GenuineIntel', signature: 0xa06d1, platformId: 0, revision: 0x1000380 };
  const granite = { signature: 0xa06d1, platformFlags: 0x95, minRevision: 1 };
  const both = updates({ ...granite, revision: 0x1000410 }, { ...granite, revision: 0x1000405 });
  assert.deepEqual(steps(planSteps(both, cpu, { line: '7.2' })), ['1000380>1000405', '1000405>1000410']);
  const alone = planSteps(updates({ ...granite, revision: 0x1000410 }), cpu, { line: '7.2' });
  assert.deepEqual([alone.outcome, alone.barriers.map(({ code }) => code)], ['firmware-only', ['gnr98']]);
});

test('the Broadwell-X erratum leaves early loading', () => {
  const cpu: LoaderCpu = { vendor: 'GenuineIntel', signature: 0x406f1, platformId: 0, revision: 0xb000020, cacheBytesPerCore: 2_621_441 };
  const at = updates({ signature: 0x406f1, platformFlags: 0xef, revision: 0xb000040 });
  assert.equal(planSteps(at, cpu, { line: '6.12' }).outcome, 'early-only');
  assert.equal(planSteps(at, { ...cpu, cacheBytesPerCore: 2_621_440 }, { line: '6.12' }).outcome, 'direct');
});

test('AMD: across the signing cut-off only firmware leads; below it the best patch of that side is the goal', () => {
  const table = [{ signature: 0xa00f11, equivalenceId: 0xa011 }];
  const cpu: LoaderCpu = { vendor: 'AuthenticAMD', signature: 0xa00f11, platformId: null, revision: 0xa001119 };
  const at = parseAmdFile(
    buildAmdContainer(table, [
      { patchId: 0xa0011d5, equivalenceId: 0xa011 },
      { patchId: 0xa0011de, equivalenceId: 0xa011, checksumField: 0xa0011d9 },
    ]),
    null,
  ).updates;
  const plan = planSteps(at, cpu, { line: '7.2' });
  assert.deepEqual([plan.outcome, steps(plan)], ['firmware-only', ['a001119>a0011d5']]);
  assert.equal(planSteps(at, cpu, { line: '7.2', target: 0xa0011d5 }).outcome, 'direct');
  assert.equal(planSteps(at, { ...cpu, revision: 0xa0011db }, { line: '7.2' }).outcome, 'direct');
});

test('nothing newer, another CPU, or a damaged update: nothing to go to', () => {
  assert.equal(planSteps(updates({ revision: 0xc0 }), CPU, { line: '7.2' }).outcome, 'nothing-newer');
  assert.equal(planSteps(updates({ revision: 0xf0, platformFlags: 0x80 }), CPU, { line: '7.2' }).outcome, 'nothing-newer');
  const bad = buildIntelUpdate({ revision: 0xf0 });
  bad[99] = (bad[99] ?? 0) ^ 1;
  assert.equal(planSteps(parseIntelFile(bad, null).updates, CPU, { line: '7.2' }).outcome, 'nothing-newer');
});

test('every chain keeps every rule and is as short as a search over all chains finds', () => {
  const spec = fc.record({ revision: fc.integer({ min: 0xc1, max: 0xff }), minRevision: fc.integer({ min: 0, max: 0xff }) });
  fc.assert(
    fc.property(fc.array(spec, { maxLength: 8 }), (specs) => {
      const at = updates(...specs.map((each) => ({ ...each, dataSize: 16 })));
      const plan = planSteps(at, CPU, { line: '7.2' });
      let current = CPU.revision;
      for (const { update, from, to } of plan.steps) {
        assert.ok(from === current && to > from && update.minRevision <= from);
        current = to;
      }
      const goal = Math.max(0, ...specs.map(({ revision }) => revision));
      assert.equal(plan.outcome === 'direct' || plan.outcome === 'chain' ? plan.steps.length : null, fewest(specs, CPU.revision, goal));
    }),
  );
});

/** Breadth first over all chains: slow and plainly right. */
function fewest(specs: readonly { readonly revision: number; readonly minRevision: number }[], start: number, goal: number): number | null {
  let reached = new Set([start]);
  for (let count = 0; count <= specs.length; count++) {
    if (reached.has(goal)) return count;
    reached = new Set(
      [...reached].flatMap((from) => [
        from,
        ...specs.filter(({ revision, minRevision }) => revision > from && minRevision <= from).map(({ revision }) => revision),
      ]),
    );
  }
  return null;
}
