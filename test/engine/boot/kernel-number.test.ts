import assert from 'node:assert/strict';
import test from 'node:test';
import { leadingNumber, wholeNumber } from '../../../src/engine/boot/kernel-number.ts';

test('a whole number: the base by prefix or decimal, 32 bits, nothing behind it', () => {
  for (const [text, decimal, any] of [
    ['12', 12, 12],
    ['+12', 12, 12],
    ['010', 10, 8],
    ['0x1f', null, 31],
    ['0X1F', null, 31],
    ['00000000000000000000012', 12, 10],
    ['4294967295', 0xffff_ffff, 0xffff_ffff],
    ['4294967296', null, null],
    ['', null, null],
    ['+', null, null],
    ['-1', null, null],
    ['12k', null, null],
    ['08', 8, null],
  ] as const)
    assert.deepEqual([wholeNumber(text, 10), wholeNumber(text, 0)], [decimal, any], text);
});

test('a leading number: text counts as 0, nothing leaves the variable alone', () => {
  for (const [text, number] of [
    [null, null],
    ['', null],
    ['2', 2],
    ['2,3', 2],
    ['0x10', 16],
    ['010', 8],
    ['-1', -1],
    ['many', 0],
    ['4294967297', 1],
    ['99999999999999999999', 0],
  ] as const)
    assert.equal(leadingNumber(text), number, String(text));
});
