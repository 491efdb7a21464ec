import assert from 'node:assert/strict';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { builtInFile, builtInNames } from '../../src/cli/built-in.ts';
import { wantsColour } from '../../src/cli/colours.ts';
import { problemLine } from '../../src/cli/print-problems.ts';
import { readBytes, readJson } from '../../src/cli/read-input.ts';
import { didYouMean, editDistance, suggest } from '../../src/cli/suggest.ts';
import { writeOutput } from '../../src/cli/write-output.ts';
import { validators } from '../../src/schema/validate.ts';
import { folder } from './run-cli.ts';

test('colours: the flag, then FORCE_COLOR, then NO_COLOR, then the terminal', () => {
  assert.equal(wantsColour(true, {}, true), true);
  assert.equal(wantsColour(true, {}, false), false);
  assert.equal(wantsColour(false, { FORCE_COLOR: '1' }, true), false);
  assert.equal(wantsColour(true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false), true);
  assert.equal(wantsColour(true, { FORCE_COLOR: '0' }, true), false);
  assert.equal(wantsColour(true, { NO_COLOR: '1' }, true), false);
  assert.equal(wantsColour(true, { NO_COLOR: '' }, true), true);
  assert.equal(wantsColour(true, { TERM: 'dumb' }, true), false);
});

test('a problem is one line whatever is in it', () => {
  assert.equal(problemLine({ code: 'x', file: 'a.json', path: '$.b', expected: 'one', got: 'two' }), 'a.json: $.b: expected one, got two');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (file, got) => {
      assert.doesNotMatch(problemLine({ code: 'x', file, path: '', expected: 'y', got }), /\p{Cc}/u);
    }),
  );
});

test('suggestions: beginnings, parts and slips of the finger, nearest first', () => {
  const names = ['skylake-06-5e-03-c6', 'cascadelake-06-55-07', 'zen2-17-31-00', 'validate'];
  assert.deepEqual(suggest('skylake', names), ['skylake-06-5e-03-c6']);
  assert.deepEqual(suggest('06-55-07', names), ['cascadelake-06-55-07']);
  assert.deepEqual(suggest('vlaidate', names), ['validate']);
  assert.deepEqual(suggest('something-else', names), []);
  assert.equal(didYouMean('b', ['a', 'c']), ' (did you mean a or c?)');
  assert.equal(editDistance('kitten', 'sitting'), 3);
  assert.ok(suggest('x'.repeat(1_000_000), names).length === 0);
});

test('a NAME cannot leave its folder', () => {
  for (const name of ['../x', 'a/b', '/etc/passwd', '', '.', '..', 'a\0b', 'a\\b']) assert.equal(builtInFile('profile', name), null, JSON.stringify(name));
  assert.match(builtInFile('blob', 'zen2-17') ?? '', /cpu-profiles[\\/]blobs[\\/]zen2-17\.json$/);
});

test('a NAME is read from cpu-profiles, and a wrong one gets suggestions', async (t) => {
  const [name] = builtInNames('profile');
  if (name === undefined) return t.skip('no profiles in cpu-profiles yet');
  const input = await readJson(name, 'profile');
  assert.deepEqual(input.problems, []);
  assert.deepEqual(validators.profile(input.value?.value), []);
  const wrong = await readJson(name.slice(0, -1), 'profile');
  assert.match(wrong.problems[0]?.got ?? '', /^nothing of that name \(did you mean /);
  assert.equal((await readJson(name, null)).value, null);
});

test('bytes come as they are, with the path they were found at', async (t) => {
  const { write } = folder(t);
  const file = write('06-5e-03', new Uint8Array([1, 0, 0, 0, 255]));
  const input = await readBytes(file, 'blob');
  assert.deepEqual([...(input.value?.bytes ?? [])], [1, 0, 0, 0, 255]);
  assert.equal(input.value?.path, file);
  assert.deepEqual(
    (await readBytes(file, 'blob', 4)).problems.map(({ code }) => code),
    ['too-large'],
  );
  assert.deepEqual(
    (await readBytes('', 'blob')).problems.map(({ code }) => code),
    ['unreadable'],
  );
  assert.deepEqual(
    (await readBytes('a\0b', 'blob')).problems.map(({ code }) => code),
    ['unreadable'],
  );
});

test('a written file is whole, keeps its mode, and leaves nothing beside it', (t) => {
  const { path, write } = folder(t);
  const file = write('out.json', 'old');
  chmodSync(file, 0o640);
  assert.deepEqual(writeOutput(file, 'new'), []);
  assert.equal(readFileSync(file, 'utf8'), 'new');
  assert.equal(statSync(file).mode & 0o777, 0o640);
  symlinkSync(file, join(path, 'link'));
  assert.deepEqual(writeOutput(join(path, 'link'), 'newer'), []);
  assert.ok(lstatSync(join(path, 'link')).isSymbolicLink());
  assert.equal(readFileSync(file, 'utf8'), 'newer');
  assert.deepEqual(readdirSync(path).sort(), ['link', 'out.json']);
});

test('a place that cannot be written is a problem, and what was there stays', (t) => {
  const { path } = folder(t);
  mkdirSync(join(path, 'sub'));
  const cases: readonly (readonly [file: string, error: string])[] = [
    [join(path, 'none/out.json'), 'ENOENT'],
    [join(path, 'sub'), 'EISDIR'],
  ];
  for (const [file, error] of cases)
    assert.deepEqual(writeOutput(file, 'x'), [{ code: 'unwritable', file, path: '', expected: 'a place that can be written', got: `an error (${error})` }]);
  assert.deepEqual(readdirSync(path), ['sub']);
  assert.deepEqual(writeOutput('/dev/null', 'x'), []);
  assert.ok(existsSync('/dev/null') && lstatSync('/dev/null').isCharacterDevice());
});
