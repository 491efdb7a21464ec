/** The lowest layer of bzip2: bits and Huffman codes. */
/** Longest Huffman code that bzip2 writes. */
export const MAX_CODE = 20;

/** Thrown inside the decoder only: a damaged stream is left at once, from any depth, and becomes a problem in bunzip2(). */
export class Damaged extends Error {
  readonly offset: number;
  readonly expected: string;
  constructor(offset: number, expected: string) {
    super(expected);
    this.offset = offset;
    this.expected = expected;
  }
}

/** Bits of a stream, the highest of each byte first. */
export interface Bits {
  take(count: number): number;
  readonly offset: () => number;
  align(): void;
}

/** @returns a reader over the bytes; taking more than there are is damage. */
export function bitReader(bytes: Uint8Array): Bits {
  let at = 0;
  let held = 0;
  let have = 0;
  const take = (count: number): number => {
    if (count > 24) return take(count - 24) * 2 ** 24 + take(24);
    while (have < count) {
      const next = bytes[at];
      if (next === undefined) throw new Damaged(at, 'more data: the archive is cut off');
      held = ((held << 8) | next) >>> 0;
      at += 1;
      have += 8;
    }
    have -= count;
    const value = (held >>> have) & (2 ** count - 1);
    held &= 2 ** have - 1;
    return value;
  };
  return {
    take,
    offset: () => at,
    align: () => {
      have -= have % 8;
      held &= 2 ** have - 1;
    },
  };
}

/** Canonical Huffman code: for each length the first code, the last, and where its symbols begin. */
export interface Codes {
  readonly symbols: Uint16Array;
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly start: Int32Array;
}

/** @returns the code that gives each symbol a code of the length named for it. */
export function codesOf(lengths: Uint8Array): Codes {
  const codes: Codes = {
    symbols: new Uint16Array(lengths.length),
    first: new Int32Array(MAX_CODE + 2),
    last: new Int32Array(MAX_CODE + 2).fill(-1),
    start: new Int32Array(MAX_CODE + 2),
  };
  let code = 0;
  let place = 0;
  for (let length = 1; length <= MAX_CODE; length += 1) {
    codes.first[length] = code;
    codes.start[length] = place;
    for (let symbol = 0; symbol < lengths.length; symbol += 1) {
      if (lengths[symbol] !== length) continue;
      codes.symbols[place] = symbol;
      place += 1;
      code += 1;
    }
    codes.last[length] = code - 1;
    code *= 2;
  }
  return codes;
}

/** @returns the next symbol of the stream. */
export function readSymbol(bits: Bits, codes: Codes): number {
  let code = 0;
  for (let length = 1; length <= MAX_CODE; length += 1) {
    code = code * 2 + bits.take(1);
    const first = codes.first[length] as number;
    if (code >= first && code <= (codes.last[length] as number)) return codes.symbols[(codes.start[length] as number) + code - first] as number;
  }
  throw new Damaged(bits.offset(), 'a Huffman code of the table');
}
