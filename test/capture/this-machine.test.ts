import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { shorten } from '../../src/base/escape.ts';
import { type CaptureOutcome, captureProfile } from '../../src/capture/capture-profile.ts';
import { nodeReader } from '../../src/capture/node-reader.ts';
import { captureMachine } from '../../src/cli/capture-machine.ts';
import { type ChosenKernel, kernelOf } from '../../src/cli/kernel-options.ts';
import { machineOf } from '../../src/cli/machine.ts';
import { cpuidBits } from '../../src/data/bits/index.ts';
import type { Profile } from '../../src/data/contract/profile.ts';
import { cpuinfoDerivedFlags, cpuinfoFlags } from '../../src/data/names/cpuinfo-flags.ts';
import type { EvalReport } from '../../src/engine/model/report.ts';
import { evalReport } from '../../src/engine/report/eval-report.ts';
import { isSet } from '../../src/engine/silicon/refs.ts';
import { siliconOf } from '../../src/engine/silicon/silicon.ts';
import { proc } from '../../src/importers/proc.ts';
import { validateProfile } from '../../src/schema/validate-profile.ts';
import { asCpuinfo } from '../../src/views/as-cpuinfo.ts';
import { asSysfs } from '../../src/views/as-sysfs.ts';

const CPUINFO = '/proc/cpuinfo';
const FOLDER = '/sys/devices/system/cpu/vulnerabilities';

/** One thing that this machine and the engine may say differently. */
interface Row {
  readonly what: string;
  readonly machine: string;
  readonly engine: string;
}

interface Evaluated {
  readonly profile: Profile;
  readonly report: EvalReport;
  readonly kernel: ChosenKernel;
  /** MSRs that the engine asked for and nobody knows. */
  readonly unknown: readonly string[];
}

async function evaluate({ profile, problems }: CaptureOutcome): Promise<Evaluated> {
  assert.ok(profile, JSON.stringify(problems));
  assert.deepEqual(validateProfile(profile), []);
  const kernel = await kernelOf({ config: [] }, profile);
  assert.ok(kernel.value, JSON.stringify(kernel.problems));
  const running = await machineOf({ value: profile, file: 'live', path: null }, kernel.value, { modules: [], guests: [] });
  assert.ok(running.value, JSON.stringify(running.problems));
  const { machine } = running.value;
  return { profile, report: evalReport(machine, kernel.value.report), kernel: kernel.value, unknown: [...machine.kernel.trace.unknown] };
}

/** The causes that a difference may have, the first that holds; null: none does, and the engine or the capture is wrong. */
function causeOf({ profile, kernel, unknown }: Evaluated, row: Row): string | null {
  const { choice, report } = kernel;
  if (profile.partial) return 'partial: registers were rebuilt from names';
  if (profile.msrs === undefined && unknown.length > 0 && /^(bug|flag ibrs|flag ssbd|\/)/.test(row.what))
    return `MSRs are not to be had here: ${unknown.join(' ')}`;
  if (choice.vendor !== null) return `vendor kernel: ${choice.vendor} backports`;
  if (report.evidence !== 'exact') return `${report.evidence === 'nearest' ? 'nearest line' : 'same line'}: ${report.release} answers for ${choice.asked}`;
  return null;
}

/** The first paragraph of a text as /proc/cpuinfo has it, by the fields that decide here. */
function paragraph(text: string): Map<string, string> {
  const lines = (text.split('\n\n')[0] ?? '').split('\n').map((line) => line.split(/\s*:\s?/, 2) as [string, string]);
  return new Map(lines.map(([name, value]) => [name.trim(), (value ?? '').trim()]));
}

function nameRows(kind: string, machine: string | undefined, engine: string | undefined): Row[] {
  const [here, there] = [machine, engine].map((text) => new Set((text ?? '').split(' ').filter(Boolean))) as [Set<string>, Set<string>];
  return [...new Set([...here, ...there])].map((name) => ({
    what: `${kind} ${name}`,
    machine: here.has(name) ? 'yes' : 'no',
    engine: there.has(name) ? 'yes' : 'no',
  }));
}

function cpuinfoRows({ report }: Evaluated): Row[] {
  const [machine, engine] = [paragraph(readFileSync(CPUINFO, 'utf8')), paragraph(asCpuinfo(report))];
  const fields = ['vendor_id', 'cpu family', 'model', 'stepping', 'microcode', 'model name'].filter((name) => machine.has(name));
  return [
    ...fields.map((name) => ({ what: name, machine: machine.get(name) ?? '', engine: engine.get(name) ?? '' })),
    { what: 'the line flags, in its order', machine: machine.get('flags') ?? '', engine: engine.get('flags') ?? '' },
    ...nameRows('flag', machine.get('flags'), engine.get('flags')),
    ...nameRows('bug', machine.get('bugs'), engine.get('bugs')),
  ];
}

