import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { kernelLines } from '../../src/data/kernels/index.ts';
import { kernelSpec } from '../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import type { EventContext, MachineEvent } from '../../src/engine/events/index.ts';
import { play } from '../../src/engine/scenario/play.ts';
import type { RunReport, RunStep } from '../../src/engine/scenario/run-report.ts';
import { loads } from './arbitrary.ts';

const event: fc.Arbitrary<MachineEvent> = fc.oneof(
  fc.constantFrom<MachineEvent>(
    { type: 'microcode-late-load' },
    { type: 'kvm-load' },
    { type: 'kvm-unload' },
    { type: 'cpu-offline', cpu: 1 },
    { type: 'cpu-online', cpu: 1 },
    { type: 'resume' },
    { type: 'kexec' },
    { type: 'process-start', name: 'libvirtd' },
    { type: 'module-load', module: 'aesni_intel' },
  ),
  fc.record({
    type: fc.constantFrom('guest-start' as const, 'guest-stop' as const, 'guest-migrate' as const, 'vcpu-create' as const),
    guest: fc.constantFrom('web-1', 'web-2'),
  }),
);

const events = fc
  .tuple(fc.array(event, { maxLength: 3 }), fc.array(event, { minLength: 3, maxLength: 8 }))
  .map(([before, after]): MachineEvent[] => [{ type: 'boot' }, { type: 'kvm-load' }, ...before, { type: 'microcode-late-load' }, ...after]);

const kernel = { line: '', release: '', evidence: 'exact' } as const;

/** What a step did, without what the guard says of it. */
function state({ outcome, state: report, snapshots, guests, log }: RunStep): unknown {
  return { outcome, report, snapshots, guests, log };
}

for (const line of kernelLines) {
  const sequences = async () => {
    const [{ tables }, { kvm }] = [await line.load(), await line.loadKvm()];
    const spec = kernelSpec(tables, { cmdline: 'microcode.amd_sha_check=off' });
    return fc.record({ one: loads(line.line), some: events }).map(({ one: { profile, blob }, some }) => {
      const context: EventContext = { spec, slots: slotsOf(profile), kvmTables: kvm, load: { blob, cpuRejects: false }, early: 'same' };
      const run = (guard: 'off' | 'warn' | 'deny'): RunReport => play({ id: null, title: null, kernel, context, events: some, assumptions: [], guard });
      return { run };
    });
  };

  test(`${line.line}: --guard warn changes no state, and counts what off does not`, async () => {
    let reads = 0;
    fc.assert(
      fc.property(await sequences(), ({ run }) => {
        const [off, warn] = [run('off'), run('warn')];
        assert.deepEqual(off.guard.reads, []);
        assert.deepEqual(warn.steps.map(state), off.steps.map(state));
        assert.ok(warn.guard.reads.every(({ refused }) => !refused));
        reads += warn.guard.reads.length;
      }),
      { numRuns: 40, includeErrorInReport: true },
    );
    assert.ok(reads > 0, 'stale copies were read among them');
  });

  test(`${line.line}: --guard deny leaves no stale read, and nothing that is born stale`, async () => {
    let denied = 0;
    fc.assert(
      fc.property(await sequences(), ({ run }) => {
        const { steps, guard } = run('deny');
        assert.ok(guard.reads.every(({ refused }) => refused));
        for (const { findings, changes, event: happened } of steps) {
          assert.ok(!findings.some(({ code }) => code === 'reads-stale-copies' || code === 'guest-born-stale'), `${happened.type} worked from a stale copy`);
          if (happened.type === 'guest-start' || happened.type === 'vcpu-create')
            assert.deepEqual(
              changes.stale,
              [],
              `${happened.type} made a copy that is stale: ${JSON.stringify(steps.map(({ event: one, outcome, changes: c }) => [one.type, outcome, c.stale]))}`,
            );
        }
        denied += steps.filter(({ findings }) => findings.some(({ code }) => code === 'guard-denied')).length;
      }),
      { numRuns: 40, includeErrorInReport: true },
    );
    assert.ok(denied > 0, 'events were refused among them');
  });
}
