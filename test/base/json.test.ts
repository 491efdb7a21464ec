import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../../src/base/json.ts';

function accepts(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('any JSON value is read as JSON.parse() reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      assert.deepEqual(parseJson(text), { value: JSON.parse(text), problems: [] });
    }),
  );
});

test('text with a change somewhere is accepted exactly when JSON.parse() accepts it', () => {
  const edit = fc.tuple(
    fc.json({ maxDepth: 3 }),
    fc.nat(),
    fc.nat(2),
    fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', 'u', ' ', '\n', '\u0000', 'true', '\\u12'),
  );
  fc.assert(
    fc.property(edit, ([text, place, removed, inserted]) => {
      const at = place % (text.length + 1);
      const edited = text.slice(0, at) + inserted + text.slice(at + removed);
      const result = parseJson(edited);
      const onlyDuplicates = result.problems.length > 0 && result.problems.every((problem) => problem.code === 'duplicate-key');
      assert.equal(result.problems.length === 0 || onlyDuplicates, accepts(edited), JSON.stringify(edited));
    }),
    { numRuns: 3000 },
  );
});

test('any text gives a value or problems, never a throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const result = parseJson(text);
      assert.ok(result.problems.length > 0 || accepts(text));
    }),
  );
});

const faults: readonly (readonly [name: string, text: string, path: string, expected: string, got: string])[] = [
  ['nothing', '', 'line 1, column 1', 'a JSON value', 'an empty text'],
  ['a comma too many', '{\n  "a": 1,\n}', 'line 3, column 1', 'a key in double quotes', "'}'"],
  ['a missing comma', '{"a": 1\r\n "b": 2}', 'line 2, column 2', "',' or '}'", `'"'`],
  ['NaN', '{"a": NaN}', 'line 1, column 7', 'a JSON value', "'NaN'"],
  ['text behind the value', '{} x', 'line 1, column 4', 'nothing more', "'x'"],
  ['a NUL byte', '{"a": \u0000}', 'line 1, column 7', 'a JSON value', 'a NUL byte'],
  ['an open object', '{"a": {', 'line 1, column 8', 'a key in double quotes', 'the end of the text'],
  ['a line break in a string', '["a\nb"]', 'line 1, column 4', 'a well-formed string', 'the control character \\n'],
  ['a bad escape', '["a\\x"]', 'line 1, column 4', 'a well-formed string', "'\\'"],
  ['an open string', '["abc', 'line 1, column 6', 'a well-formed string', 'the end of the text'],
  ['a number with a leading zero', '[012]', 'line 1, column 3', "',' or ']'", "'12'"],
];

for (const [name, text, path, expected, got] of faults) {
  test(`a fault is named with line and column: ${name}`, () => {
    const problems = parseJson(text).problems.map((problem) => [problem.path, problem.expected, problem.got]);
    assert.deepEqual(problems, [[path, expected, got]]);
  });
}

test('a byte order mark is skipped', () => {
  assert.deepEqual(parseJson('\ufeff{"a":1}').value, { a: 1 });
});

test('every key that stands twice is a problem with its path', () => {
  const { value, problems } = parseJson('{"msrs": {"0x10a": 1,\n "0x10a": 2}, "list": [{}, {"a": 1, "\\u0061": 2}]}');
  assert.equal(value, null);
  assert.deepEqual(
    problems.map((problem) => [problem.code, problem.path, problem.got]),
    [
      ['duplicate-key', '$.msrs["0x10a"]', 'the key again in line 2, column 2'],
      ['duplicate-key', '$.list[1].a', 'the key again in line 2, column 37'],
    ],
  );
});

test('depth and number of values are bounded', () => {
  assert.deepEqual(
    parseJson('['.repeat(1_000_000)).problems.map((problem) => problem.code),
    ['too-deep'],
  );
  assert.deepEqual(
    parseJson(`[${'1,'.repeat(300_000)}1]`).problems.map((problem) => problem.code),
    ['too-many-values'],
  );
  assert.equal(parseJson(`${'['.repeat(64)}${']'.repeat(64)}`).problems.length, 0);
  assert.equal(parseJson(`"${'x'.repeat(5_000_000)}"`).problems.length, 0);
});
