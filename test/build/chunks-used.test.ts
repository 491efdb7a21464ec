import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { chunksUsed } from '../../src/build/chunks-used.ts';
import { folder } from '../cli/run-cli.ts';

/** A program of two chunks, of which the second is loaded for the word `more`. */
const PROGRAM = `var loaded={'./start.js':1};module.exports={main:async(words)=>{if(words[0]==='more')loaded['./more.js']=1}};`;

test('chunks are those that the command lines have loaded, and nothing is left behind', (t) => {
  const { path } = folder(t);
  assert.deepEqual([...chunksUsed(PROGRAM, path, [['less']])], ['./start.js']);
  assert.deepEqual([...chunksUsed(PROGRAM, path, [['less'], ['more']])], ['./start.js', './more.js']);
  assert.deepEqual(readdirSync(path), []);
});

test('a program that does not run stops the build', (t) => {
  const { path } = folder(t);
  assert.throws(() => chunksUsed('throw new Error("broken");', path, []), /the bundle does not run: .*broken/s);
  assert.deepEqual(readdirSync(path), []);
});
