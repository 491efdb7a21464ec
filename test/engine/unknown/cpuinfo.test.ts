import assert from 'node:assert/strict';
import test from 'node:test';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import type { KernelSpec } from '../../../src/engine/boot/boot.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import type { EvalReport } from '../../../src/engine/model/report.ts';
import { evalReport } from '../../../src/engine/report/eval-report.ts';
import { proc } from '../../../src/importers/proc.ts';
import { validators } from '../../../src/schema/validate.ts';
import { type ColdRecording, recordings, type State, specOf } from '../../golden/recordings.ts';

/*
 * /proc/cpuinfo as the recorded kernels printed it, imported and booted again on the same kernel: what comes out otherwise must be said to be
 * unknown. Flags that the kernel makes itself or hides, and MSRs, are not in the file.
 */

function cpuinfoOf({ profile, expect, kernel }: ColdRecording, report: EvalReport): { name: string; bytes: Uint8Array }[] {
  const { family, model, stepping } = report.cpu;
  const threads = profile.topology?.threadsPerCore ?? 1;
  const cores = profile.topology?.coresPerPackage ?? 1;
  const paragraph = (cpu: number): string =>
    [
      `processor\t: ${cpu}`,
      `vendor_id\t: ${report.cpu.vendor}`,
      `cpu family\t: ${family}`,
      `model\t\t: ${model}`,
      `stepping\t: ${stepping}`,
      `microcode\t: ${expect.microcode}`,
      `cpuid level\t: ${Number(profile.cpuid[0]!.eax)}`,
      `physical id\t: 0`,
      `siblings\t: ${threads * cores}`,
      `core id\t\t: ${Math.floor(cpu / threads)}`,
      `cpu cores\t: ${cores}`,
      `flags\t\t: ${expect.flags.join(' ')}`,
      `bugs\t\t: ${expect.bugs.join(' ')}`,
    ].join('\n');
  const text = Array.from({ length: threads * cores }, (_, cpu) => paragraph(cpu)).join('\n\n');
  const files = { 'proc/cpuinfo': `${text}\n`, 'proc/sys/kernel/osrelease': `${kernel}\n` };
  return Object.entries(files).map(([name, content]) => ({ name, bytes: Buffer.from(content) }));
}

/** The same CPU count and firmware as the recording: the file says nothing of them. */
function imported(recording: ColdRecording, report: EvalReport): Profile {
  const outcome = proc.import({ name: recording.id, files: cpuinfoOf(recording, report) });
  assert.deepEqual(outcome.problems, []);
  const profile = outcome.profiles[0]!;
  assert.deepEqual(validators.profile(profile), []);
  return profile;
}

function differences(expect: State, report: EvalReport): string[] {
  const { unknown } = report;
  const texts = Object.entries(expect.vulnerabilities).filter(
    ([name, text]) => report.vulnerabilities[name] !== text && !Object.hasOwn(unknown.vulnerabilities, name),
  );
  const names = (one: readonly string[], other: readonly string[], known: object): string[] =>
    [...one.filter((name) => !other.includes(name)), ...other.filter((name) => !one.includes(name))].filter((name) => !Object.hasOwn(known, name));
  return [
    ...texts.map(([name, text]) => `${name}: ${text} -> ${report.vulnerabilities[name]}`),
    ...names(expect.flags, report.cpuinfo.flags, unknown.flags).map((name) => `flag ${name}`),
    ...names(expect.bugs, report.cpuinfo.bugs, unknown.bugs).map((name) => `bug ${name}`),
  ];
}

function run(spec: KernelSpec, profile: Profile): EvalReport {
  return evalReport(bootKernel(spec, slotsOf(profile)), { line: '', release: '', evidence: 'exact' });
}

for (const { line } of kernelLines) {
  test(`${line}: from /proc/cpuinfo alone`, async () => {
    const count = new Map<string, number>();
    for (const recording of recordings<ColdRecording>('cold', line)) {
      const spec = await specOf(recording.kernel, recording.cmdline);
      const full = run(spec, recording.profile);
      const report = run(spec, imported(recording, full));
      for (const one of differences(recording.expect, report)) if (count.set(`${recording.id} ${one}`, 1)) count.set(one, (count.get(one) ?? 0) + 1);
    }
    for (const [one, times] of [...count].sort((a, b) => b[1] - a[1])) console.log(times, one);
  });
}
