import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { dryRun } from '../../../src/engine/diff/dry-run.ts';
import { kvmLoad } from '../../../src/engine/events/kvm.ts';
import { inhibitors } from '../../../src/engine/inhibitors/registry.ts';
import type { Machine } from '../../../src/engine/model/machine.ts';
import type { DiffReport } from '../../../src/engine/model/report.ts';
import { loadUnderPolicy, type Otherwise } from '../../../src/engine/policies/load-under-policy.ts';
import { POLICY_IDS, policyOf } from '../../../src/engine/policies/policy.ts';
import { evalReport } from '../../../src/engine/report/eval-report.ts';
import { loads } from '../../laws/arbitrary.ts';

const RUNS = { numRuns: 40 };
const kernel = { line: '', release: '', evidence: 'exact' } as const;
const policyIds = inhibitors.filter(({ overridable }) => overridable).map(({ id }) => id);
const otherwise = fc.record({
  policy: fc.constantFrom(...POLICY_IDS).map((id) => policyOf(id)),
  force: fc.subarray(policyIds),
  strict: fc.boolean(),
  earlyRevision: fc.constantFrom(null, 1),
});

const bare = ({ inhibitors: _inhibitors, ...rest }: DiffReport): unknown => rest;

for (const { line, load, loadKvm } of kernelLines) {
  const set = async () => ({ spec: kernelSpec((await load()).tables, { cmdline: 'microcode.amd_sha_check=off' }), kvm: (await loadKvm()).kvm });

  test(`${line}: a blocked load is no change at all`, async () => {
    const { spec, kvm } = await set();
    let blocked = 0;
    fc.assert(
      fc.property(loads(line), otherwise, ({ profile, blob }, { policy, strict, earlyRevision }) => {
        const booted = bootKernel(spec, slotsOf(profile));
        const machine: Machine = kvmLoad(booted, booted.kernel.cpu.vendor === 'AMD' ? 'kvm_amd' : 'kvm_intel', kvm).machine;
        const held = JSON.stringify(evalReport(machine, kernel));
        const wish: Otherwise = { policy, inhibitors: { inhibit: true, force: new Set(), strict }, earlyRevision };
        const done = loadUnderPolicy(machine, { blob, cpuRejects: false }, wish);
        assert.equal(done.inhibited, done.asked.holding.length > 0 && ['updated', 'partial', 'failed'].includes(done.load.decision.outcome));
        if (!done.inhibited) return;
        blocked++;
        assert.equal(done.machine, machine);
        assert.deepEqual(done.findings, []);
        assert.equal(JSON.stringify(evalReport(done.machine, kernel)), held);
      }),
      RUNS,
    );
    assert.ok(blocked > 0, 'no load was blocked');
  });

  test(`${line}: a forced load is the load without that inhibitor, and its consequences`, async () => {
    const { spec, kvm } = await set();
    let overridden = 0;
    fc.assert(
      fc.property(loads(line), otherwise, ({ profile, blob }, { policy, force, strict, earlyRevision }) => {
        const booted = bootKernel(spec, slotsOf(profile));
        const withModules = (machine: Machine): Machine => kvmLoad(machine, booted.kernel.cpu.vendor === 'AMD' ? 'kvm_amd' : 'kvm_intel', kvm).machine;
        const machine = withModules(booted);
        const run = (inhibit: boolean, names: readonly string[]): DiffReport =>
          dryRun({
            machine,
            withModules,
            kernel,
            load: { blob, cpuRejects: false },
            assumptions: [],
            full: true,
            otherwise: { policy, inhibitors: { inhibit, force: new Set(names), strict: inhibit && strict }, earlyRevision },
          });
        const forced = run(true, force);
        const free = run(false, []);
        const inTheWay = forced.inhibitors.filter(({ enforcedBy, id }) => enforcedBy === 'policy' && !force.includes(id));
        if (inTheWay.length === 0) assert.deepEqual(bare(forced), bare(free));
        for (const row of forced.inhibitors) {
          const named = row.enforcedBy === 'policy' && force.includes(row.id);
          assert.equal(row.overridden, named);
          assert.equal(row.consequences.length > 0, named);
          assert.ok(row.count > 0);
          if (named) overridden++;
        }
        assert.deepEqual(
          forced.inhibitors.map(({ id, holder, reason }) => [id, holder, reason].join()).sort(),
          free.inhibitors.map(({ id, holder, reason }) => [id, holder, reason].join()).sort(),
        );
      }),
      RUNS,
    );
    assert.ok(overridden > 0, 'nothing was overridden');
  });
}
