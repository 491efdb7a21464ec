import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { reachedIn, rulesOf, unreached } from '../../src/build/rule-coverage.ts';
import { folder } from '../cli/run-cli.ts';

const SOURCE = `
import { x } from './not/a-rule.ts';
type Kind = 'not/a/rule';
b.choose('mds', 'OFF', 'mds/select/not-affected');
b.force('CLEAR_CPU_BUF', \`\${id}/\${phase}/verw\`);
const schema = 'cpueval/eval/1';
print('a/sentence with blanks');
`;

test('rules are found where the source spells them, and only they', (t) => {
  const { path } = folder(t);
  mkdirSync(join(path, 'diff'));
  writeFileSync(join(path, 'mds.ts'), SOURCE);
  writeFileSync(join(path, 'diff/rule-sources.ts'), `const places = { 'mds/select': 'bugs.c' };`);
  assert.deepEqual(rulesOf(path), ['*/*/verw', 'mds/select/not-affected']);
});

test('a rule is reached by its id, a pattern by any id that it matches, a beginning by what goes on from it', () => {
  const rules = ['*/verw', 'a/b', 'a/c', 'mds/select'];
  assert.deepEqual(unreached(rules, new Set(['mds/select/verw', 'a/b'])), ['a/c']);
  assert.deepEqual(unreached(rules, new Set(['mds/selected'])), rules);
});

test('what several processes have reached is put together', (t) => {
  const { path, write } = folder(t);
  write('1.json', '["a/b"]');
  write('2.json', '["a/b", "c/d"]');
  assert.deepEqual([...reachedIn(path)].sort(), ['a/b', 'c/d']);
});
