import type { Blob, BlobEffect } from '../../../src/data/contract/blob.ts';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { dryRun } from '../../../src/engine/diff/dry-run.ts';
import { cpuOffline, cpuOnline } from '../../../src/engine/events/hotplug.ts';
import { kvmLoad } from '../../../src/engine/events/kvm.ts';
import { lateLoad } from '../../../src/engine/events/microcode-late-load.ts';
import type { Machine } from '../../../src/engine/model/machine.ts';
import type { DiffReport } from '../../../src/engine/model/report.ts';
import { updated } from '../../../src/engine/silicon/effects.ts';
import { kvmTablesOf, recording, specOf } from '../../golden/recordings.ts';
import type { Case, Line } from './case.ts';

const RELEASES: Readonly<Record<Line, string>> = { '6.1': '6.1.176-oracle', '6.12': '6.12.107-oracle', '7.2': '7.2.13-oracle' };

function profileOf(one: Case): Profile {
  const { profile } = recording<{ profile: Profile }>(one.profile);
  return one.from === undefined ? profile : { ...profile, microcode: { ...profile.microcode, revision: one.from } };
}

function signatureOf(profile: Profile): string {
  return profile.cpuid.find(({ leaf }) => Number(leaf) === 1)!.eax;
}

function vendorOf(profile: Profile): Blob['vendor'] {
  // EBX of leaf 0 holds the first four letters: `Genu` or `Auth`.
  return Number(profile.cpuid.find(({ leaf }) => Number(leaf) === 0)!.ebx) === 0x756e6547 ? 'GenuineIntel' : 'AuthenticAMD';
}

function blobOf(one: Case, profile: Profile): Blob {
  const vendor = vendorOf(profile);
  const target = vendor === 'GenuineIntel' ? { platformFlags: '0xff' } : {};
  return {
    schema: 'cpueval/blob/1',
    id: one.row,
    vendor,
    revision: one.revision,
    applies: [{ signature: signatureOf(profile), ...target }],
    effects: one.effects,
  };
}

/** The case's CPU: effects serve as edits, before anything boots. */
function slotsFor(one: Case, profile: Profile) {
  const slots = slotsOf(profile);
  if (!one.changes) return slots;
  const edits = { ...blobOf(one, profile), effects: one.changes as readonly BlobEffect[] };
  return slots.map((slot) => ({ ...slot, silicon: { ...updated(slot.silicon, edits, 'reset'), revision: slot.silicon.revision } }));
}

export interface Played {
  readonly report: DiffReport;
  readonly late: Machine;
  /** After the load CPU 1 goes off and comes back. */
  readonly hotplugged: () => Machine;
}

/** Runs a case on one line. */
export async function play(one: Case, line: Line, off: boolean): Promise<Played> {
  const profile = profileOf(one);
  const recorded = await specOf(RELEASES[line], '');
  const cmdline = [vendorOf(profile) === 'AuthenticAMD' ? 'microcode.amd_sha_check=off' : '', one.cmdline ?? '', off ? 'mitigations=off' : ''].join(' ').trim();
  const spec = kernelSpec(recorded.tables, { cmdline, config: { ...recorded.config, ...one.config } });
  const kvm = await kvmTablesOf(RELEASES[line]);
  const withModules = (machine: Machine): Machine => (one.modules ?? []).reduce((now, module) => kvmLoad(now, module, kvm, '').machine, machine);
  const before = withModules(bootKernel(spec, slotsFor(one, profile)));
  const load = { blob: blobOf(one, profile), cpuRejects: false };
  const report = dryRun({ machine: before, withModules, kernel: { line, release: RELEASES[line], evidence: 'exact' }, load, assumptions: [], full: true });
  const late = lateLoad(before, load).machine;
  return { report, late, hotplugged: () => cpuOnline(cpuOffline(late, 1).machine, 1).machine };
}
