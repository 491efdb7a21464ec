import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Profile } from '../../src/data/contract/profile.ts';
import { kernelLines } from '../../src/data/kernels/index.ts';
import { loaderCpu } from '../../src/microcode/loader-cpu.ts';
import type { KernelLine } from '../../src/microcode/loader-traits.ts';
import { summarizeFile } from '../../src/microcode/summarize-file.ts';
import type { UpdateRecord } from '../../src/microcode/update-record.ts';
import { judgeFile } from '../../src/microcode/verdict.ts';

/** Figures hold for these package versions; with other firmware the comparison with iucode_tool still runs. */
const INTEL_PACKAGE = { files: 126, updates: 166, distinct: 147, withMinRevision: 57, distinctWithMinRevision: 41 };
const AMD_PACKAGE = { files: 6, patches: 55, withMinRevision: 14 };

const roots = [process.env.CPUEVAL_FIRMWARE, '/usr/lib/firmware', '/lib/firmware'].filter((root) => root !== undefined);
const folder = (name: string): string | null => roots.map((root) => join(root, name)).find((path) => existsSync(path)) ?? null;
const intel = folder('intel-ucode');
const amd = folder('amd-ucode');
const tool = [process.env.CPUEVAL_IUCODE_TOOL, 'iucode_tool', '/usr/sbin/iucode_tool'].find(
  (name) => name !== undefined && spawnSync(name, ['--version']).status === 0,
);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function readAll(path: string): { file: string; update: UpdateRecord }[] {
  return readdirSync(path).flatMap((name) => {
    const summary = summarizeFile(readFileSync(join(path, name)), sha256, name);
    assert.equal(summary.integrity, 'valid', name);
    return summary.updates.map((update) => ({ file: join(path, name), update }));
  });
}

const hex8 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** An update in the words of `iucode_tool -L`. */
function line({ applies, date, revision, size }: UpdateRecord): string {
  const flags = `0x${(applies[0]?.platformFlags ?? 0).toString(16).padStart(2, '0')}`;
  return `sig ${hex8(applies[0]?.signature ?? 0)}, pf_mask ${flags}, ${date}, rev 0x${revision.toString(16).padStart(4, '0')}, size ${size}`;
}

/** `iucode_tool -L`: a bundle line for each file, an entry line for each update, indented lines for extended signatures. */
function listedByTool(path: string): { file: string; entry: string }[] {
  const run = spawnSync(tool ?? '', ['-L', path], { encoding: 'utf8', maxBuffer: 1 << 26 });
  let file = '';
  return run.stdout.split('\n').flatMap((text) => {
    const bundle = /^microcode bundle \d+: (.*)$/.exec(text);
    if (bundle !== null) file = bundle[1] ?? '';
    const entry = /^\s+\d+\/\d+: (.*)$/.exec(text);
    return entry === null ? [] : [{ file, entry: entry[1] ?? '' }];
  });
}

test('every Intel update equals iucode_tool -L in signature, flags, revision, date and size', (t) => {
  if (intel === null) return t.skip('no intel-ucode folder: install intel-microcode or set CPUEVAL_FIRMWARE');
  if (tool === undefined) return t.skip('iucode_tool is not installed');
  const ours = readAll(intel).map(({ file, update }) => `${file} ${line(update)}`);
  const theirs = listedByTool(intel).map(({ file, entry }) => `${file} ${entry}`);
  assert.ok(theirs.length > 0);
  assert.deepEqual(ours.sort(), theirs.sort());
  t.diagnostic(`${ours.length} updates equal`);
});

test("Debian's intel-microcode: how many updates, how many distinct, how many with a minimum revision", (t) => {
  if (intel === null) return t.skip('no intel-ucode folder: install intel-microcode or set CPUEVAL_FIRMWARE');
  const all = readAll(intel).map(({ update }) => update);
  const declared = all.filter(({ minRevision }) => minRevision !== 0);
  const digests = (updates: readonly UpdateRecord[]): number => new Set(updates.map((update) => update.sha256)).size;
  const files = readdirSync(intel).length;
  const figures = { files, updates: all.length, distinct: digests(all), withMinRevision: declared.length, distinctWithMinRevision: digests(declared) };
  for (const update of all) assert.equal(update.size % 4, 0);
  if (files !== INTEL_PACKAGE.files || all.length !== INTEL_PACKAGE.updates) return t.skip(`another package version: ${JSON.stringify(figures)}`);
  assert.deepEqual(figures, INTEL_PACKAGE);
  t.diagnostic(JSON.stringify(figures));
});

test("Debian's amd64-microcode: how many patches, how many with a minimum revision under Xen's test", (t) => {
  if (amd === null) return t.skip('no amd-ucode folder: install amd64-microcode or set CPUEVAL_FIRMWARE');
  const patches = readAll(amd).map(({ update }) => update);
  for (const { revision, minRevision } of patches) assert.ok(minRevision < revision);
  const figures = { files: readdirSync(amd).length, patches: patches.length, withMinRevision: patches.filter(({ minRevision }) => minRevision !== 0).length };
  if (figures.patches !== AMD_PACKAGE.patches) return t.skip(`another package version: ${JSON.stringify(figures)}`);
  assert.deepEqual(figures, AMD_PACKAGE);
  t.diagnostic(JSON.stringify(figures));
});

interface RealGolden {
  readonly id: string;
  readonly profile: Profile;
  readonly blob: { readonly revision: string; readonly file?: { readonly digest?: string } };
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly from?: string }[];
}

/** Recordings of loads of the vendors' own files: the bytes are in the packages, the answers in the recordings. */
for (const { line, load } of kernelLines) {
  test(`${line}: the update that a real kernel took out of a real file is the one picked here`, async (t) => {
    const late = fileURLToPath(new URL(`../../../shared/goldens/late/${line}/`, import.meta.url));
    if (!existsSync(late)) return t.skip('the recordings are not here');
    const { amdDigests } = (await load()).tables;
    let judged = 0;
    for (const name of readdirSync(late)) {
      const golden = JSON.parse(readFileSync(join(late, name), 'utf8')) as RealGolden;
      const [file] = golden.files;
      const path =
        file?.from === undefined ? undefined : roots.flatMap((root) => [join(root, file.name), join(root, `${file.name}.initramfs`)]).find(existsSync);
      if (file === undefined || path === undefined || sha256(readFileSync(path)) !== file.sha256) continue;
      const image = summarizeFile(readFileSync(path), sha256).images[0];
      const cpu = loaderCpu(golden.profile).value;
      assert.ok(image && cpu);
      const verdict = judgeFile(image, cpu, { line: line as KernelLine, amdDigests: amdDigests === null ? null : new Map(amdDigests) });
      assert.deepEqual([verdict.chosen?.revision, verdict.errno], [Number(golden.blob.revision), null], golden.id);
      if (golden.blob.file?.digest !== undefined) assert.equal(verdict.chosen?.sha256, golden.blob.file.digest);
      judged++;
    }
    if (judged === 0) return t.skip('none of the recorded files is installed');
    t.diagnostic(`${judged} real files`);
  });
}
