import assert from 'node:assert/strict';
import test from 'node:test';
import { cpusByVendor } from '../../../src/data/cpus/index.ts';

test('ranges are in order and in bounds, and every row can be reached', () => {
  for (const [vendor, rows] of Object.entries(cpusByVendor)) {
    rows.forEach((row, at) => {
      const [from, to] = row.models;
      assert.ok(from <= to && to <= 0xff, `${vendor} ${row.codename}`);
      if (row.steppings) assert.ok(row.steppings[0] <= row.steppings[1] && row.steppings[1] <= 15, `${vendor} ${row.codename}`);
      // A row is dead when an earlier one takes all that it could match
      const shadow = rows
        .slice(0, at)
        .find(
          (earlier) =>
            earlier.family === row.family &&
            earlier.models[0] <= from &&
            earlier.models[1] >= to &&
            (earlier.steppings === null || (row.steppings !== null && earlier.steppings[0] <= row.steppings[0] && earlier.steppings[1] >= row.steppings[1])),
        );
      assert.equal(shadow, undefined, `${vendor}: ${row.codename} can never match`);
    });
  }
});

test('each Intel macro names one family and model', () => {
  const seen = new Map<string, string>();
  for (const row of cpusByVendor.GenuineIntel ?? []) {
    if (!row.macro) continue;
    const number = `${row.family}/${row.models[0]}`;
    assert.equal(seen.get(row.macro) ?? number, number, row.macro);
    seen.set(row.macro, number);
  }
  assert.ok(seen.size > 90);
});
