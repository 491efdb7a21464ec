import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { lateLoad } from '../../../src/engine/events/microcode-late-load.ts';
import { tablesOf } from './support.ts';

const PROFILES = join(import.meta.dirname, '../../../cpu-profiles/profiles');
const LINES = ['6.1', '6.12', '7.2'] as const;

function profileOf(name: string, revision: string): Profile {
  const profile = JSON.parse(readFileSync(join(PROFILES, `${name}.json`), 'utf8')) as Profile;
  return { ...profile, microcode: { ...profile.microcode, revision } };
}

async function boot(line: string, profile: Profile, cmdline = '') {
  return bootKernel(kernelSpec(await tablesOf(line), { cmdline }), slotsOf(profile));
}

test('a Zen CPU that reports no revision: the newest line makes one up, shows it, and loads late from there', async () => {
  const profile = profileOf('milan-19-01-01-a001119', '0x0');
  const shown = await Promise.all(LINES.map(async (line) => (await boot(line, profile)).threads.map(({ cpu }) => cpu.revision)[0]));
  assert.deepEqual(shown, [0, 0, 0xa001100]);
  const machine = await boot('7.2', profile, 'microcode.amd_sha_check=off');
  const lines = machine.kernel.log.filter((line) => line.startsWith('microcode: '));
  assert.deepEqual(lines, [
    'microcode: It is a very very bad idea to disable the blobs SHA check!',
    'microcode: No current revision, generating the lowest one: 0xa001100',
    'microcode: Current revision: 0x0a001100',
  ]);
  const applies = [{ signature: '0xa00f11' }];
  const load = lateLoad(machine, {
    blob: { schema: 'cpueval/blob/1', id: 'x', vendor: 'AuthenticAMD', revision: '0xa0011d1', applies, effects: [] },
    cpuRejects: false,
  });
  assert.ok(load.log.includes('microcode: revision: 0xa001100 -> 0xa0011d1'));
});

test('a CPU without a driver: the loader says so, but on 6.1 it never gets so far', async () => {
  const { cpuid, ...rest } = profileOf('milan-19-01-01-a001119', '0x0');
  const old = { ...rest, cpuid: cpuid.map((row) => (row.leaf === '0x1' ? { ...row, eax: '0xf5a' } : row)) };
  const said = await Promise.all(LINES.map(async (line) => (await boot(line, old)).kernel.log.filter((text) => text.startsWith('microcode: '))));
  const no = ['microcode: AMD CPU family 0xf not supported'];
  assert.deepEqual(said, [[], no, no]);
});
