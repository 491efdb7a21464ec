import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { frame } from '../../src/explore/frame.ts';
import { begin, press, SKYLAKE } from './drive.ts';

/*
 * The screens in the README, each below a comment that says its size and its keys: `<!-- screen 100x24: right right -->`. Where one is meant to change:
 * UPDATE_SCREENS=1, then read it once more as somebody who has never seen it.
 */

const README = join(import.meta.dirname, '../../README.md');
const SCREEN = /(<!-- screen (\d+)x(\d+): ([^\n]*) -->\n```text\n)([\s\S]*?)(```\n)/g;

test('the screens that the README shows are what is drawn today', async () => {
  let text = readFileSync(README, 'utf8');
  const screens = [...text.matchAll(SCREEN)];
  assert.equal(screens.length, 3);
  for (const [whole, head, columns, rows, keys, shown, end] of screens) {
    const [width, height] = [Number(columns), Number(rows)];
    const drawn = `${frame(await press(await begin(SKYLAKE, { width, height }), keys!.split(' ')), width, height, false).join('\n')}\n`;
    if (process.env.UPDATE_SCREENS === '1') text = text.replace(whole, () => `${head}${drawn}${end}`);
    else assert.equal(shown, drawn, keys);
  }
  if (process.env.UPDATE_SCREENS === '1') writeFileSync(README, text);
});
