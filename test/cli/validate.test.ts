import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { put, sampleBlob, sampleProfile } from '../schema/samples.ts';
import { cpueval, folder, lines } from './run-cli.ts';

test('valid files end with 0, one line each', (t) => {
  const { write } = folder(t);
  const profile = write('p.json', JSON.stringify(sampleProfile()));
  const blob = write('b.json', JSON.stringify(sampleBlob()));
  assert.deepEqual(cpueval(['validate', profile, blob]), { code: 0, out: `${profile}: valid profile\n${blob}: valid blob\n`, err: '' });
});

test('every problem of every file is a line on standard error, and the exit code is 1', (t) => {
  const { write } = folder(t);
  const first = write('p.json', JSON.stringify(put(put(sampleProfile(), ['cpuid', 0, 'eax'], '0x1ffffffff'), ['microcode'], undefined)));
  const second = write('b.json', JSON.stringify(put(sampleBlob(), ['vendor'], 'Intel')));
  const { code, out, err } = cpueval(['validate', first, second]);
  assert.equal(code, 1);
  assert.deepEqual(lines(err), [
    `${first}: $.microcode: expected a value (the key is required), got nothing`,
    `${first}: $.cpuid[0].eax: expected at most 32 bits, got "0x1ffffffff"`,
    `${second}: $.vendor: expected one of "GenuineIntel", "AuthenticAMD", got "Intel"`,
  ]);
  assert.deepEqual(lines(out), [`${first}: 2 problems`, `${second}: 1 problem`]);
});

test('--json carries the problems in the result', (t) => {
  const { write } = folder(t);
  const file = write('b.json', JSON.stringify(put(sampleBlob(), ['vendor'], 'Intel')));
  const { code, out, err } = cpueval(['validate', '--json', file]);
  assert.deepEqual([code, err], [1, '']);
  const result = JSON.parse(out) as { schema: string; files: { file: string; kind: string; valid: boolean; problems: { path: string }[] }[] };
  assert.equal(result.schema, 'cpueval/validate/1');
  assert.deepEqual(
    result.files.map(({ file: name, kind, valid, problems }) => [name, kind, valid, problems.map(({ path }) => path)]),
    [[file, 'blob', false, ['$.vendor']]],
  );
});

test('standard input is read once', () => {
  const text = JSON.stringify(sampleProfile());
  assert.deepEqual(cpueval(['validate', '-'], text), { code: 0, out: 'standard input: valid profile\n', err: '' });
  const twice = cpueval(['validate', '-', '-'], text);
  assert.equal(twice.code, 2);
  assert.deepEqual(lines(twice.err), ['standard input: expected one - on the command line, got a second one']);
});

test('--as names the kind of a file that does not', () => {
  const bare = JSON.stringify({ id: 'x' });
  const unknown = cpueval(['validate', '-'], bare);
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /^standard input: \$\.schema: expected one of "cpueval\/profile\/1", .*, got nothing \(--as NAME/);
  assert.equal(lines(cpueval(['validate', '--as', 'profile', '-'], bare).err).length, 5);
});

test('a list of profiles, as an import of several machines writes it, is checked entry by entry', () => {
  const { code, err } = cpueval(['validate', '-'], JSON.stringify([sampleProfile(), put(sampleProfile(), ['id'], 7)]));
  assert.deepEqual([code, lines(err)], [1, ['standard input: $[1].id: expected text that is not empty, got 7']]);
});

const texts: readonly (readonly [name: string, content: string | Uint8Array, line: string])[] = [
  ['an empty file', '', 'line 1, column 1: expected a JSON value, got an empty text'],
  ['a syntax error', '{\n  "schema": "cpueval/profile/1",\n  "id": NaN\n}', "line 3, column 9: expected a JSON value, got 'NaN'"],
  ['a NUL byte', '{"id": \0}', 'line 1, column 8: expected a JSON value, got a NUL byte'],
  ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0]), 'expected UTF-8 text, got UTF-16'],
  ['latin-1', new Uint8Array([0x22, 0xe9, 0x22]), 'expected UTF-8 text, got bytes that are not'],
  ['deep nesting', '['.repeat(100_000), 'line 1, column 65: expected at most 64 levels, got more'],
  ['a key that stands twice', '{"schema": "cpueval/profile/1", "id": "a", "id": "b"}', '$.id: expected each key once, got the key again in line 1, column 44'],
];

for (const [name, content, line] of texts) {
  test(`one clear line: ${name}`, (t) => {
    const file = folder(t).write('x.json', content);
    const { code, err } = cpueval(['validate', file]);
    assert.deepEqual([code, lines(err)], [1, [`${file}: ${line}`]]);
  });
}

test('a byte order mark is no problem', (t) => {
  const file = folder(t).write('x.json', `\ufeff${JSON.stringify(sampleProfile())}`);
  assert.equal(cpueval(['validate', file]).code, 0);
});

test('what cannot be read ends with 2', (t) => {
  const { path, write } = folder(t);
  mkdirSync(join(path, 'sub'));
  const missing = join(path, 'none.json');
  assert.deepEqual(cpueval(['validate', missing]), {
    code: 2,
    out: `${missing}: 1 problem\n`,
    err: `${missing}: expected a readable file, got nothing of that name\n`,
  });
  assert.match(cpueval(['validate', join(path, 'sub')]).err, /expected a file, got a folder/);
  assert.match(cpueval(['validate', join(write('f', 'x'), 'y')]).err, /got a path through something that is no folder/);
  const endless = cpueval(['validate', '/dev/zero']);
  assert.deepEqual([endless.code, lines(endless.err)], [2, ['/dev/zero: expected at most 16 MiB, got more']]);
});

test('control characters of names and values do not reach the terminal', (t) => {
  const { path, write } = folder(t);
  const file = write('a\u001b[31mb.json', JSON.stringify({ ...sampleProfile(), msrs: { '\u001b]0;x\u0007\u202e': '0x0' } }));
  const { err, out } = cpueval(['validate', file]);
  assert.doesNotMatch(err, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  assert.ok(err.startsWith(`${path}/a\\x1b[31mb.json: $.msrs[`), err);
  assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f]/);
});

test('--quiet prints nothing but problems', (t) => {
  const { write } = folder(t);
  const good = write('p.json', JSON.stringify(sampleProfile()));
  const bad = write('b.json', JSON.stringify(put(sampleBlob(), ['vendor'], 'Intel')));
  assert.deepEqual(cpueval(['validate', '--quiet', good]), { code: 0, out: '', err: '' });
  const { code, out, err } = cpueval(['-q', 'validate', bad]);
  assert.deepEqual([code, out, lines(err).length], [1, '', 1]);
});

test('-o writes the result to the file and nothing to standard output', (t) => {
  const { path, write } = folder(t);
  const good = write('p.json', JSON.stringify(sampleProfile()));
  const target = join(path, 'out.txt');
  assert.deepEqual(cpueval(['validate', good, '-o', target]), { code: 0, out: '', err: '' });
  assert.equal(readFileSync(target, 'utf8'), `${good}: valid profile\n`);
});
