import assert from 'node:assert/strict';
import { emitKeypressEvents } from 'node:readline';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { isText, type Key, type Keypress, keysOf } from '../../src/explore/key.ts';

/** @returns the keys that readline and we make of bytes that arrive together. */
async function keysFrom(bytes: string): Promise<Key[]> {
  const stream = new PassThrough();
  const keys: Key[] = [];
  emitKeypressEvents(stream, { escapeCodeTimeout: 5 } as never);
  stream.on('keypress', (text: string | undefined, press: Keypress) => keys.push(...keysOf(text, press)));
  stream.write(bytes);
  await new Promise((done) => setTimeout(done, 40));
  return keys;
}

const CASES: readonly (readonly [bytes: string, keys: readonly Key[]])[] = [
  ['aZ/ 9', ['a', 'Z', '/', ' ', '9']],
  ['\u001b[A\u001b[B\u001b[C\u001b[D', ['up', 'down', 'right', 'left']],
  ['\u001bOA', ['up']],
  ['\r\n', ['enter', 'enter']],
  ['\t\u001b[Z', ['tab', 'shift-tab']],
  ['\u0003\u0015', ['ctrl-c', 'ctrl-u']],
  ['\u007f\u001b[3~', ['backspace', 'delete']],
  ['\u001b[5~\u001b[6~\u001b[1~\u001b[4~', ['pageup', 'pagedown', 'home', 'end']],
  ['\u001b', ['escape']],
  ['\u001b4', ['escape', '4']],
  ['\u001bq', ['escape', 'q']],
  ['\u001bG', ['escape', 'G']],
  ['\u001b\r', ['escape', 'enter']],
  ['é漢😀', ['é', '漢', '😀']],
  ['\u001b[200~', ['paste-start']],
];

for (const [bytes, keys] of CASES) {
  test(`bytes ${JSON.stringify(bytes)} are the keys ${keys.join(' ')}`, async () => {
    assert.deepEqual(await keysFrom(bytes), keys);
  });
}

test('a character is text, a name is not', () => {
  assert.deepEqual(['a', ' ', '漢', '😀'].map(isText), [true, true, true, true]);
  assert.deepEqual(['up', '', '\u0007', '\u009b', 'ctrl-c'].map(isText), [false, false, false, false, false]);
});
