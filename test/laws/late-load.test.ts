import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { kernelLines } from '../../src/data/kernels/index.ts';
import { bootKernel } from '../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import { dryRun } from '../../src/engine/diff/dry-run.ts';
import { lateLoad } from '../../src/engine/events/microcode-late-load.ts';
import { reboot } from '../../src/engine/events/reboot.ts';
import type { Machine } from '../../src/engine/model/machine.ts';
import { evalReport } from '../../src/engine/report/eval-report.ts';
import { updated } from '../../src/engine/silicon/effects.ts';
import { blobFor, loads, profiles } from './arbitrary.ts';

const RUNS = { numRuns: 60 };
const kernel = { line: '', release: '', evidence: 'exact' } as const;
const report = (machine: Machine) => evalReport(machine, kernel);
/** What the loader itself says and marks: revisions, taint, log lines. */
const withoutLoader = ({ cpu: _cpu, tainted: _tainted, log: _log, otherCpus: _others, ...rest }: ReturnType<typeof report>) => rest;

for (const { line, load } of kernelLines) {
  test(`${line}: a late load never changes a boot snapshot`, async () => {
    const spec = kernelSpec((await load()).tables, { cmdline: 'microcode.amd_sha_check=off' });
    fc.assert(
      fc.property(loads(line), ({ profile, blob }) => {
        const before = bootKernel(spec, slotsOf(profile));
        const held = { words: [...before.kernel.cpu.words], reported: withoutLoader(report(before)) };
        const { machine } = lateLoad(before, { blob, cpuRejects: false });
        assert.deepEqual([...before.kernel.cpu.words], held.words, 'the machine that was given has changed');
        assert.deepEqual([...machine.kernel.cpu.words], held.words);
        assert.deepEqual([...machine.threads.map((thread) => [...thread.cpu.words])], [...before.threads.map((thread) => [...thread.cpu.words])]);
        const { engaged, ...text } = withoutLoader(report(machine));
        const { engaged: engagedBefore, ...textBefore } = held.reported;
        assert.deepEqual(text, textBefore);
        assert.deepEqual(
          [engaged.verwOnExit, engaged.verwOnIdle, engaged.ibpbOnSwitch, engaged.prctl],
          [engagedBefore.verwOnExit, engagedBefore.verwOnIdle, engagedBefore.ibpbOnSwitch, engagedBefore.prctl],
        );
      }),
      RUNS,
    );
  });

  test(`${line}: the state after a reboot is a boot on the new silicon`, async () => {
    const spec = kernelSpec((await load()).tables, { cmdline: 'microcode.amd_sha_check=off' });
    fc.assert(
      fc.property(loads(line), ({ profile, blob }) => {
        const slots = slotsOf(profile);
        const again = reboot(bootKernel(spec, slots), { blob, cpuRejects: false });
        fc.pre(again.early?.loaded === true);
        const silicon = updated(slots[0]!.silicon, blob, 'reset');
        const fresh = bootKernel(
          spec,
          slots.map((slot) => ({ ...slot, silicon, revision: silicon.revision })),
        );
        assert.deepEqual(report(again.machine), report(fresh));
      }),
      RUNS,
    );
  });

  test(`${line}: the same load twice changes nothing more`, async () => {
    const spec = kernelSpec((await load()).tables, { cmdline: 'microcode.amd_sha_check=off' });
    fc.assert(
      fc.property(loads(line), ({ profile, blob }) => {
        const request = { blob, cpuRejects: false };
        const once = lateLoad(bootKernel(spec, slotsOf(profile)), request);
        const twice = lateLoad(once.machine, request);
        assert.deepEqual(twice.decision.updated, []);
        const [one, other] = [report(once.machine), report(twice.machine)];
        assert.deepEqual({ ...other, log: [] }, { ...one, log: [] });
      }),
      RUNS,
    );
  });

  test(`${line}: an update without effects leaves an empty diff`, async () => {
    const spec = kernelSpec((await load()).tables, {});
    for (const profile of profiles(line)) {
      const machine = bootKernel(spec, slotsOf(profile));
      const blob = blobFor(profile, Number(profile.microcode.revision), []);
      const result = dryRun({ machine, withModules: (booted) => booted, kernel, load: { blob, cpuRejects: false }, assumptions: [], full: false });
      for (const rows of [result, result.ifLoaded!]) {
        assert.deepEqual([rows.silicon, rows.features, rows.bugs], [[], [], []], profile.id);
        assert.deepEqual(
          rows.vulnerabilities.filter(({ verdict }) => verdict !== 'unchanged' && verdict !== 'not-microcode'),
          [],
          profile.id,
        );
      }
      assert.equal(result.summary.verdict === 'unchanged' || result.summary.verdict === 'not-microcode', true);
    }
  });
}
