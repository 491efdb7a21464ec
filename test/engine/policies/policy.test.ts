import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { MAINLINE, parsePatches, policyAssumptions, policyNamed, policyOf } from '../../../src/engine/policies/policy.ts';

test('patches are numbers and ranges of the series', () => {
  assert.deepEqual(parsePatches('1-7'), [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(parsePatches('6, 1,5'), [1, 5, 6]);
  assert.deepEqual(parsePatches('1-3,3,7'), [1, 2, 3, 7]);
  for (const bad of ['', '0', '8', '7-1', '1-', '-1', '1..7', '1,', 'a', '11', '1-77']) assert.equal(parsePatches(bad), null, bad);
});

test('any text gives patches of the series or null', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const patches = parsePatches(text);
      if (patches !== null) for (const patch of patches) assert.ok(patch >= 1 && patch <= 7 && Number.isInteger(patch));
    }),
  );
});

test('a policy has all patches, or those that were named; policies of another kind have none', () => {
  assert.deepEqual([...policyOf('rfc').patches], [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual([...policyOf('full', [5]).patches], [5]);
  assert.deepEqual([...policyOf('uek4', [5]).patches], []);
  assert.equal(policyNamed('rfc'), 'rfc');
  assert.equal(policyNamed('constructor'), null);
});

test('every policy but mainline says what it is', () => {
  assert.deepEqual(policyAssumptions(MAINLINE), []);
  assert.deepEqual(policyAssumptions(policyOf('rfc')), ['policy-port']);
  assert.deepEqual(policyAssumptions(policyOf('uek4')), ['policy-port']);
  assert.deepEqual(policyAssumptions(policyOf('full')), ['policy-invention']);
});
