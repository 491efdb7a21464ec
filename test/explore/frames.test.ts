import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { frame } from '../../src/explore/frame.ts';
import type { Key } from '../../src/explore/key.ts';
import type { OpenedScenario } from '../../src/explore/outside.ts';
import { resized } from '../../src/explore/reduce.ts';
import { begin, opened, press, SKYLAKE } from './drive.ts';

/*
 * Screens of the story as text, `frames/NAME.WIDTHxHEIGHT.txt`, with colours `.colour.txt`. Where one is meant to change: UPDATE_SCREENS=1, then read it.
 */

const FOLDER = join(import.meta.dirname, 'frames');
const SIZES = [
  [80, 24],
  [120, 40],
  [200, 50],
] as const;

const HELD: OpenedScenario = opened({ ...SKYLAKE.choices, inhibit: true });
const LOADED: readonly Key[] = ['right', 'right', 'right'];

const SCREENS: readonly (readonly [name: string, start: OpenedScenario | null, keys: readonly Key[]])[] = [
  ['1-machines', null, [...'sky']],
  ['2-updates', null, [...'skylake c6', 'enter']],
  ['3-choices', null, [...'skylake c6', 'enter', 'enter', 'enter']],
  ['4-boot', SKYLAKE, []],
  ['5-late-load', SKYLAKE, LOADED],
  ['6-why', SKYLAKE, [...LOADED, 'enter']],
  ['7-copies-after-kvm-reload', SKYLAKE, [...LOADED, 'right', 'right', 'right', 'right', '4']],
  ['8-plan', SKYLAKE, ['right', 'right', '6']],
  ['9-refused', HELD, [...LOADED]],
  ['10-force', HELD, [...LOADED, 'f']],
  ['11-changed-only', SKYLAKE, [...LOADED, 'd', 'd', '/', ...'m']],
  ['12-add', SKYLAKE, [...LOADED, 'a']],
  ['13-command-line', SKYLAKE, ['c', 'k', 'k', 'k', 'k', 'enter', ...'spectre_v2']],
  ['14-help', SKYLAKE, ['?']],
];

/** These also with colours. */
const COLOURED = new Set(['1-machines', '5-late-load', '9-refused']);

for (const [name, start, keys] of SCREENS) {
  for (const [width, height] of SIZES) {
    for (const colour of COLOURED.has(name) ? [false, true] : [false]) {
      const file = `${name}.${width}x${height}${colour ? '.colour' : ''}.txt`;
      test(file, async () => {
        const state = resized(await press(await begin(start, { width, height }), keys), width, height);
        const drawn = `${frame(state, width, height, colour).join('\n')}\n`;
        mkdirSync(FOLDER, { recursive: true });
        if (process.env.UPDATE_SCREENS === '1') writeFileSync(join(FOLDER, file), drawn);
        assert.equal(drawn, readFileSync(join(FOLDER, file), 'utf8'));
      });
    }
  }
}

test('a terminal that is too small for anything says so, and nothing wider', async () => {
  const state = await begin(SKYLAKE);
  assert.deepEqual(frame(state, 30, 4, false), ['cpueval needs 40x10; q leaves', '', '', '']);
  assert.equal(frame(state, 1, 1, false).length, 1);
});
