import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Blob } from '../../src/data/contract/blob.ts';
import type { Profile } from '../../src/data/contract/profile.ts';
import { kernelLines } from '../../src/data/kernels/index.ts';
import type { KvmTables } from '../../src/data/kernels/types.ts';
import type { KernelSpec } from '../../src/engine/boot/boot.ts';
import { kernelSpec } from '../../src/engine/boot/kernel-spec.ts';

const here = import.meta.dirname;

export interface State {
  readonly flags: readonly string[];
  readonly bugs: readonly string[];
  readonly vulnerabilities: Readonly<Record<string, string>>;
  readonly smt: { readonly control: string; readonly active: boolean };
  readonly tainted: number;
  readonly microcode: string;
  readonly vmxFlags?: readonly string[];
  readonly kvm?: { readonly caps: Readonly<Record<string, string>>; readonly archCapabilities: string | null };
  readonly vulnerabilitiesWithKvm?: Readonly<Record<string, string>>;
  readonly otherCpusDiffer?: unknown;
  readonly log?: readonly string[];
}

export interface ColdRecording {
  readonly id: string;
  readonly kernel: string;
  readonly cmdline: string;
  readonly profile: Profile;
  readonly expect: State;
  readonly kvmModule?: string;
  readonly kvmParameters?: string;
}

export interface LateRecording {
  readonly id: string;
  readonly kernel: string;
  readonly cmdline: string;
  readonly profile: Profile;
  readonly modules: readonly string[];
  readonly kvmParameters: string;
  readonly blob: Blob;
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string; readonly base64?: string }[];
  readonly cpuRejects: boolean;
  readonly before: State;
  readonly load: { readonly errno: number; readonly tainted: number; readonly log: readonly string[] };
  readonly after: State;
  readonly afterKvmReload?: State;
  readonly afterHotplug?: State;
  readonly coldAfter?: State;
}

interface KernelFacts {
  readonly line: string;
  readonly config: Readonly<Record<string, string>>;
}

const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(here, ...path), 'utf8'));

/** @returns every recording of a kind and line, found by walking the folder. */
export function recordings<T>(kind: 'cold' | 'late' | 'engaged', line: string): T[] {
  return readdirSync(join(here, kind, line)).map((file) => json(kind, line, file) as T);
}

/** @returns one recording by its path below this folder. */
export function recording<T>(path: string): T {
  return json(path) as T;
}

const specs = new Map<string, KernelSpec>();

/** The kernel of a recording: its line's tables, its own configuration. */
export async function specOf(release: string, cmdline: string): Promise<KernelSpec> {
  const key = `${release}\n${cmdline}`;
  const known = specs.get(key);
  if (known) return known;
  const facts = json('kernels', `${release}.json`) as KernelFacts;
  const { tables } = await kernelLines.find((one) => one.line === facts.line)!.load();
  const spec = kernelSpec(tables, { cmdline, config: facts.config });
  specs.set(key, spec);
  return spec;
}

const kvmTables = new Map<string, KvmTables>();

/** KVM's tables for the kernel of a recording. */
export async function kvmTablesOf(release: string): Promise<KvmTables> {
  const { line } = json('kernels', `${release}.json`) as KernelFacts;
  const known = kvmTables.get(line) ?? (await kernelLines.find((one) => one.line === line)!.loadKvm()).kvm;
  kvmTables.set(line, known);
  return known;
}

/** Only the registers that were recorded: KVM answers more. */
export function recordedCaps(caps: Readonly<Record<string, string>>, expected: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(expected).map((register) => [register, caps[register]]));
}

/** Taint bits of a recorded mask by name. */
export function taintNames(mask: number): string[] {
  const names: string[] = [];
  if (mask & 4) names.push('CPU_OUT_OF_SPEC');
  if (mask & 512) names.push('WARN');
  return names;
}
