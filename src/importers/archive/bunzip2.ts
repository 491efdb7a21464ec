/**
 * Decompresses bzip2: Node has no decoder, hwloc ships its dumps so, and starting another program is out of the question.
 * After the format's description in the bzip2 manual and the file itself; output and work are bounded by `limit`.
 */
import type { Problem, Result } from '../../base/problem.ts';
import { type Bits, bitReader, type Codes, codesOf, Damaged, MAX_CODE, readSymbol } from './bzip2-codes.ts';

const BLOCK_MAGIC = 0x3141_5926_5359;
const END_MAGIC = 0x1772_4538_5090;
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

/** Huffman codes, runs of the front symbol, and move-to-front undone: the last column of the sorted rotations. */
function readColumn(bits: Bits, size: number): { column: Uint8Array; length: number } {
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
function* untransform(column: Uint8Array, length: number, origin: number): Generator<number> {
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

/** CRC-32 as bzip2 counts it: the highest bit first. */
function crcTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
    return crc >>> 0;
  });
}

interface Output {
  push(byte: number, times: number): void;
  /** @returns the checksum of what came since the last call. */
  checksum(): number;
  readonly bytes: () => Uint8Array;
}

function output(limit: number): Output {
  const table = crcTable();
  let bytes = new Uint8Array(65_536);
  let length = 0;
  let crc = 0xffff_ffff;
  return {
    push: (byte, times) => {
      for (let count = 0; count < times; count += 1) crc = ((crc << 8) ^ (table[((crc >>> 24) ^ byte) & 0xff] as number)) >>> 0;
      if (length + times > limit) throw new Damaged(0, `at most ${limit} bytes when decompressed`);
      if (length + times > bytes.length) {
        const larger = new Uint8Array(Math.max(bytes.length * 2, length + times));
        larger.set(bytes);
        bytes = larger;
      }
      bytes.fill(byte, length, length + times);
      length += times;
    },
    checksum: () => {
      const sum = ~crc >>> 0;
      crc = 0xffff_ffff;
      return sum;
    },
    bytes: () => bytes.subarray(0, length),
  };
}

/** The outer run-length code: four equal bytes are followed by how many more there are. */
function unrun(bytes: Iterable<number>, into: Output): void {
  let last = -1;
  let repeated = 0;
  for (const byte of bytes) {
    if (repeated === 4) {
      into.push(last, byte);
      repeated = 0;
      last = -1;
      continue;
    }
    repeated = byte === last ? repeated + 1 : 1;
    last = byte;
    into.push(byte, 1);
  }
}

function readBlock(bits: Bits, size: number, into: Output): void {
  const checksum = bits.take(32);
  if (bits.take(1) === 1) throw new Damaged(bits.offset(), 'a block that is not randomised (bzip2 0.9.0 or older wrote those)');
  const origin = bits.take(24);
  const { column, length } = readColumn(bits, size);
  if (origin >= length) throw new Damaged(bits.offset(), 'an origin inside the block');
  unrun(untransform(column, length, origin), into);
  if (into.checksum() !== checksum) throw new Damaged(bits.offset(), 'a block whose checksum fits');
}

function readStreams(bytes: Uint8Array, into: Output): void {
  const bits = bitReader(bytes);
  do {
    const header = bits.take(24);
    const level = bits.take(8) - 0x30;
    if (header !== 0x42_5a68 || level < 1 || level > 9) throw new Damaged(bits.offset(), 'BZh and a digit: a bzip2 stream');
    for (;;) {
      const magic = bits.take(48);
      if (magic === END_MAGIC) break;
      if (magic !== BLOCK_MAGIC) throw new Damaged(bits.offset(), 'a block or the end of the stream');
      readBlock(bits, level * 100_000, into);
    }
    bits.take(32);
    bits.align();
  } while (bits.offset() < bytes.length);
}

/** @returns whether the bytes begin as bzip2 does. */
export function isBzip2(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x5a && bytes[2] === 0x68 && (bytes[3] ?? 0) >= 0x31 && (bytes[3] ?? 0) <= 0x39;
}

/**
 * Decompresses bzip2 data, several streams behind each other too.
 * @param bytes the compressed file
 * @param limit most bytes that come out
 * @returns the content, or a problem that says where the data is damaged
 */
export function bunzip2(bytes: Uint8Array, limit: number): Result<Uint8Array> {
  const into = output(limit);
  try {
    readStreams(bytes, into);
    return { value: into.bytes(), problems: [] };
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    const problem: Problem = { code: 'bad-bzip2', path: `offset 0x${error.offset.toString(16)}`, expected: error.expected, got: 'something else' };
    return { value: null, problems: [problem] };
  }
}
