import test from 'node:test';
import { bootKernel } from '../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import { kvmLoad } from '../../src/engine/events/kvm.ts';
import type { KvmModule } from '../../src/engine/kvm/kvm-state.ts';
import type { Machine } from '../../src/engine/model/machine.ts';
import { evalReport } from '../../src/engine/report/eval-report.ts';
import { type ColdRecording, kvmTablesOf, recordedCaps, recordings, specOf, taintNames } from './recordings.ts';
import { Score } from './score.ts';

const KINDS = ['flags', 'bugs', 'vulnerabilities', 'vmx flags', 'smt', 'microcode', 'taint'];
const KVM_KINDS = ['kvm caps', 'arch capabilities', 'vulnerabilities with kvm'];

async function checkKvm(score: Score, one: ColdRecording, machine: Machine): Promise<void> {
  const tables = await kvmTablesOf(one.kernel);
  const loaded = kvmLoad(machine, one.kvmModule as KvmModule, tables, one.kvmParameters).machine;
  const { kvm, vulnerabilities } = evalReport(loaded, { line: '', release: '', evidence: 'exact' });
  const expected = one.expect.kvm;
  if (expected) {
    score.check('kvm caps', one.id, kvm && recordedCaps(kvm.caps, expected.caps), expected.caps);
    score.check('arch capabilities', one.id, kvm?.archCapabilities, expected.archCapabilities);
  }
  if (one.expect.vulnerabilitiesWithKvm) score.check('vulnerabilities with kvm', one.id, vulnerabilities, one.expect.vulnerabilitiesWithKvm);
}

for (const line of ['6.1', '6.12', '7.2']) {
  test(`cold boots of ${line}`, async (t) => {
    const score = new Score();
    for (const one of recordings<ColdRecording>('cold', line)) {
      const machine = bootKernel(await specOf(one.kernel, one.cmdline), slotsOf(one.profile));
      const report = evalReport(machine, { line, release: one.kernel, evidence: 'exact' });
      score.check('flags', one.id, report.cpuinfo.flags, one.expect.flags);
      score.check('bugs', one.id, report.cpuinfo.bugs, one.expect.bugs);
      score.check('vulnerabilities', one.id, report.vulnerabilities, one.expect.vulnerabilities);
      if (one.expect.vmxFlags) score.check('vmx flags', one.id, report.cpuinfo.vmxFlags, one.expect.vmxFlags);
      score.check('smt', one.id, report.smt, one.expect.smt);
      score.check('microcode', one.id, report.cpu.microcode, one.expect.microcode);
      score.check('taint', one.id, report.tainted, taintNames(one.expect.tainted));
      if (one.kvmModule) await checkKvm(score, one, machine);
    }
    // KVM was recorded with cold boots of two lines; of the third with its late loads.
    score.report(t, line, score.has('kvm caps') ? [...KINDS, ...KVM_KINDS] : KINDS);
  });
}
