import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Blob, BlobEffect } from '../../../src/data/contract/blob.ts';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { dryRun } from '../../../src/engine/diff/dry-run.ts';
import { kvmLoad } from '../../../src/engine/events/kvm.ts';
import { type InhibitorChoice, NO_INHIBITION } from '../../../src/engine/inhibitors/ask-inhibitors.ts';
import type { Machine } from '../../../src/engine/model/machine.ts';
import type { DiffReport, FeatureRow, VulnerabilityRow } from '../../../src/engine/model/report.ts';
import type { Otherwise } from '../../../src/engine/policies/load-under-policy.ts';
import { type PolicyId, policyOf } from '../../../src/engine/policies/policy.ts';
import { updated } from '../../../src/engine/silicon/effects.ts';

export const LINES = ['6.1', '6.12', '7.2'] as const;

const folder = join(import.meta.dirname, '../../../cpu-profiles');
const json = <T>(kind: string, id: string): T => JSON.parse(readFileSync(join(folder, kind, `${id}.json`), 'utf8')) as T;

/** One machine and one update, and what is to happen. */
export interface Asked {
  readonly line: string;
  readonly profile: string;
  /** Name of a descriptor, or the effects of a made-up update for that CPU. */
  readonly blob: string | readonly BlobEffect[];
  /** Effects that the CPU has from the start. */
  readonly changes?: readonly BlobEffect[];
  /** Revision that it starts from, in place of the profile's. */
  readonly revision?: number;
  readonly cmdline?: string;
  readonly kvm?: boolean;
  readonly policy?: PolicyId;
  readonly patches?: readonly number[];
  readonly inhibitors?: Partial<InhibitorChoice>;
  readonly earlyRevision?: number;
  readonly cpuRejects?: boolean;
  readonly unknownEffects?: boolean;
  readonly fromRevision?: string;
}

export const profileNamed = (id: string): Profile => json<Profile>('profiles', id);

function blobOf(profile: Profile, { blob, unknownEffects, fromRevision }: Asked): Blob {
  if (typeof blob === 'string') return json<Blob>('blobs', blob);
  const signature = profile.cpuid.find(({ leaf }) => Number(leaf) === 1)!.eax;
  return {
    schema: 'cpueval/blob/1',
    id: 'made-up',
    vendor: 'GenuineIntel',
    revision: `0x${(Number(profile.microcode.revision) + 1).toString(16)}`,
    applies: [{ signature, platformFlags: '0xff' }],
    file: { integrity: 'valid' },
    effects: blob,
    ...(unknownEffects === undefined ? {} : { unknownEffects }),
    ...(fromRevision === undefined ? {} : { fromRevision }),
  };
}

/** What another run needs of the same case. */
export interface Set {
  readonly machine: Machine;
  readonly withModules: (machine: Machine) => Machine;
  readonly load: { readonly blob: Blob; readonly cpuRejects: boolean };
  readonly otherwise: Otherwise;
}

/** Boots the machine of a case. */
export async function setUp(asked: Asked): Promise<Set> {
  const line = kernelLines.find((one) => one.line === asked.line)!;
  const { tables } = await line.load();
  const { kvm: kvmTables } = await line.loadKvm();
  const profile = profileNamed(asked.profile);
  const spec = kernelSpec(tables, { cmdline: asked.cmdline ?? '' });
  const edits: Blob | null = asked.changes ? { ...blobOf(profile, { ...asked, blob: [] }), effects: asked.changes } : null;
  const slots = slotsOf(profile).map((slot) => {
    const revision = asked.revision ?? slot.revision;
    const silicon = edits === null ? slot.silicon : updated(slot.silicon, edits, 'reset');
    return { ...slot, revision, silicon: { ...silicon, revision } };
  });
  const module = profile.cpuid.find(({ leaf }) => Number(leaf) === 0)!.ebx === '0x756e6547' ? 'kvm_intel' : 'kvm_amd';
  const withModules = (machine: Machine): Machine => (asked.kvm ? kvmLoad(machine, module, kvmTables).machine : machine);
  return {
    machine: withModules(bootKernel(spec, slots)),
    withModules,
    load: { blob: blobOf(profile, asked), cpuRejects: asked.cpuRejects ?? false },
    otherwise: {
      policy: policyOf(asked.policy ?? 'mainline', asked.patches),
      inhibitors: { ...NO_INHIBITION, ...asked.inhibitors },
      earlyRevision: asked.earlyRevision ?? null,
    },
  };
}

/** The dry run of a case. */
export async function ask(asked: Asked): Promise<DiffReport> {
  const set = await setUp(asked);
  return dryRun({ ...set, kernel: { line: asked.line, release: '', evidence: 'exact' }, assumptions: [], full: true });
}

/** A row of a file that every kernel line here has. */
export type FileRow = VulnerabilityRow & Readonly<Record<'before' | 'reported' | 'afterReboot', string>>;

/** @returns the row of a file in sysfs. */
export function row(report: DiffReport, name: string): FileRow {
  const found = report.vulnerabilities.find((one) => one.name === name);
  if (found === undefined || found.reported === null) throw new Error(`no row ${name}`);
  return found as FileRow;
}

/** @returns the row of a flag, or undefined. */
export function feature(report: DiffReport, name: string): FeatureRow | undefined {
  return report.features.find((one) => one.name === name);
}

/** @returns what a policy found, by code. */
export function found(report: DiffReport): string[] {
  return (report.reevaluation?.findings ?? []).map(({ code }) => code);
}
