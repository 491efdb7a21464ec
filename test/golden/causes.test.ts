import assert from 'node:assert/strict';
import test from 'node:test';
import type { Blob } from '../../src/data/contract/blob.ts';
import { bootKernel } from '../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import { dryRun } from '../../src/engine/diff/dry-run.ts';
import type { DiffReport } from '../../src/engine/model/report.ts';
import { type LateRecording, recordings, specOf } from './recordings.ts';

/** The references that the effects of an update amount to; the revision moves with every update. */
function effectsOf(blob: Blob): (ref: string) => boolean {
  const exact = new Set(['revision']);
  const prefixes: string[] = [];
  for (const effect of blob.effects) {
    if ('bit' in effect) exact.add(effect.bit);
    else if ('msr' in effect) {
      const index = Number(effect.msr).toString(16);
      prefixes.push(`msr:${index}`, `writable:${index}`);
    } else if ('register' in effect) prefixes.push(effect.register);
    else exact.add(`behaviour:${effect.behaviour}`);
  }
  return (ref) => exact.has(ref) || prefixes.some((prefix) => ref === prefix || ref.startsWith(`${prefix}[`));
}

/** Rows that a reader sees as changed. */
function changedRows(report: DiffReport): { name: string; causes: readonly { ref: string }[]; chain: readonly { rule: string }[] }[] {
  const vulnerabilities = report.vulnerabilities.filter(({ verdict }) => verdict !== 'unchanged' && verdict !== 'not-microcode');
  return [...report.features, ...report.bugs, ...vulnerabilities];
}

for (const line of ['6.1', '6.12', '7.2']) {
  test(`every changed row of ${line} has a cause, and every cause is an effect of the update`, async (t) => {
    let rows = 0;
    for (const one of recordings<LateRecording>('late', line)) {
      const machine = bootKernel(await specOf(one.kernel, one.cmdline), slotsOf(one.profile));
      const report = dryRun({
        machine,
        withModules: (booted) => booted,
        kernel: { line, release: one.kernel, evidence: 'exact' },
        load: { blob: one.blob, cpuRejects: one.cpuRejects },
        assumptions: [],
        full: false,
      });
      if (report.load.outcome !== 'updated') continue;
      const isEffect = effectsOf(one.blob);
      for (const row of changedRows(report)) {
        rows++;
        assert.ok(row.causes.length > 0, `${one.id}: ${row.name} has no cause`);
        for (const { ref } of row.causes) assert.ok(isEffect(ref), `${one.id}: ${row.name}: ${ref} is no effect of the update`);
      }
      for (const row of report.vulnerabilities.filter(({ reported, afterReboot }) => reported !== afterReboot))
        assert.ok(row.chain.length > 0, `${one.id}: ${row.name} has no chain`);
    }
    t.diagnostic(`golden: ${line}: causes ${rows}/${rows}`);
    assert.ok(rows > 0);
  });
}
