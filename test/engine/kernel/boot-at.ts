import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { chooseKernel } from '../../../src/engine/kernel/choose-kernel.ts';
import type { EvalReport } from '../../../src/engine/model/report.ts';
import { evalReport } from '../../../src/engine/report/eval-report.ts';

/** @returns a profile of the package. */
export function profileNamed(name: string): Profile {
  return JSON.parse(readFileSync(new URL(`../../../cpu-profiles/profiles/${name}.json`, import.meta.url), 'utf8')) as Profile;
}

/** Boots the kernel that `--kernel` would choose, with the line's default configuration. */
export async function bootAt(kernel: string, profile: Profile, cmdline = ''): Promise<EvalReport> {
  const choice = chooseKernel(kernel);
  assert.ok(choice, kernel);
  const { tables } = await choice.line.load();
  const machine = bootKernel(kernelSpec(tables, { cmdline }), slotsOf(profile));
  return evalReport(machine, { line: choice.line.line, release: choice.release, evidence: choice.evidence });
}
