import assert from 'node:assert/strict';
import test from 'node:test';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { evalReport } from '../../../src/engine/report/eval-report.ts';
import { type ColdRecording, recordings, specOf } from '../../golden/recordings.ts';

/** The twelve letters of leaf 0, as EBX, EDX and ECX hold them. */
function vendorRow(name: string): Record<'ebx' | 'edx' | 'ecx', string> {
  const at = (from: number): string => `0x${Buffer.from(name, 'latin1').readUInt32LE(from).toString(16)}`;
  return { ebx: at(0), edx: at(4), ecx: at(8) };
}

test('only Intel, AMD and Hygon code reads the microcode revision', async () => {
  const one = recordings<ColdRecording>('cold', '6.12').find(({ id }) => id === '6.12/skl-gds/debian')!;
  for (const [vendor, expected] of [
    ['GenuineIntel', '0xf4'],
    ['CentaurHauls', null],
    ['  Shanghai  ', null],
  ] as const) {
    const cpuid = one.profile.cpuid.map((row) => (Number(row.leaf) === 0 ? { ...row, ...vendorRow(vendor) } : row));
    const machine = bootKernel(await specOf(one.kernel, ''), slotsOf({ ...one.profile, cpuid }));
    assert.equal(evalReport(machine, { line: '6.12', release: one.kernel, evidence: 'exact' }).cpu.microcode, expected, vendor);
  }
});
