import assert from 'node:assert/strict';
import test from 'node:test';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import type { KernelSpec } from '../../../src/engine/boot/boot.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import type { EvalReport } from '../../../src/engine/model/report.ts';
import { evalReport } from '../../../src/engine/report/eval-report.ts';
import { type ColdRecording, recordings, specOf } from '../../golden/recordings.ts';

/*
 * Recorded CPUs with something taken out of their profile. Whatever the engine then says otherwise than before must stand under `unknown`:
 * what is not known is never silently invented.
 */

const KERNEL = { line: '', release: '', evidence: 'exact' } as const;

function report(spec: KernelSpec, profile: Profile): EvalReport {
  return evalReport(bootKernel(spec, slotsOf(profile)), KERNEL);
}

/** Names that one report has and the other has not, but for those that are said to be unknown. */
function silent(one: readonly string[], other: readonly string[], unknown: Readonly<Record<string, readonly string[]>>): string[] {
  const [here, there] = [new Set(one), new Set(other)];
  return [...one.filter((name) => !there.has(name)), ...other.filter((name) => !here.has(name))].filter((name) => !Object.hasOwn(unknown, name));
}

/** Differences that nobody was told to expect. */
export function inventions(full: EvalReport, lacking: EvalReport): string[] {
  const { unknown } = lacking;
  const texts = Object.keys(full.vulnerabilities).filter(
    (name) => full.vulnerabilities[name] !== lacking.vulnerabilities[name] && !Object.hasOwn(unknown.vulnerabilities, name),
  );
  return [
    ...texts.map((name) => `${name}: ${full.vulnerabilities[name]} -> ${lacking.vulnerabilities[name]}`),
    ...silent(full.cpuinfo.flags, lacking.cpuinfo.flags, unknown.flags).map((name) => `flag ${name}`),
    ...silent(full.cpuinfo.bugs, lacking.cpuinfo.bugs, unknown.bugs).map((name) => `bug ${name}`),
  ];
}

interface Lack {
  readonly what: string;
  readonly profile: Profile;
}

/** Rows that identify the CPU or say how far its leaves go: without them there is no profile. */
const HEADS: readonly number[] = [0, 1, 0x80000000];

function withoutEach({ profile }: ColdRecording): Lack[] {
  const leaves = [...new Set(profile.cpuid.map(({ leaf }) => Number(leaf)))].filter((leaf) => !HEADS.includes(leaf) && (leaf & 0x40000000) === 0);
  const subleaves = profile.cpuid.filter(({ leaf, subleaf }) => Number(subleaf) > 0 && [7, 0xd, 0xf, 0x10].includes(Number(leaf)));
  return [
    { what: 'all MSRs', profile: { ...profile, msrs: {}, absentMsrs: 'unknown' } },
    ...Object.keys(profile.msrs ?? {}).map((index): Lack => {
      const { [index]: _, ...msrs } = profile.msrs!;
      // Every other MSR reads as zero, as in the recordings.
      const rest = Object.fromEntries(OTHERS.filter((one) => Number(one) !== Number(index) && !Object.hasOwn(msrs, one)).map((one) => [one, '0x0']));
      return { what: `MSR ${index}`, profile: { ...profile, msrs: { ...rest, ...msrs }, absentMsrs: 'unknown' } };
    }),
    ...leaves.map(
      (leaf): Lack => ({ what: `leaf 0x${leaf.toString(16)}`, profile: { ...profile, cpuid: profile.cpuid.filter((row) => Number(row.leaf) !== leaf) } }),
    ),
    ...subleaves.map(
      (gone): Lack => ({ what: `leaf ${gone.leaf}.${gone.subleaf}`, profile: { ...profile, cpuid: profile.cpuid.filter((row) => row !== gone) } }),
    ),
    { what: 'revision', profile: { ...profile, microcode: { ...profile.microcode, revision: '0x0', unknown: true } } },
  ];
}

/** A sample: all recordings of all lines, and everything taken out of each, take a minute and gave no invention either. */
const EVERY = 6;

/** MSRs that some kernel asks for. */
const OTHERS = ['0x3a', '0x48', '0x49', '0x10a', '0x122', '0x123', '0x140', '0x1a0', '0xc0011020', '0xc0011029', '0xc0010015'];

for (const { line } of kernelLines) {
  test(`${line}: a profile that lacks something says what rests on it`, async (t) => {
    const wrong: string[] = [];
    let looked = 0;
    let said = 0;
    for (const recording of recordings<ColdRecording>('cold', line).filter((_, at) => at % EVERY === 0)) {
      const spec = await specOf(recording.kernel, recording.cmdline);
      const full = report(spec, recording.profile);
      assert.deepEqual(full.unknown, { vulnerabilities: {}, flags: {}, bugs: {} }, `${recording.id}: a recording knows all`);
      for (const { what, profile } of withoutEach(recording)) {
        const lacking = report(spec, profile);
        looked += 1;
        said += Object.keys(lacking.unknown.vulnerabilities).length;
        wrong.push(...inventions(full, lacking).map((one) => `${recording.id} without ${what}: ${one}`));
      }
    }
    t.diagnostic(`${looked} profiles that lack something, ${said} lines of sysfs said to rest on it, ${wrong.length} inventions`);
    assert.ok(said > 0);
    assert.deepEqual(wrong.slice(0, 20), []);
  });
}
