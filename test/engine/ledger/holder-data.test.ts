import assert from 'node:assert/strict';
import test from 'node:test';
import { cpuidBits } from '../../../src/data/bits/index.ts';
import { patchedFeatures } from '../../../src/data/holders/patched-features.ts';
import { userSpaceFeatures } from '../../../src/data/holders/user-space-features.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import { cpuidRef } from '../../../src/engine/silicon/refs.ts';

test('every feature in patched code is a feature of some line, and each stands once', async () => {
  const known = new Set<string>();
  for (const line of kernelLines) for (const [name] of (await line.load()).tables.features) known.add(name);
  assert.ok(patchedFeatures.length > 100);
  assert.equal(new Set(patchedFeatures).size, patchedFeatures.length);
  assert.deepEqual(
    patchedFeatures.filter((name) => !known.has(name)),
    [],
  );
});

test('every bit that user space looks at has a name', () => {
  const named = new Set(cpuidBits.map(({ ref }) => ref));
  const refs = userSpaceFeatures.flatMap(([leaf, subleaf, register, bits]) => bits.map((bit) => cpuidRef(leaf, subleaf, register, bit)));
  assert.equal(new Set(refs).size, refs.length);
  assert.deepEqual(
    refs.filter((ref) => !named.has(ref)),
    [],
  );
});
