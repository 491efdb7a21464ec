import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Listed, listing } from '../../src/explore/listing.ts';

const CASES: readonly (readonly [name: string, count: number, news: number, at: number, room: number, shown: readonly Listed[]])[] = [
  ['all have room', 3, 1, 2, 3, [0, 1, 2]],
  ['the top, as long as the selected row is in sight', 20, 2, 4, 6, [0, 1, 2, 3, 4, 5]],
  ['rows with news stay where the list scrolls', 20, 2, 10, 6, [0, 1, { from: 2, to: 8 }, 8, 9, 10]],
  ['to the end of the list', 20, 2, 19, 6, [0, 1, { from: 2, to: 17 }, 17, 18, 19]],
  ['they get half of the room', 20, 15, 19, 6, [0, 1, 2, { from: 3, to: 18 }, 18, 19]],
  ['without news it is a window', 20, 0, 10, 6, [6, 7, 8, 9, 10, 11]],
];

for (const [name, count, news, at, room, shown] of CASES) test(`a list that scrolls: ${name}`, () => assert.deepEqual(listing(count, news, at, room), shown));

test('the selected row is always on the screen, and so are the first rows with news', () => {
  const some = fc.record({ count: fc.integer({ min: 1, max: 300 }), news: fc.nat(300), at: fc.nat(299), room: fc.integer({ min: 1, max: 60 }) });
  fc.assert(
    fc.property(some, ({ count, room, ...wild }) => {
      const [news, at] = [Math.min(wild.news, count), Math.min(wild.at, count - 1)];
      const shown = listing(count, news, at, room);
      assert.ok(shown.length <= room && shown.includes(at));
      for (let row = 0; room >= 4 && row < Math.min(news, Math.floor(room / 2)); row++) assert.equal(shown[row], row);
      const whole = shown.flatMap((one) => (typeof one === 'number' ? [one] : Array.from({ length: one.to - one.from }, (_, index) => one.from + index)));
      assert.deepEqual(
        whole,
        whole.map((_, index) => whole[0]! + index),
        'nothing is left out that no line speaks of',
      );
      for (const one of shown) assert.ok(typeof one === 'number' || one.to > one.from, 'a line that leaves nothing out');
    }),
  );
});
