import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { cpueval } from './cli/run-cli.ts';

for (const file of ['README.md', 'cpu-profiles/scenarios/README.md']) {
  test(`what ${file} shows is what the program prints`, () => {
    const readme = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
    const shown = [...readme.matchAll(/^```\n\$ cpueval ([^\n]*)\n\n([\s\S]*?)^```$/gm)];
    assert.ok(shown.length > 0, 'it shows no run of the program');
    for (const [, words, output] of shown) {
      const ran = cpueval(words!.split(' '));
      assert.equal(ran.code, 0, ran.err);
      assert.equal(output, ran.out, `cpueval ${words}`);
    }
  });
}
