import assert from 'node:assert/strict';
import test from 'node:test';
import { booted, LINES, vulnerability } from './support.ts';

for (const l of LINES)
  test(`${l}: swapgs is a bug of Intel parts that speculate, without a file`, () => {
    assert.equal(booted(l).bug('SWAPGS'), true);
    assert.equal(booted(l, { model: 0x37 }).bug('SWAPGS'), false, 'Silvermont is on the list');
    assert.equal(booted(l, { vendor: 'HYGON', family: 0x18, model: 0 }).bug('SWAPGS'), false);
    assert.equal(booted(l, { vendor: 'ZHAOXIN', family: 7, model: 0x1b }).bug('SWAPGS'), false);
    assert.equal(vulnerability('swapgs').sysfs, null);
  });
