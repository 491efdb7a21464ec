import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { sumWords } from '../../src/microcode/sum-words.ts';
import { sum32 } from '../../src/microcode/words.ts';

/** The definition, word by word. */
function slowly(bytes: Uint8Array, start: number, words: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let i = 0; i < words && start + i * 4 + 4 <= bytes.length; i++) sum = (sum + view.getUint32(start + i * 4, true)) % 2 ** 32;
  return sum;
}

test('the sum is that of the words, wherever they start and however many there are', () => {
  fc.assert(
    fc.property(fc.nat({ max: 40 }), fc.nat({ max: 60_000 }), fc.nat({ max: 2 ** 30 }), (start, words, seed) => {
      const bytes = new Uint8Array(200_003).map((_, i) => (Math.imul(i + seed, 2_654_435_761) >>> 13) & 0xff);
      assert.equal(sum32(bytes, start, words), slowly(bytes, start, words));
    }),
    { numRuns: 40 },
  );
});

test('words at the borders of a block and past the end of the file', () => {
  const bytes = new Uint8Array(3 * 65_536 + 7).fill(0xff);
  for (const words of [0, 1, 1023, 1024, 1025, 16_383, 16_384, 16_385, 49_152, 49_153, 60_000])
    assert.equal(sum32(bytes, 0, words), slowly(bytes, 0, words), `${words} words`);
  for (const start of [0, 1, 3, bytes.length - 4, bytes.length, bytes.length + 9])
    assert.equal(sum32(bytes, start, 60_000), slowly(bytes, start, 60_000), `${start}`);
});

test('where Node has WebAssembly it is used', () => {
  assert.equal(sumWords(new Uint8Array(65_552).fill(1)), (0x01010101 * (65_552 / 4)) % 2 ** 32);
});
