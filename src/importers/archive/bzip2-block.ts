/** The middle layer of bzip2: a block, from its codes to its bytes in order. */
import { type Bits, type Codes, codesOf, Damaged, MAX_CODE, readSymbol } from './bzip2-codes.ts';

/** Symbols that one Huffman table is used for before the next is chosen. */
const GROUP = 50;

/** Two levels of a map: 16 groups of 16 byte values, only used groups follow. */
function readAlphabet(bits: Bits): number[] {
  const groups = bits.take(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group += 1) {
    if (((groups >>> (15 - group)) & 1) === 0) continue;
    const map = bits.take(16);
    for (let value = 0; value < 16; value += 1) if ((map >>> (15 - value)) & 1) used.push(group * 16 + value);
  }
  if (used.length === 0) throw new Damaged(bits.offset(), 'at least one byte value in a block');
  return used;
}

function moveToFront(list: number[], position: number): number {
  const [value] = list.splice(position, 1);
  list.unshift(value as number);
  return value as number;
}

function readSelectors(bits: Bits, tables: number): number[] {
  const count = bits.take(15);
  const order = Array.from({ length: tables }, (_, index) => index);
  const selectors: number[] = [];
  for (let index = 0; index < count; index += 1) {
    let position = 0;
    while (bits.take(1) === 1) {
      position += 1;
      if (position >= tables) throw new Damaged(bits.offset(), 'a table that exists');
    }
    selectors.push(moveToFront(order, position));
  }
  if (selectors.length === 0) throw new Damaged(bits.offset(), 'at least one selector');
  return selectors;
}

function readTable(bits: Bits, symbols: number): Codes {
  const lengths = new Uint8Array(symbols);
  let length = bits.take(5);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    while (bits.take(1) === 1) length += bits.take(1) === 1 ? -1 : 1;
    if (length < 1 || length > MAX_CODE) throw new Damaged(bits.offset(), `code lengths from 1 to ${MAX_CODE}`);
    lengths[symbol] = length;
  }
  return codesOf(lengths);
}

/**
 * Reads a block: Huffman codes, runs of the front symbol, and move-to-front undone.
 * @param bits stands behind the block's origin
 * @param size most bytes the block may have
 * @returns the last column of the sorted rotations
 */
export function readColumn(bits: Bits, size: number): { column: Uint8Array; length: number } {
  const alphabet = readAlphabet(bits);
  const tables = bits.take(3);
  if (tables < 2 || tables > 6) throw new Damaged(bits.offset(), '2 to 6 Huffman tables');
  const selectors = readSelectors(bits, tables);
  const codes = Array.from({ length: tables }, () => readTable(bits, alphabet.length + 2));
  const column = new Uint8Array(size);
  const end = alphabet.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  for (let index = 0; ; index += 1) {
    const table = codes[selectors[Math.floor(index / GROUP)] ?? -1];
    if (!table) throw new Damaged(bits.offset(), 'the end of the block before the selectors end');
    const symbol = readSymbol(bits, table);
    if (symbol < 2) {
      run += weight * (symbol + 1);
      weight *= 2;
      if (run > size) throw new Damaged(bits.offset(), 'a block of its declared size');
      continue;
    }
    if (run > 0) {
      if (length + run > size) throw new Damaged(bits.offset(), 'a block of its declared size');
      column.fill(alphabet[0] as number, length, length + run);
      length += run;
      run = 0;
      weight = 1;
    }
    if (symbol === end) return { column, length };
    if (length >= size) throw new Damaged(bits.offset(), 'a block of its declared size');
    column[length] = moveToFront(alphabet, symbol - 1);
    length += 1;
  }
}

/** The Burrows-Wheeler transform undone: row by row, from the row that holds the original. */
export function* untransform(column: Uint8Array, length: number, origin: number): Generator<number> {
  const starts = new Uint32Array(257);
  for (let index = 0; index < length; index += 1) starts[(column[index] as number) + 1] = (starts[(column[index] as number) + 1] as number) + 1;
  for (let value = 1; value < 257; value += 1) starts[value] = (starts[value] as number) + (starts[value - 1] as number);
  const next = new Uint32Array(length);
  for (let index = 0; index < length; index += 1) {
    const value = column[index] as number;
    next[starts[value] as number] = index;
    starts[value] = (starts[value] as number) + 1;
  }
  let row = next[origin] as number;
  for (let count = 0; count < length; count += 1) {
    yield column[row] as number;
    row = next[row] as number;
  }
}
