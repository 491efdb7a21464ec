import test from 'node:test';
import { bootKernel } from '../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import { cpuOffline, cpuOnline } from '../../src/engine/events/hotplug.ts';
import { kvmLoad, kvmUnload } from '../../src/engine/events/kvm.ts';
import { lateLoad } from '../../src/engine/events/microcode-late-load.ts';
import { reboot } from '../../src/engine/events/reboot.ts';
import type { KvmModule } from '../../src/engine/kvm/kvm-state.ts';
import type { Machine } from '../../src/engine/model/machine.ts';
import { evalReport } from '../../src/engine/report/eval-report.ts';
import { kvmTablesOf, type LateRecording, recordedCaps, recordings, type State, specOf, taintNames } from './recordings.ts';
import { Score } from './score.ts';

const ERRNO: Readonly<Record<number, string>> = { 1: 'EPERM', 2: 'ENOENT', 5: 'EIO', 16: 'EBUSY', 22: 'EINVAL', 77: 'EBADFD' };
const KINDS = [
  'errno',
  'log',
  'taint',
  'flags',
  'bugs',
  'vulnerabilities',
  'vmx flags',
  'smt',
  'microcode',
  'kvm caps',
  'arch capabilities',
  'after kvm reload',
  'after hotplug',
  'other cpus',
  'cold flags',
  'cold bugs',
  'cold vulnerabilities',
];

const report = (machine: Machine) => evalReport(machine, { line: '', release: '', evidence: 'exact' });

function checkKvm(score: Score, id: string, machine: Machine, state: State): void {
  if (!state.kvm) return;
  const { kvm } = report(machine);
  score.check('kvm caps', id, kvm && recordedCaps(kvm.caps, state.kvm.caps), state.kvm.caps);
  score.check('arch capabilities', id, kvm?.archCapabilities, state.kvm.archCapabilities);
}

/** Texts before the load and of the cold boot were read before the module was inserted, the rest with it. */
function checkState(score: Score, id: string, machine: Machine, state: State): void {
  const got = report(machine);
  score.check('flags', id, got.cpuinfo.flags, state.flags);
  score.check('bugs', id, got.cpuinfo.bugs, state.bugs);
  score.check('vulnerabilities', id, got.vulnerabilities, state.vulnerabilities);
  if (state.vmxFlags) score.check('vmx flags', id, got.cpuinfo.vmxFlags, state.vmxFlags);
  score.check('smt', id, got.smt, state.smt);
  score.check('microcode', id, got.cpu.microcode, state.microcode);
  score.check('taint', id, got.tainted, taintNames(state.tainted));
}

function checkCold(score: Score, id: string, machine: Machine, state: State): void {
  const got = report(machine);
  score.check('cold flags', id, got.cpuinfo.flags, state.flags);
  score.check('cold bugs', id, got.cpuinfo.bugs, state.bugs);
  score.check('cold vulnerabilities', id, got.vulnerabilities, state.vulnerabilities);
}

function checkOthers(score: Score, id: string, machine: Machine, state: State): void {
  const others = report(machine).otherCpus.map(({ cpus: _cpus, ...differs }) => differs);
  score.check('other cpus', id, others, state.otherCpusDiffer ?? []);
}

async function play(score: Score, one: LateRecording): Promise<void> {
  const tables = await kvmTablesOf(one.kernel);
  const module = one.modules.find((name) => name === 'kvm_intel' || name === 'kvm_amd') as KvmModule | undefined;
  const withKvm = (machine: Machine): Machine => (module ? kvmLoad(machine, module, tables, one.kvmParameters).machine : machine);
  const booted = bootKernel(await specOf(one.kernel, one.cmdline), slotsOf(one.profile));
  checkState(score, `${one.id} before`, booted, one.before);
  const before = withKvm(booted);
  checkKvm(score, `${one.id} before`, before, one.before);
  const request = { blob: one.blob, cpuRejects: one.cpuRejects };
  const load = lateLoad(before, request);
  score.check('errno', one.id, load.decision.errno, one.load.errno === 0 ? null : ERRNO[one.load.errno]);
  score.check('log', one.id, load.log, one.load.log);
  score.check('taint', `${one.id} load`, [...load.machine.kernel.taints].sort(), taintNames(one.load.tainted));
  checkState(score, `${one.id} after`, load.machine, one.after);
  checkKvm(score, `${one.id} after`, load.machine, one.after);
  let machine = load.machine;
  if (one.afterKvmReload) {
    machine = withKvm(kvmUnload(machine).machine);
    checkState(score, `${one.id} afterKvmReload`, machine, one.afterKvmReload);
    checkKvm(score, `${one.id} afterKvmReload`, machine, one.afterKvmReload);
    score.check('after kvm reload', one.id, report(machine).vulnerabilities, one.afterKvmReload.vulnerabilities);
  }
  if (one.afterHotplug) {
    machine = cpuOnline(cpuOffline(machine, 1).machine, 1).machine;
    checkState(score, `${one.id} afterHotplug`, machine, one.afterHotplug);
    checkKvm(score, `${one.id} afterHotplug`, machine, one.afterHotplug);
    score.check('after hotplug', one.id, report(machine).cpuinfo.flags, one.afterHotplug.flags);
    checkOthers(score, one.id, machine, one.afterHotplug);
  }
  if (!one.coldAfter) return;
  const cold = reboot(before, request).machine;
  checkCold(score, `${one.id} coldAfter`, cold, one.coldAfter);
  checkKvm(score, `${one.id} coldAfter`, withKvm(cold), one.coldAfter);
}

for (const line of ['6.1', '6.12', '7.2']) {
  test(`late loads of ${line}`, async (t) => {
    const score = new Score();
    for (const one of recordings<LateRecording>('late', line)) await play(score, one);
    score.report(t, line, KINDS);
  });
}
