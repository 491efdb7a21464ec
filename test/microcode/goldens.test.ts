import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Profile } from '../../src/data/contract/profile.ts';
import { loaderCpu } from '../../src/microcode/loader-cpu.ts';
import type { KernelLine } from '../../src/microcode/loader-traits.ts';
import { summarizeFile } from '../../src/microcode/summarize-file.ts';
import { type FileVerdict, judgeFile, type LoaderCpu } from '../../src/microcode/verdict.ts';

const LATE = fileURLToPath(new URL('../../../shared/goldens/late/', import.meta.url));
const ERRNO: Readonly<Record<string, number>> = { ENOENT: 2, EIO: 5, EBADFD: 77 };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Golden {
  readonly id: string;
  readonly cmdline: string;
  readonly cpuRejects: boolean;
  readonly profile: Profile;
  readonly blob: {
    readonly vendor: LoaderCpu['vendor'];
    readonly revision?: string;
    readonly file?: { readonly integrity?: string; readonly digest?: string };
  };
  readonly files: readonly { readonly name: string; readonly base64?: string }[];
  readonly load: { readonly errno: number; readonly log: readonly string[] };
}

function cpuOf(golden: Golden): LoaderCpu {
  const { value } = loaderCpu(golden.profile);
  assert.ok(value, golden.id);
  return value;
}

/** A list that holds no digest of a synthetic patch, but something under its id, as the kernels' list does. */
const DIGESTS: ReadonlyMap<number, string> = new Map([[0xa0011d1, 'another']]);

function verdictOf(golden: Golden, line: KernelLine, base64: string): FileVerdict {
  const bytes = Buffer.from(base64, 'base64');
  const image = summarizeFile(bytes, sha256, golden.files[0]?.name).images[0];
  assert.ok(image, golden.id);
  const shaCheck = !golden.cmdline.includes('amd_sha_check=off');
  return judgeFile(image, cpuOf(golden), { line, forceMinrev: /microcode(\.force_minrev|=force_minrev)/.test(golden.cmdline), amdDigests: DIGESTS, shaCheck });
}

function goldens(line: KernelLine): { golden: Golden; base64: string }[] {
  const folder = join(LATE, line);
  return readdirSync(folder).flatMap((name) => {
    const golden = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Golden;
    const base64 = golden.files[0]?.base64;
    return base64 === undefined ? [] : [{ golden, base64 }];
  });
}

for (const line of ['6.1', '6.12', '7.2'] as const) {
  const skip = existsSync(join(LATE, line)) ? false : 'the recordings are not here';

  test(`${line}: what real kernels said about damaged and sound files follows from the bytes`, { skip }, (t) => {
    let judged = 0;
    let damaged = 0;
    for (const { golden, base64 } of goldens(line)) {
      const verdict = verdictOf(golden, line, base64);
      const says = golden.blob.file?.integrity;
      assert.equal(summarizeFile(Buffer.from(base64, 'base64'), null, golden.files[0]?.name).integrity, says ?? 'valid', golden.id);
      if (says !== undefined) damaged++;
      if (golden.blob.file?.digest !== undefined) assert.equal(verdict.updates[0]?.update.sha256, golden.blob.file.digest, golden.id);
      // Offline CPUs and a CPU that refuses are not the file's doing.
      const machine = golden.cpuRejects || /nosmt/.test(golden.cmdline) || (golden.profile.topology?.offline ?? []).length > 0 || /offline/.test(golden.id);
      if (machine) continue;
      judged++;
      const expected = verdict.errno === null ? 0 : ERRNO[verdict.errno];
      assert.equal(expected, golden.load.errno, `${golden.id}: ${verdict.result}`);
      assert.deepEqual(golden.load.log.slice(0, verdict.log.length), verdict.log, golden.id);
      const loaded = golden.load.log.some((entry) => /revision: 0x|updated to revision/.test(entry));
      assert.equal(verdict.chosen !== null && verdict.errno === null, loaded, `${golden.id}: loaded or not`);
    }
    t.diagnostic(`${line}: ${judged} loads predicted from the bytes, ${damaged} of damaged files`);
    assert.ok(judged >= 25 && damaged >= 1);
  });
}
