import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { backports } from '../../../src/data/kernels/backports.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { chooseKernel } from '../../../src/engine/kernel/choose-kernel.ts';
import { guestArchCapabilities } from '../../../src/engine/kvm/arch-capabilities.ts';
import { bootAt, profileNamed } from './boot-at.ts';

const CASCADE_LAKE = profileNamed('cascadelake-06-55-07-5000021');
const SKYLAKE = profileNamed('skylake-06-5e-03-f0');
const NAPLES = profileNamed('naples-17-01-02-8001207');
const ROME = profileNamed('rome-17-31-00-8301055');

/** The recorded CPUs hide XSAVES. */
function withXsaves(profile: Profile): Profile {
  return { ...profile, cpuid: profile.cpuid.map((row) => (Number(row.leaf) === 0xd && Number(row.subleaf) === 1 ? { ...row, eax: '0xf' } : row)) };
}

const line = async (kernel: string, profile = CASCADE_LAKE, cmdline = ''): Promise<string> =>
  (await bootAt(kernel, profile, cmdline)).vulnerabilities.spectre_v2 ?? '';

test('spectre_v2: commas and no word of BHI before 6.1.85', async () => {
  assert.equal(await line('6.1.83'), 'Mitigation: Enhanced IBRS, IBPB: conditional, RSB filling, PBRSB-eIBRS: SW sequence');
  assert.match(await line('6.1.85'), /; PBRSB-eIBRS: SW sequence; BHI: /);
});

test('spectre_v2: the RSB is filled with eIBRS too until 6.1.136 and 6.12.26', async () => {
  for (const [last, first] of [
    ['6.1.135', '6.1.136'],
    ['6.12.25', '6.12.26'],
  ] as const) {
    assert.match(await line(last), /; RSB filling; /);
    assert.doesNotMatch(await line(first), /RSB filling/);
  }
});

test('spectre_v2: retpolines without eIBRS fill the RSB in every release', async () => {
  for (const kernel of ['6.1.100', '6.1.150', '6.12.10', '6.12']) assert.match(await line(kernel, CASCADE_LAKE, 'spectre_v2=retpoline'), /; RSB filling/);
});

test('spectre_v2: LFENCE stood alone until its strings said so themselves', async () => {
  for (const [last, first] of [
    ['6.1.158', '6.1.159'],
    ['6.12.56', '6.12.57'],
  ] as const) {
    assert.equal(await line(last, CASCADE_LAKE, 'spectre_v2=retpoline,lfence'), 'Vulnerable: LFENCE');
    assert.match(await line(first, CASCADE_LAKE, 'spectre_v2=retpoline,lfence'), /^Vulnerable: LFENCE; IBPB/);
  }
});

test('STIBP was not needed beside legacy IBRS until 6.1.16', async () => {
  assert.doesNotMatch(await line('6.1.15', SKYLAKE), /STIBP/);
  assert.match(await line('6.1.16', SKYLAKE), /STIBP: conditional/);
});

test('retbleed=unret on Intel: chosen and useless on 6.1 and before 6.12.57, not chosen after', async () => {
  const retbleed = async (kernel: string): Promise<string> =>
    (await bootAt(kernel, SKYLAKE, 'spectre_v2=retpoline retbleed=unret')).vulnerabilities.retbleed ?? '';
  for (const kernel of ['6.1', '6.1.100', '6.12.56']) assert.equal(await retbleed(kernel), 'Vulnerable: untrained return thunk / IBPB on non-AMD based uarch');
  assert.equal(await retbleed('6.12.57'), 'Vulnerable');
});

test('XSAVES: on every Zen at first, off on Zen 1 and 2 from 6.1.20, on Zen 1 again from 6.1.173', async () => {
  const xsaves = async (kernel: string, profile: Profile): Promise<boolean> => (await bootAt(kernel, withXsaves(profile))).cpuinfo.flags.includes('xsaves');
  assert.deepEqual([await xsaves('6.1.19', NAPLES), await xsaves('6.1.20', NAPLES), await xsaves('6.1.173', NAPLES)], [true, false, true]);
  assert.deepEqual([await xsaves('6.1.19', ROME), await xsaves('6.1.20', ROME), await xsaves('6.1.173', ROME)], [true, false, false]);
});

test('KVM promises nothing about bugs it does not know', async () => {
  const offered = async (kernel: string): Promise<bigint> => {
    const { tables } = await chooseKernel(kernel)!.line.load();
    return guestArchCapabilities(bootKernel(kernelSpec(tables), slotsOf(CASCADE_LAKE)).kernel, 0n);
  };
  const [RFDS_NO, GDS_NO] = [1n << 27n, 1n << 26n];
  assert.deepEqual([(await offered('6.1.81')) & RFDS_NO, (await offered('6.1.82')) & RFDS_NO], [0n, RFDS_NO]);
  assert.equal((await offered('6.1.43')) & GDS_NO, 0n);
});

test('every clause that a row switches is read by the engine', () => {
  const engine = join(import.meta.dirname, '../../../src/engine');
  const files = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const code = files.map((name) => readFileSync(join(engine, name), 'utf8')).join('\n');
  for (const row of backports) if (row.kind === 'trait') assert.ok(code.includes(`'${row.what}'`), row.what);
});
