/**
 * Decompresses bzip2: Node has no decoder, hwloc ships its dumps so, and starting another program is out of the question.
 * After the format's description in the bzip2 manual and the file itself; output and work are bounded by `limit`.
 */
import type { Problem, Result } from '../../base/problem.ts';
import { readColumn, untransform } from './bzip2-block.ts';
import { type Bits, bitReader, Damaged } from './bzip2-codes.ts';

const BLOCK_MAGIC = 0x3141_5926_5359;
const END_MAGIC = 0x1772_4538_5090;

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
