import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import { inWordsOf, isAlwaysBuilt, knownOptions } from '../../../src/engine/kernel/config-options.ts';

const ENGINE = join(import.meta.dirname, '../../../src/engine');

test('every option that the engine asks for is known on some line', async () => {
  const files = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const asked = new Set(files.flatMap((name) => readFileSync(join(ENGINE, name), 'utf8').match(/\bCONFIG_[A-Z0-9_]+/g) ?? []));
  assert.ok(asked.size > 30);
  const known = new Set<string>();
  for (const { load } of kernelLines) for (const name of knownOptions((await load()).tables)) known.add(name);
  assert.deepEqual(
    [...asked].filter((name) => !known.has(name)),
    [],
  );
});

test('an option is understood by its names in every line', () => {
  assert.deepEqual(inWordsOf('6.1', { CONFIG_MITIGATION_RETPOLINE: 'n' }), { CONFIG_MITIGATION_RETPOLINE: 'n', CONFIG_RETPOLINE: 'n' });
  assert.deepEqual(inWordsOf('6.12', { CONFIG_RETPOLINE: 'n' }), { CONFIG_RETPOLINE: 'n', CONFIG_MITIGATION_RETPOLINE: 'n' });
  assert.deepEqual(inWordsOf('6.1', { CONFIG_RETPOLINE: 'y', CONFIG_MITIGATION_RETPOLINE: 'n' }), { CONFIG_RETPOLINE: 'y', CONFIG_MITIGATION_RETPOLINE: 'n' });
  assert.deepEqual(inWordsOf('7.2', { CONFIG_SMP: 'y' }), { CONFIG_SMP: 'y' });
});

test('code that a line cannot be built without has no option there', () => {
  assert.equal(isAlwaysBuilt('6.1', 'CONFIG_MITIGATION_MDS'), true);
  assert.equal(isAlwaysBuilt('6.12', 'CONFIG_MITIGATION_MDS'), false);
});
