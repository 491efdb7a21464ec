import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { kernelLines } from '../../../src/data/kernels/index.ts';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const FOLDERS = [join(ROOT, 'test/golden/recordings'), join(ROOT, '../shared/goldens')];

interface Said {
  readonly flags?: readonly string[];
  readonly bugs?: readonly string[];
  readonly vmxFlags?: readonly string[];
}

function recordings(folder: string, line: string): Said[] {
  return ['cold', 'late'].flatMap((kind) => {
    const place = join(folder, kind, line);
    if (!existsSync(place)) return [];
    return readdirSync(place).flatMap((file) => {
      const golden = JSON.parse(readFileSync(join(place, file), 'utf8')) as Record<string, Said | undefined>;
      return [golden.expect, golden.before, golden.after, golden.coldAfter].filter((said) => said !== undefined);
    });
  });
}

for (const { line, load } of kernelLines) {
  test(`${line}: every flag and bug that a kernel printed is in the tables, in the order of its bit`, async (t) => {
    const folder = FOLDERS.find((place) => existsSync(join(place, 'cold')));
    if (folder === undefined) return t.skip('no recordings');
    const { tables } = await load();
    const said = recordings(folder, line);
    assert.ok(said.length > 0);
    const lists = [
      ['flags', tables.features],
      ['bugs', tables.bugs],
      ['vmxFlags', tables.vmxFeatures],
    ] as const;
    for (const [key, rows] of lists) {
      const bits = new Map(rows.map(([, bit, flag]) => [flag, bit]));
      for (const one of said) {
        const printed = (one[key] ?? []).map((flag) => bits.get(flag) ?? `${flag} is unknown`);
        assert.deepEqual(
          printed,
          [...printed].sort((a, b) => Number(a) - Number(b)),
        );
        assert.ok(
          printed.every((bit) => typeof bit === 'number'),
          printed.filter((bit) => typeof bit === 'string').join(),
        );
      }
    }
  });
}
