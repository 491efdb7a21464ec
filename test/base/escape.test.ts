import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { escapeControl, shorten } from '../../src/base/escape.ts';
import { jsonPath } from '../../src/base/json-path.ts';

test('escape sequences, direction overrides and separators come out as text', () => {
  assert.equal(escapeControl('a\x1b[31m\u202eb\n\u2028\x9b\0'), 'a\\x1b[31m\\u202eb\\n\\u2028\\x9b\\x00');
});

test('half of a surrogate pair is written out, a whole pair stays', () => {
  assert.equal(escapeControl('\ud800x\u{1f600}\udc00'), '\\ud800x\u{1f600}\\udc00');
});

test('no control character survives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => assert.doesNotMatch(escapeControl(text), /\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u)),
  );
});

test('shortened text has at most the length asked for and no half of a pair', () => {
  assert.equal(shorten('abcdefgh', 6), 'abc...');
  assert.equal(shorten('ab\u{1f600}defg', 6), 'ab...');
  fc.assert(fc.property(fc.string(), fc.integer({ min: 3, max: 20 }), (text, length) => assert.ok(shorten(text, length).length <= length)));
});

test('a path quotes what is no plain word', () => {
  assert.equal(jsonPath(['cpuid', 3, 'eax']), '$.cpuid[3].eax');
  assert.equal(jsonPath(['msrs', '0x10a']), '$.msrs["0x10a"]');
});
