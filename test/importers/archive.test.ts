import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { bunzip2, isBzip2 } from '../../src/importers/archive/bunzip2.ts';
import { isTar, untar } from '../../src/importers/archive/tar.ts';
import { fixtures } from './inputs.ts';

const LIMIT = 1024 * 1024;
const archive = readFileSync(join(fixtures, 'Synthetic-2types.tar.bz2'));

test('the archive of the fixtures opens, and its files are those beside it', () => {
  assert.ok(isBzip2(archive));
  const { value, problems } = bunzip2(archive, LIMIT);
  assert.deepEqual(problems, []);
  assert.ok(value && isTar(value));
  const { files } = untar(value as Uint8Array);
  assert.deepEqual(
    files.map(({ name }) => name).sort(),
    ['hwloc-cpuid-info', 'pu0', 'pu1', 'pu10', 'pu2'].map((name) => `Synthetic-2types/${name}`),
  );
  for (const { name, bytes } of files) assert.deepEqual(Buffer.from(bytes), readFileSync(join(fixtures, 'hwloc', name.replace(/.*\//, ''))), name);
});

test('whatever bzip2 compresses comes back', (t) => {
  if (spawnSync('bzip2', ['--help']).error) return t.skip('bzip2 is not installed');
  const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 700 })), { maxLength: 60 });
  fc.assert(
    fc.property(runs, (parts) => {
      const content = Buffer.concat(parts.map(([byte, times]) => Buffer.alloc(times, byte)));
      const { stdout } = spawnSync('bzip2', ['-c', '-1'], { input: content });
      const { value, problems } = bunzip2(stdout, LIMIT);
      assert.deepEqual(problems, []);
      assert.deepEqual(Buffer.from(value as Uint8Array), content);
    }),
    { numRuns: 40 },
  );
});

test('every cut and every flipped bit is a problem, never wrong content', () => {
  const { value: whole } = bunzip2(archive, LIMIT);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: archive.length - 5 }), (length) => {
      assert.equal(bunzip2(archive.subarray(0, length), LIMIT).value, null);
    }),
    { numRuns: 60 },
  );
  fc.assert(
    // The last ten bytes hold the end mark and the checksum over the blocks' checksums, which are each held already.
    fc.property(fc.integer({ min: 4, max: archive.length - 11 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const broken = Uint8Array.from(archive);
      broken[at] = (broken[at] as number) ^ (1 << bit);
      const { value, problems } = bunzip2(broken, LIMIT);
      assert.ok(value === null ? problems.length === 1 : Buffer.compare(value, whole as Uint8Array) === 0);
    }),
    { numRuns: 200 },
  );
});

test('a bomb stops at the limit', (t) => {
  if (spawnSync('bzip2', ['--help']).error) return t.skip('bzip2 is not installed');
  const { stdout } = spawnSync('bzip2', ['-c'], { input: Buffer.alloc(4 * LIMIT) });
  assert.ok(stdout.length < 1000);
  const { value, problems } = bunzip2(stdout, LIMIT);
  assert.equal(value, null);
  assert.match(problems[0]?.expected ?? '', /at most/);
});

test('tar: a cut archive keeps its whole files and names the damage', () => {
  const { value } = bunzip2(archive, LIMIT);
  const tar = value as Uint8Array;
  const { files, problems } = untar(tar.subarray(0, 4.5 * 512));
  assert.deepEqual(
    files.map(({ name }) => name),
    ['Synthetic-2types/pu0'],
  );
  assert.equal(problems[0]?.code, 'bad-tar');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2048 }), (bytes) => {
      assert.ok(untar(bytes).problems.length <= 1);
    }),
  );
});
