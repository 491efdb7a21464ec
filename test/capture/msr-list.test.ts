import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { msrsToRead } from '../../src/capture/msr-list.ts';
import { msrBits, msrNames } from '../../src/data/bits/index.ts';

/** MSRs that the engine knows or the tables name, and why a capture does not read them. */
const NOT_READ: Readonly<Record<number, string>> = {
  73: 'a command: reading faults, and a profile that says so would say that writing faults, too',
  267: 'a command',
  139: 'the revision stands in the profile by itself',
  3221225600: "EFER is the kernel's",
};

/** Every MSR index that stands in the engine as a constant, or behind `msr:` or an MSR function. */
function engineMsrs(): Map<number, string> {
  const root = join(import.meta.dirname, '../../src/engine');
  const found = new Map<number, string>();
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, index] of text.matchAll(/(?:\bMSR_\w+ = |msr(?:Bit|Accepts)?\()(0x[0-9a-f_]+)/gi)) found.set(Number(index?.replaceAll('_', '')), file);
    for (const [, list] of text.matchAll(/const MSR(?:_\w+)? = \{([^}]*)\}/g))
      for (const [index] of (list ?? '').matchAll(/0x[0-9a-f]+/g)) found.set(Number(index), file);
  }
  return found;
}

test('every MSR that the engine reads is captured, or left out for a reason', () => {
  const read = new Set(msrsToRead.map(({ index }) => index));
  const engine = engineMsrs();
  assert.ok(engine.size > 30, `${engine.size} found`);
  const missing = [...engine].filter(([index]) => !read.has(index) && NOT_READ[index] === undefined);
  assert.deepEqual(
    missing.map(([index, file]) => `0x${index.toString(16)} ${file}`),
    [],
  );
});

test('every MSR whose bits have names is captured, or left out for a reason', () => {
  const read = new Set(msrsToRead.map(({ index }) => index));
  const named = new Set(msrBits.map(({ ref }) => Number.parseInt(/^msr:([0-9a-f]+)/.exec(ref)?.[1] ?? '', 16)));
  assert.deepEqual(
    [...named].filter((index) => !read.has(index) && NOT_READ[index] === undefined).map((index) => `0x${index.toString(16)}`),
    [],
  );
});

test('no MSR stands twice, what is changed says why, and each is one the kernel knows', () => {
  const indexes = msrsToRead.map(({ index }) => index);
  assert.equal(new Set(indexes).size, indexes.length);
  assert.deepEqual(
    [...indexes].sort((a, b) => a - b),
    indexes,
  );
  for (const { index, keep, why } of msrsToRead) assert.equal(keep === undefined, why === undefined, `0x${index.toString(16)}`);
  // TME_ACTIVATE and ARCH_LBR_DEPTH: the kernel names them, the table of names does not.
  assert.deepEqual(
    indexes.filter((index) => msrNames[index.toString(16)] === undefined),
    [0x982, 0x14cf],
  );
});
