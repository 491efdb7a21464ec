import assert from 'node:assert/strict';
import test from 'node:test';
import { booted, LINES, line } from './support.ts';

for (const l of LINES)
  test(`${l}: ghostwrite is ${l === '7.2' ? 'a file that says not affected' : 'no file'}`, () => {
    assert.equal(line(booted(l), 'ghostwrite'), l === '7.2' ? 'Not affected' : null);
  });