function sysfsRows({ report }: Evaluated): Row[] {
  const engine = new Map(
    asSysfs(report)
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
  const here = existsSync(FOLDER) ? readdirSync(FOLDER).sort() : [];
  const machine = new Map(here.map((name) => [join(FOLDER, name), readFileSync(join(FOLDER, name), 'utf8').trim()]));
  return [...new Set([...machine.keys(), ...engine.keys()])].map((what) => ({
    what,
    machine: machine.get(what) ?? '(no such file)',
    engine: engine.get(what) ?? '(no such file)',
  }));
}

/** Prints the rows that differ with their causes, and the others as a number; fails on a difference without a cause. */
function compare(t: TestContext, evaluated: Evaluated, rows: readonly Row[]): void {
  const differing = rows.filter(({ machine, engine }) => machine !== engine);
  const { choice, report } = evaluated.kernel;
  t.diagnostic(
    `this machine: ${evaluated.report.cpu.name} ${evaluated.report.cpu.signature}, kernel ${choice.asked} (${report.release}, ${report.evidence}): ${rows.length - differing.length} of ${rows.length} the same`,
  );
  const explained = differing.map((row) => ({ ...row, cause: causeOf(evaluated, row) }));
  for (const { what, machine, engine, cause } of explained)
    t.diagnostic(`this machine: ${what} | says ${shorten(machine)} | engine ${shorten(engine)} | ${cause ?? 'UNEXPLAINED'}`);
  // Causes excuse single names; a kernel that says another thing altogether was not understood.
  assert.ok(rows.length > 0 && (evaluated.profile.partial || differing.length <= rows.length / 8), `${differing.length} of ${rows.length} differ`);
  assert.deepEqual(
    explained.filter(({ cause }) => cause === null),
    [],
  );
}

/** CPUID bits that the kernel makes a flag of; none where it makes it by itself. */
function bitsOf(flag: string): string[] {
  const macro = cpuinfoFlags[flag] ?? flag.toUpperCase();
  return cpuidBits.filter(({ linux }) => linux === macro).map(({ ref }) => ref);
}

function skipped(): string | false {
  if (arch() !== 'x64' && arch() !== 'ia32') return 'this is no x86 machine';
  return existsSync(CPUINFO) && /^flags\s*:/m.test(readFileSync(CPUINFO, 'utf8')) ? false : 'no /proc/cpuinfo with flags here';
}

test('this machine: what `eval --as cpuinfo` prints of it, beside its own /proc/cpuinfo', { skip: skipped() }, async (t) => {
  const evaluated = await evaluate(await captureMachine({ root: '/', anonymous: false }));
  for (const note of evaluated.profile.source.notes ?? []) t.diagnostic(`this machine: ${note}`);
  const rows = cpuinfoRows(evaluated);
  // Whatever a kernel, hypervisor or missing MSR changes: this is the CPU that was asked.
  for (const { what, machine, engine } of rows)
    if (['vendor_id', 'cpu family', 'model', 'stepping', 'microcode'].includes(what)) assert.equal(engine, machine, what);
  compare(t, evaluated, rows);
});

test('this machine: what `eval --as sysfs` prints of it, beside its own files', {
  skip: skipped() || (existsSync(FOLDER) ? false : `no ${FOLDER} here`),
}, async (t) => {
  const evaluated = await evaluate(await captureMachine({ root: '/', anonymous: false }));
  compare(t, evaluated, sysfsRows(evaluated));
});

test('this machine by its flags alone, as without root: the same CPU, and every difference because registers are rebuilt', { skip: skipped() }, async (t) => {
  const bytes = readFileSync(CPUINFO);
  const names = { name: 'the flags in /proc/cpuinfo', read: () => proc.import({ name: 'cpuinfo', files: [{ name: 'cpuinfo', bytes }] }).profiles[0] ?? null };
  const evaluated = await evaluate(captureProfile({ ...nodeReader('/'), open: () => 'denied' }, { fallbacks: [names] }));
  assert.equal(evaluated.profile.partial, true);
  const rows = cpuinfoRows(evaluated);
  for (const { what, machine, engine } of rows)
    if (['vendor_id', 'cpu family', 'model', 'stepping', 'microcode'].includes(what)) assert.equal(engine, machine, what);
  // The engine may not switch on what hangs on a leaf that no name tells, such as XSAVE; but the bit of every flag has to be there.
  const flags = rows.filter(({ what, machine }) => what.startsWith('flag ') && machine === 'yes').map(({ what }) => what.slice('flag '.length));
  const without = flags.filter((flag) => bitsOf(flag).length > 0 && !bitsOf(flag).some((ref) => isSet(siliconOf(evaluated.profile), ref)));
  assert.ok(flags.length > 20);
  assert.deepEqual(
    without.filter((flag) => !Object.hasOwn(cpuinfoDerivedFlags, flag)),
    [],
  );
  compare(t, evaluated, [...rows, ...sysfsRows(evaluated)]);
});
