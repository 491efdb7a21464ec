import assert from 'node:assert/strict';
import test from 'node:test';
import { captureProfile } from '../../src/capture/capture-profile.ts';
import type { CpuidRow, Profile } from '../../src/data/contract/profile.ts';
import { bootKernel } from '../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import type { Machine } from '../../src/engine/model/machine.ts';
import { evalReport } from '../../src/engine/report/eval-report.ts';
import { validateProfile } from '../../src/schema/validate-profile.ts';
import { changed, register } from '../fixtures/capture/built-in-profile.ts';
import { fakeReader, machineOf } from '../fixtures/capture/fake-machine.ts';
import { type ColdRecording, recordings, specOf } from '../golden/recordings.ts';

/** What CPUID answers while a kernel runs: features that it has hidden by MSR, and bits that follow CR4 and XCR0. */
function hiddenBy(machine: Machine, rows: readonly CpuidRow[]): readonly CpuidRow[] {
  const { written } = machine.kernel;
  const hides = (index: number, bit: number, on: boolean): boolean =>
    written.has(index) && (((written.get(index) ?? 0n) >> BigInt(bit)) & 1n) === (on ? 1n : 0n);
  let found = rows;
  if (hides(0x122, 1, true) || hides(0x10f, 1, true)) found = changed(found, 7, 0, 'ebx', 0, (1 << 11) | (1 << 4));
  if (hides(0xc0011004, 62, false)) found = changed(found, 1, 0, 'ecx', 0, 1 << 30);
  if (hides(0xc0011002, 18, false)) found = changed(found, 7, 0, 'ebx', 0, 1 << 18);
  return changed(found, 1, 0, 'ecx', (register(rows, 1, 0, 'ecx') & (1 << 26)) << 1);
}

/** The recorded machine as its own kernel leaves it for a capture. */
function whileRunning(profile: Profile, machine: Machine): Profile {
  const written = [...machine.kernel.written].map(([index, value]) => [`0x${index.toString(16)}`, `0x${value.toString(16)}`]);
  const own = Object.entries(profile.msrs ?? {}).filter(([index]) => !machine.kernel.written.has(Number(index)));
  return { ...profile, cpuid: hiddenBy(machine, profile.cpuid), msrs: Object.fromEntries([...own, ...written]) as Record<string, string | null> };
}

function sysfsOf({ expect }: ColdRecording): Record<string, string> {
  const said = Object.entries(expect.vulnerabilities).map(([name, text]) => [`sys/devices/system/cpu/vulnerabilities/${name}`, `${text}\n`]);
  return { ...Object.fromEntries(said), 'proc/cpuinfo': `processor\t: 0\nbugs\t\t: ${expect.bugs.join(' ')}\n` };
}

/** What no capture can see: which writes an MSR would accept, what a kernel finds by trying, and that the simulation has zeros for what is not listed. */
function withUnseen(captured: Profile, { msrWritable, behaviours, absentMsrs = 'unknown' }: Profile): Profile {
  return { ...captured, absentMsrs, ...(msrWritable ? { msrWritable } : {}), ...(behaviours ? { behaviours } : {}) };
}

for (const line of ['6.1', '6.12', '7.2']) {
  test(`a capture from a running ${line} gives the machine that this kernel was booted on`, async (t) => {
    const all = recordings<ColdRecording>('cold', line);
    let hidden = 0;
    for (const one of all) {
      const spec = await specOf(one.kernel, one.cmdline);
      const machine = bootKernel(spec, slotsOf(one.profile));
      const running = whileRunning(one.profile, machine);
      const captured = captureProfile(fakeReader(machineOf(running, sysfsOf(one))));
      assert.ok(captured.profile, one.id);
      assert.deepEqual(validateProfile(captured.profile), [], one.id);
      if (captured.notes.some((note) => note.includes('put back'))) hidden += 1;
      const report = evalReport(bootKernel(spec, slotsOf(withUnseen(captured.profile, one.profile))), { line, release: one.kernel, evidence: 'exact' });
      assert.deepEqual(report.cpuinfo.flags, one.expect.flags, `${one.id}: flags`);
      assert.deepEqual(report.cpuinfo.bugs, one.expect.bugs, `${one.id}: bugs`);
      assert.deepEqual(report.vulnerabilities, one.expect.vulnerabilities, `${one.id}: vulnerabilities`);
      assert.equal(report.cpu.microcode, one.expect.microcode, `${one.id}: microcode`);
    }
    t.diagnostic(`${all.length} machines, on ${hidden} of them something was put back`);
    assert.ok(all.length > 20 && hidden > 2, `${all.length} machines, ${hidden} with hidden bits`);
  });
}
