import { sumWords } from './sum-words.ts';

/**
 * Reads a little-endian 32-bit word, as every microcode header stores them.
 * @param bytes any bytes
 * @param offset byte offset; the caller has checked that four bytes are there
 * @returns the word, unsigned; bytes past the end read as 0
 */
export function u32(bytes: Uint8Array, offset: number): number {
  return (u16(bytes, offset) | (u16(bytes, offset + 2) << 16)) >>> 0;
}

/** @returns the little-endian 16-bit word at a byte offset; bytes past the end read as 0. */
export function u16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8);
}

/** From so many bytes on it pays to copy them to where they can be added four words at a time. */
const MANY = 4096;

/**
 * Adds 32-bit words modulo 2^32: the checksum of an Intel update, whose valid value is 0.
 * @param bytes the file
 * @param start byte offset of the first word
 * @param words how many words; words that reach past the end of the file are left out
 * @returns the sum, unsigned
 */
export function sum32(bytes: Uint8Array, start: number, words: number): number {
  const count = Math.max(0, Math.min(words, Math.floor((bytes.length - start) / 4)));
  const fast = count * 4 < MANY ? 0 : count & ~3;
  const sum = fast === 0 ? 0 : sumWords(bytes.subarray(start, start + fast * 4));
  return sum === null ? sumPlain(bytes, start, count) : (sum + sumPlain(bytes, start + fast * 4, count - fast)) % 2 ** 32;
}

function sumPlain(bytes: Uint8Array, start: number, count: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + view.getInt32(start + i * 4, true)) | 0;
  return sum >>> 0;
}
