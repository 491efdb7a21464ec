import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { lateLoad } from '../../../src/engine/events/microcode-late-load.ts';
import { loadUnderPolicy } from '../../../src/engine/policies/load-under-policy.ts';
import { MAINLINE, POLICY_IDS, policyOf } from '../../../src/engine/policies/policy.ts';
import { reevaluate } from '../../../src/engine/policies/reevaluate.ts';
import { evalReport } from '../../../src/engine/report/eval-report.ts';
import { isAffected } from '../../../src/engine/vulnerabilities/_define.ts';
import { vulnerabilities } from '../../../src/engine/vulnerabilities/index.ts';
import { type ColdRecording, recordings, specOf } from '../../golden/recordings.ts';
import { loads } from '../../laws/arbitrary.ts';
import { ask } from './support.ts';

const kernel = { line: '', release: '', evidence: 'exact' } as const;

for (const { line, load } of kernelLines) {
  test(`${line}: in mainline the code does what the kernel has chosen: no recording tells the two apart`, async () => {
    let asked = 0;
    for (const one of recordings<ColdRecording>('cold', line)) {
      const machine = bootKernel(await specOf(one.kernel, one.cmdline), slotsOf(one.profile));
      const now = machine.threads[0]!.silicon;
      const claimed = machine.kernel.copy();
      claimed.patched = null;
      claimed.patchedModule = null;
      for (const vulnerability of vulnerabilities) {
        if (!vulnerability.protection || !isAffected(machine.kernel, vulnerability)) continue;
        const standing = { now, atBoot: now };
        assert.deepEqual(
          vulnerability.protection({ k: machine.kernel, ...standing }),
          vulnerability.protection({ k: claimed, ...standing }),
          `${one.id} ${vulnerability.id}`,
        );
        asked++;
      }
    }
    assert.ok(asked > 100);
  });

  test(`${line}: mainline does nothing behind a load`, async () => {
    const spec = kernelSpec((await load()).tables, {});
    fc.assert(
      fc.property(loads(line), ({ profile, blob }) => {
        const machine = bootKernel(spec, slotsOf(profile));
        const input = { blob, cpuRejects: false };
        const [plain, under] = [lateLoad(machine, input), loadUnderPolicy(machine, input)];
        assert.deepEqual(evalReport(under.machine, kernel), evalReport(plain.machine, kernel));
        assert.deepEqual([under.inhibited, under.findings], [false, []]);
        assert.equal(reevaluate(machine, MAINLINE).machine, machine);
      }),
      { numRuns: 30 },
    );
  });

  test(`${line}: no policy fails on any update, nor touches the machine it is given`, async () => {
    const spec = kernelSpec((await load()).tables, { cmdline: 'microcode.amd_sha_check=off' });
    fc.assert(
      fc.property(loads(line), fc.constantFrom(...POLICY_IDS), fc.subarray([1, 2, 3, 4, 5, 6, 7]), ({ profile, blob }, id, patches) => {
        const { machine } = lateLoad(bootKernel(spec, slotsOf(profile)), { blob, cpuRejects: false });
        const held = JSON.stringify(evalReport(machine, kernel));
        const words = machine.threads.map((thread) => [...thread.cpu.words]);
        const again = reevaluate(machine, policyOf(id, patches)).machine;
        assert.deepEqual(
          machine.threads.map((thread) => [...thread.cpu.words]),
          words,
        );
        assert.equal(JSON.stringify(evalReport(machine, kernel)), held);
        evalReport(again, kernel);
        // Whatever is looked at again, silicon and revision are the load's.
        assert.deepEqual(
          again.threads.map(({ silicon, revision }) => [silicon, revision]),
          machine.threads.map(({ silicon, revision }) => [silicon, revision]),
        );
      }),
      { numRuns: 60 },
    );
  });
}

test('a report of mainline does not speak of policies', async () => {
  const report = await ask({ line: '6.12', profile: 'skylake-06-5e-03-c6', blob: 'skylake-06-5e-03-cc' });
  assert.equal(report.policy, 'mainline');
  assert.equal('reevaluation' in report, false);
  assert.ok(!report.vulnerabilities.some(({ verdict }) => verdict === 'not-engaged'));
});
