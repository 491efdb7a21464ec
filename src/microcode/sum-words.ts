/*
 * The checksum of an Intel update touches every word of a file: 5 million additions over Debian's folder. That is too few for V8 to have
 * optimized the loop in time and too many for its interpreter; WebAssembly is compiled at once and adds four words in a step. Where there
 * is none (--jitless, a CPU without SSE4.1) the plain loop does it.
 */

/** What `sum32` asks for: the sum of the first `count` words of a block, modulo 2^32. */
type SumBlock = (end: number) => number;

interface Wasm {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly sum: SumBlock } };
}

const PAGE = 65_536;

/** `sum(end)` of the comment below over one exported page of memory. */
// biome-ignore format: one section or instruction group a line
const CODE = [
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // magic, version 1
  0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f, // type 0: i32 -> i32
  0x03, 0x02, 0x01, 0x00, // function 0: type 0
  0x05, 0x03, 0x01, 0x00, 0x01, // memory 0: one page
  0x07, 0x10, 0x02, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00, 0x03, 0x73, 0x75, 0x6d, 0x00, 0x00, // exports: memory, sum
  0x0a, 0x42, 0x01, 0x40, 0x02, 0x01, 0x7f, 0x01, 0x7b, // code: local 1 $at i32, local 2 $sums v128
  0x02, 0x40, 0x03, 0x40, 0x20, 0x01, 0x20, 0x00, 0x4f, 0x0d, 0x01, // block, loop: leave when $at >= end
  0x20, 0x02, 0x20, 0x01, 0xfd, 0x00, 0x04, 0x00, 0xfd, 0xae, 0x01, 0x21, 0x02, // $sums = i32x4.add $sums, v128.load $at
  0x20, 0x01, 0x41, 0x10, 0x6a, 0x21, 0x01, 0x0c, 0x00, 0x0b, 0x0b, // $at += 16, again
  0x20, 0x02, 0xfd, 0x1b, 0x00, 0x20, 0x02, 0xfd, 0x1b, 0x01, 0x6a, // lanes 0 and 1
  0x20, 0x02, 0xfd, 0x1b, 0x02, 0x20, 0x02, 0xfd, 0x1b, 0x03, 0x6a, 0x6a, 0x0b, // lanes 2 and 3, all four
];

interface Adder {
  readonly page: Uint8Array;
  readonly sum: SumBlock;
}

let adder: Adder | null | undefined;

function makeAdder(): Adder | null {
  const { WebAssembly: wasm } = globalThis as { readonly WebAssembly?: Wasm };
  if (wasm === undefined) return null;
  try {
    const { memory, sum } = new wasm.Instance(new wasm.Module(new Uint8Array(CODE))).exports;
    return { page: new Uint8Array(memory.buffer), sum };
  } catch {
    return null;
  }
}

/**
 * Adds the little-endian 32-bit words of many bytes.
 * @param bytes any bytes, wherever they start; as many as a multiple of 16
 * @returns the sum modulo 2^32, unsigned; null where there is no WebAssembly
 */
export function sumWords(bytes: Uint8Array): number | null {
  if (adder === undefined) adder = makeAdder();
  if (adder === null) return null;
  let sum = 0;
  for (let at = 0; at < bytes.length; at += PAGE) {
    const block = bytes.subarray(at, at + PAGE);
    adder.page.set(block);
    sum = (sum + adder.sum(block.length)) | 0;
  }
  return sum >>> 0;
}
