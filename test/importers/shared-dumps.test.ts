import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { CpuidRow, Profile } from '../../src/data/contract/profile.ts';
import { detectImporter } from '../../src/importers/index.ts';
import { validators } from '../../src/schema/validate.ts';
import { dumpInput, registers, sharedDumps } from './inputs.ts';

interface Expected {
  readonly source: string;
  readonly cpuid: readonly CpuidRow[];
  readonly msrs?: Readonly<Record<string, string | null>>;
  readonly microcode?: string;
  readonly logical_cpu?: number;
}

const msrNumbers = (msrs: Readonly<Record<string, string | null>> | undefined): Map<number, bigint | null> =>
  new Map(Object.entries(msrs ?? {}).map(([index, value]) => [Number(index), value === null ? null : BigInt(value)]));

/** The CPU the expectation is about: the first, or the other kind of core that it names by number. */
function rowsFor(profile: Profile, expected: Expected): readonly CpuidRow[] | undefined {
  if (!expected.logical_cpu) return profile.cpuid;
  return profile.otherCores?.find(({ cpus }) => cpus.includes(expected.logical_cpu as number))?.cpuid;
}

test('the dumps of other projects give the registers written down beside them', async (t) => {
  const root = sharedDumps();
  if (root === null) return t.skip('no ../shared/dumps beside the repository');
  let compared = 0;
  for (const set of readdirSync(root, { withFileTypes: true })) {
    if (!set.isDirectory()) continue;
    for (const file of readdirSync(join(root, set.name, 'expected'))) {
      const expected = JSON.parse(readFileSync(join(root, set.name, 'expected', file), 'utf8')) as Expected;
      const name = expected.source.replace(/.*[:/]/, '');
      const input = dumpInput(join(root, set.name, name), name);
      const outcome = (await detectImporter(input))?.import(input);
      assert.deepEqual(outcome?.problems, [], name);
      assert.equal(outcome?.profiles.length, 1, name);
      const profile = outcome?.profiles[0] as Profile;
      assert.deepEqual(validators.profile(profile), [], name);
      assert.deepEqual(registers(rowsFor(profile, expected)), registers(expected.cpuid), name);
      assert.deepEqual(msrNumbers(profile.msrs), msrNumbers(expected.msrs), name);
      if (expected.microcode !== undefined) assert.equal(Number(profile.microcode.revision), Number(expected.microcode), name);
      compared += 1;
    }
  }
  assert.ok(compared > 0);
  t.diagnostic(`${compared} dumps compared`);
});
