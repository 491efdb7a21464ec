import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { addEvent, closingLines, emptyFigures, newTally } from '../../src/build/test-tally.ts';
import { folder, lines } from '../cli/run-cli.ts';

const root = join(import.meta.dirname, '../..');

/** Runs the project's runner on test files in a folder of their own. */
function runner(t: TestContext, files: Readonly<Record<string, string>>): { status: number | null; out: string } {
  const { path, write } = folder(t);
  write('package.json', '{ "type": "module" }');
  for (const [name, text] of Object.entries(files)) write(name, text);
  const env = { PATH: process.env.PATH };
  const ran = spawnSync(process.execPath, ['--import', 'tsx', 'src/build/test.ts', '--no-build', path], { cwd: root, encoding: 'utf8', env });
  return { status: ran.status, out: ran.stdout };
}

const head = "import test, { describe, it } from 'node:test';\nimport assert from 'node:assert/strict';\n";

test('leaf tests are counted, parents and suites are not', (t) => {
  const text = `${head}
    test('leaf', () => {});
    test('parent', async (t) => { await t.test('a', () => {}); await t.test('b', () => {}); });
    describe('suite', () => { it('c', () => {}); describe('inner', () => { it('d', () => {}); }); });
    test('later leaf', () => {});`;
  const { status, out } = runner(t, { 'a.test.ts': text, 'no-test.ts': 'throw new Error()' });
  assert.equal(status, 0, out);
  assert.deepEqual(lines(out).slice(-2), ['0 skipped: none', '6 passed, 0 failed']);
});

test('failures are shown in full, wherever they come from, and set the exit code', (t) => {
  const { status, out } = runner(t, {
    'a.test.ts': `${head}test('wrong', () => assert.deepEqual({ some: 'thing' }, { some: 'thang' }));\ntest('p', async (t) => { await t.test('inner', () => { throw new Error('inner fault'); }); });\ntest('right', () => {});`,
    'b.test.ts': "throw new Error('fault at import');",
    'c.test.ts': 'export const nothing: number = 1;',
    'd.test.ts': `${head}test('quits', () => { process.exit(0); });`,
    'e.test.ts': `${head}describe('hooked', () => { it('x', () => {}); });\ntest('own fault of a parent', async (t) => { await t.test('fine', () => {}); throw new Error('parent fault'); });`,
  });
  assert.equal(status, 1);
  for (const part of ["'thang'", 'inner fault', 'fault at import', 'there is no test in it', 'parent fault']) assert.ok(out.includes(part), `${part}\n${out}`);
  assert.deepEqual(lines(out).slice(-2), ['0 skipped: none', '3 passed, 6 failed']);
});

test('skipped tests are counted by reason', (t) => {
  const text = `${head}test('a', (t) => t.skip('no tmux'));\ntest('b', { skip: 'no tmux' }, () => {});\ntest('c', (t) => t.skip('no  linux-source-6.1'));\ntest('d', { skip: true }, () => {});\ntest('e', () => {});`;
  const { status, out } = runner(t, { 'a.test.ts': text });
  assert.equal(status, 0);
  assert.deepEqual(lines(out).slice(-2), ['4 skipped: no linux-source-6.1; no reason given; no tmux (2)', '1 passed, 0 failed']);
});

test('golden figures are printed together, and one with the total 0 fails', (t) => {
  const good = `${head}test('a', (t) => { t.diagnostic('golden: 6.12 flags 5/5'); t.diagnostic('something else'); });`;
  const { status, out } = runner(t, { 'a.test.ts': good, 'b.test.ts': good.replace('6.12', '7.2') });
  assert.equal(status, 0);
  assert.deepEqual(
    lines(out).filter((line) => /golden|else/.test(line)),
    ['golden: 6.12 flags 5/5', 'golden: 7.2 flags 5/5'],
  );
  const empty = runner(t, { 'a.test.ts': good.replace('5/5', '0/0') });
  assert.deepEqual([empty.status, lines(empty.out).pop()], [1, '1 passed, 1 failed']);
});

test('nothing that passed is a failure too', (t) => {
  const { status, out } = runner(t, {});
  assert.deepEqual([status, ...lines(out).slice(-2)], [1, '0 skipped: none', '0 passed, 0 failed']);
});

test('an empty tally says so', () => {
  const tally = newTally();
  addEvent(tally, { type: 'test:plan', data: {} });
  assert.equal(closingLines(tally), '0 skipped: none\n0 passed, 0 failed\n');
  assert.deepEqual(emptyFigures(tally), []);
});
