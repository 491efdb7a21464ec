import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { cpueval } from './cli/run-cli.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

test('what the README shows is what the program prints', () => {
  const shown = [...readme.matchAll(/^```\n\$ cpueval ([^\n]*)\n\n([^]*?)^```$/gm)];
  assert.ok(shown.length > 0, 'the README shows no run of the program');
  for (const [, words, output] of shown) {
    const ran = cpueval(words!.split(' '));
    assert.equal(ran.code, 0, ran.err);
    assert.equal(output, ran.out, `cpueval ${words}`);
  }
});
