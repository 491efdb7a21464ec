import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { hex } from '../../src/base/hex.ts';
import { loaderQuestion } from '../../src/cli/blob/loader-question.ts';
import { offerFolder, offerMicrocode } from '../../src/cli/blob/offer-microcode.ts';
import type { Profile } from '../../src/data/contract/profile.ts';
import { kernelLines } from '../../src/data/kernels/index.ts';
import { bootKernel } from '../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import { lateLoad } from '../../src/engine/events/microcode-late-load.ts';
import { summarizeFile } from '../../src/microcode/summarize-file.ts';
import { FIXTURE_FILES } from '../fixtures/microcode/fixture-files.ts';

const PROFILES = join(import.meta.dirname, '../../cpu-profiles/profiles');
/** No synthetic patch has a digest that a kernel knows. */
const cmdline = 'microcode.amd_sha_check=off';
const sources = [
  { profile: 'skylake-06-5e-03-c6', name: 'intel-ucode/06-5e-03', bytes: FIXTURE_FILES['firmware/intel-ucode/06-5e-03'] },
  { profile: 'milan-19-01-01-a001119', name: 'amd-ucode/microcode_amd_fam19h.bin', bytes: FIXTURE_FILES['firmware/amd-ucode/microcode_amd_fam19h.bin'] },
] as const;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Whatever the bytes: an update to run a load with, and one answer from the loader. */
for (const { line, load } of kernelLines) {
  for (const { profile: name, name: file, bytes = new Uint8Array() } of sources) {
    test(`${line}, ${file}: truncated anywhere, flipped anywhere, or any bytes: an offer and a verdict, never a throw`, async (t) => {
      const profile = JSON.parse(readFileSync(join(PROFILES, `${name}.json`), 'utf8')) as Profile;
      const value: Profile = { ...profile, microcode: { ...profile.microcode, platformId: 1 } };
      const { tables } = await load();
      const question = loaderQuestion({ value, file: name, path: null }, line, { tables, cmdline, config: tables.config }).value;
      assert.ok(question);
      const machine = bootKernel(kernelSpec(tables, { cmdline }), slotsOf(value));
      let asked = 0;
      let loaded = 0;
      const ask = (content: Uint8Array): void => {
        asked++;
        const input = { file: `fw/${file}`, summary: summarizeFile(content, sha256, file) };
        const offer = offerMicrocode(input, question);
        const verdict = offer.bytes === undefined ? {} : { verdictOfBytes: offer.bytes };
        const { decision } = lateLoad(machine, { blob: offer.blob, cpuRejects: false, ...verdict });
        if (decision.updated.length > 0) {
          loaded++;
          // The effects told are those of the update that is loaded.
          assert.equal(offer.blob.revision, hex(decision.update?.revision ?? 0));
        }
        const inFolder = offerFolder({ kind: 'folder', folder: 'fw', files: [input], problems: [] }, question).value;
        assert.deepEqual(inFolder?.blob, offer.blob);
      };
      ask(bytes);
      for (let length = 0; length < bytes.length; length += 7) ask(bytes.subarray(0, length));
      for (let at = 0; at < bytes.length; at += 5) {
        const copy = bytes.slice();
        copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
        ask(copy);
      }
      fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), ask), { numRuns: 60 });
      t.diagnostic(`${asked} files, ${loaded} of them loaded`);
      assert.ok(loaded > 0 && loaded < asked);
    });
  }
}
