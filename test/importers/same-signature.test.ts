import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { CpuidRow, Profile } from '../../src/data/contract/profile.ts';
import type { KernelSpec } from '../../src/engine/boot/boot.ts';
import { bootKernel } from '../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import type { EvalReport } from '../../src/engine/model/report.ts';
import { evalReport } from '../../src/engine/report/eval-report.ts';
import { detectImporter, type ImportInput } from '../../src/importers/index.ts';
import { type ColdRecording, recordings, specOf } from '../golden/recordings.ts';
import { dumpInput, fixture, sharedDumps } from './inputs.ts';

const LINE = '6.12';
const at = (row: CpuidRow): string => `${Number(row.leaf).toString(16)}.${Number(row.subleaf).toString(16)}`;
const rowAt = (profile: Profile, key: string): CpuidRow | undefined => profile.cpuid.find((row) => at(row) === key);

function identityOf(profile: Profile): string {
  return `${Number(rowAt(profile, '0.0')?.ebx)} ${Number(rowAt(profile, '1.0')?.eax)}`;
}

/** Recordings without options on a bare machine, the last (newest microcode) of each signature. */
function recordedCpus(): Map<string, ColdRecording> {
  const plain = recordings<ColdRecording>('cold', LINE).filter(({ id }) => !id.includes('--') && !/(?:^|\/)hv-/.test(id));
  return new Map(plain.map((one) => [identityOf(one.profile), one]));
}

/** What two profiles of one CPU may say differently, each as a way to give the first what the second has. */
function substitutions(dump: Profile, recorded: Profile): readonly (readonly [cause: string, take: (profile: Profile) => Profile])[] {
  const keys = [...new Set([...dump.cpuid, ...recorded.cpuid].map(at))];
  const leaves = keys.filter((key) => JSON.stringify(rowAt(dump, key)) !== JSON.stringify(rowAt(recorded, key)));
  const fields = ['msrs', 'absentMsrs', 'msrWritable', 'microcode', 'behaviours', 'topology', 'absentLeaves', 'otherCores', 'partial', 'known'] as const;
  return [
    ...leaves.map((key) => {
      const row = rowAt(recorded, key);
      const take = (profile: Profile): Profile => ({ ...profile, cpuid: [...profile.cpuid.filter((one) => at(one) !== key), ...(row ? [row] : [])] });
      return [rowAt(dump, key) ? `CPUID 0x${key} differs` : `the dump has no CPUID 0x${key}`, take] as const;
    }),
    ...fields.map(
      (field) =>
        [`${field} differ${dump[field] === undefined ? ': the dump has none' : ''}`, (p: Profile): Profile => ({ ...p, [field]: recorded[field] })] as const,
    ),
  ];
}

function evaluate(spec: KernelSpec, profile: Profile): EvalReport {
  return evalReport(bootKernel(spec, slotsOf(profile)), { line: LINE, release: LINE, evidence: 'exact' });
}

/** Which difference of the profiles makes a flag differ: one of them alone, else the one that completes it; null: none does. */
function causesOf(spec: KernelSpec, dump: Profile, recorded: Profile, flags: readonly string[]): Map<string, string> {
  const causes = new Map<string, string>();
  const has = (profile: Profile): Set<string> => new Set(evaluate(spec, profile).cpuinfo.flags);
  const [wanted, before] = [has(recorded), has(dump)];
  const settle = (profile: Profile, cause: string): void => {
    const now = has(profile);
    for (const flag of flags) if (!causes.has(flag) && now.has(flag) === wanted.has(flag) && now.has(flag) !== before.has(flag)) causes.set(flag, cause);
  };
  const all = substitutions(dump, recorded);
  for (const [cause, take] of all) settle(take(dump), cause);
  let merged = dump;
  for (const [cause, take] of all) {
    merged = take(merged);
    settle(merged, `several, of them: ${cause}`);
  }
  return causes;
}

/** Prints the flags that differ by their cause; @returns those without one. */
async function compare(t: TestContext, name: string, dump: Profile, recording: ColdRecording): Promise<string[]> {
  const spec = await specOf(recording.kernel, recording.cmdline);
  const here = new Set(evaluate(spec, dump).cpuinfo.flags);
  const there = new Set(recording.expect.flags);
  const differing = [...new Set([...here, ...there])].filter((flag) => here.has(flag) !== there.has(flag));
  const causes = causesOf(spec, dump, recording.profile, differing);
  const byCause = new Map<string, string[]>();
  for (const flag of differing) {
    const cause = causes.get(flag) ?? 'UNEXPLAINED';
    byCause.set(cause, [...(byCause.get(cause) ?? []), `${here.has(flag) ? '+' : '-'}${flag}`]);
  }
  t.diagnostic(`${name} (${dump.title}) beside the recording ${recording.id}: ${differing.length} flags differ`);
  for (const [cause, flags] of byCause) t.diagnostic(`  ${cause}: ${flags.join(' ')}`);
  return byCause.get('UNEXPLAINED') ?? [];
}

async function compareAll(t: TestContext, inputs: readonly ImportInput[]): Promise<void> {
  const known = recordedCpus();
  let compared = 0;
  for (const input of inputs) {
    for (const profile of (await detectImporter(input))?.import(input).profiles ?? []) {
      evaluate(await specOf('6.12.107-oracle', ''), profile);
      const recording = known.get(identityOf(profile));
      if (!recording) continue;
      assert.deepEqual(await compare(t, input.name, profile, recording), [], input.name);
      compared += 1;
    }
  }
  assert.ok(compared > 0);
  t.diagnostic(`${compared} of ${inputs.length} inputs compared; all were evaluated`);
}

test('fixtures of every format are evaluated, and flags that a recording of the same signature has otherwise are explained', async (t) => {
  const names = [
    'aida64-headed.txt',
    'cpuid-one.txt',
    'kcpuid.txt',
    'libcpuid.test',
    'hwloc',
    'libvirt.xml',
    'rjcp.xml',
    'firecracker-fingerprint.json',
    'qemu.json',
  ];
  await compareAll(t, [...names, 'virsh-capabilities.xml', 'lscpu.json', 'cpuinfo'].map(fixture));
});

test('dumps of other projects are evaluated, and flags that a recording of the same signature has otherwise are explained', async (t) => {
  const root = sharedDumps();
  if (root === null) return t.skip('no ../shared/dumps beside the repository');
  const sets = readdirSync(root, { withFileTypes: true }).filter((set) => set.isDirectory());
  const files = sets.flatMap(({ name: set }) =>
    readdirSync(join(root, set))
      .filter((file) => file !== 'expected' && file !== 'LICENSE')
      .map((file) => join(root, set, file)),
  );
  await compareAll(
    t,
    files.map((path) => dumpInput(path, path.slice(root.length + 1))),
  );
});
