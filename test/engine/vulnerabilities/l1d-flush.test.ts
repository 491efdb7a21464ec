import assert from 'node:assert/strict';
import test from 'node:test';
import { booted, engaged, LINES } from './support.ts';

for (const l of LINES)
  test(`${l}: a task may ask for the flush only with l1d_flush=on and FLUSH_L1D at boot`, () => {
    const answer = (has: readonly string[], cmdline: string): number => engaged(booted(l, { has, cmdline })).prctl.l1dFlush;
    assert.equal(answer(['FLUSH_L1D'], 'l1d_flush=on'), 5);
    assert.equal(answer([], 'l1d_flush=on'), 8);
    assert.equal(answer(['FLUSH_L1D'], ''), 8);
    assert.equal(answer(['FLUSH_L1D'], 'l1d_flush=yes'), 8);
    assert.equal(answer(['FLUSH_L1D'], 'l1d_flush=on l1d_flush=off'), 5, 'there is no word for off');
    assert.ok(booted(l, { has: ['FLUSH_L1D'], cmdline: 'l1d_flush=on' }).log.includes('L1D Flush : Conditional flush on switch_mm() enabled'));
  });
