import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Blob, BlobEffect } from '../../../src/data/contract/blob.ts';
import type { CpuidRow, MsrValues, Profile } from '../../../src/data/contract/profile.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { type EventContext, type MachineEvent, transition } from '../../../src/engine/events/index.ts';
import { ledger } from '../../../src/engine/ledger/index.ts';
import type { Finding, Machine } from '../../../src/engine/model/machine.ts';
import type { SnapshotRow } from '../../../src/engine/model/report.ts';

const folder = join(import.meta.dirname, '../../../cpu-profiles');

/** @returns a profile of cpu-profiles/, with MSRs and CPUID rows over its own. */
export function profileNamed(name: string, msrs: MsrValues = {}, cpuid: readonly CpuidRow[] = []): Profile {
  const profile = JSON.parse(readFileSync(join(folder, 'profiles', `${name}.json`), 'utf8')) as Profile;
  const other = ({ leaf, subleaf }: CpuidRow): boolean => !cpuid.some((row) => Number(row.leaf) === Number(leaf) && Number(row.subleaf) === Number(subleaf));
  return { ...profile, cpuid: [...profile.cpuid.filter(other), ...cpuid], msrs: { ...profile.msrs, ...msrs } };
}

/** @returns a blob of cpu-profiles/. */
export function blobNamed(name: string): Blob {
  return JSON.parse(readFileSync(join(folder, 'blobs', `${name}.json`), 'utf8')) as Blob;
}

/** @returns an update for the CPU of a profile with effects of our own: what it takes to make one holder stale. */
export function blobFor(profile: Profile, effects: readonly BlobEffect[], revision = `0x${(Number(profile.microcode.revision) + 1).toString(16)}`): Blob {
  const signature = profile.cpuid.find(({ leaf }) => Number(leaf) === 1)!.eax;
  const intel = profile.cpuid.find(({ leaf }) => Number(leaf) === 0)!.ebx === '0x756e6547';
  const applies = intel ? { signature, platformFlags: '0xff' } : { signature, equivalenceId: '0xa011' };
  return { schema: 'cpueval/blob/1', id: 'made-up', vendor: intel ? 'GenuineIntel' : 'AuthenticAMD', revision, applies: [applies], effects };
}

export interface Setup {
  readonly profile: Profile;
  readonly blob: Blob;
  readonly line?: string;
  readonly cmdline?: string;
}

/** Everything that events of a test need. */
export async function contextOf({ profile, blob, line = '6.12', cmdline = '' }: Setup): Promise<EventContext> {
  const found = kernelLines.find((one) => one.line === line)!;
  const { tables } = await found.load();
  const { kvm } = await found.loadKvm();
  return { spec: kernelSpec(tables, { cmdline }), slots: slotsOf(profile), kvmTables: kvm, load: { blob, cpuRejects: false }, early: 'same' };
}

export interface Played {
  readonly machine: Machine;
  readonly findings: readonly Finding[];
  readonly refused: boolean;
}

/** Plays events from a machine on; `boot` first where there is none. */
export function playOn(context: EventContext, machine: Machine | null, events: readonly MachineEvent[]): Played {
  let now: Played = { machine: machine!, findings: [], refused: false };
  for (const event of machine === null ? [{ type: 'boot' } as MachineEvent, ...events] : events) {
    const next = transition(now.machine ?? null, event, context);
    now = { machine: next.machine!, findings: next.findings, refused: next.refused };
  }
  return now;
}

/** @returns the row of a holder. */
export function rowOf(machine: Machine, holder: string): SnapshotRow | undefined {
  return ledger(machine).find((row) => row.holder === holder);
}

/** @returns holders that are stale. */
export function staleHolders(machine: Machine): string[] {
  return ledger(machine)
    .filter(({ stale }) => stale)
    .map(({ holder }) => holder);
}
