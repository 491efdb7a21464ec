/** @returns bit `index` (0 to 31) of a 32-bit word. */
export function bit32(word: number, index: number): boolean {
  return ((word >>> index) & 1) === 1;
}

/** @returns the word with bit `index` (0 to 31) set or cleared, unsigned. */
export function withBit32(word: number, index: number, value: boolean): number {
  return (value ? word | (1 << index) : word & ~(1 << index)) >>> 0;
}

/** @returns bit `index` (0 to 63) of a 64-bit value. */
export function bit64(value: bigint, index: number): boolean {
  return ((value >> BigInt(index)) & 1n) === 1n;
}

/** @returns the value with bit `index` (0 to 63) set or cleared. */
export function withBit64(value: bigint, index: number, on: boolean): bigint {
  return on ? value | (1n << BigInt(index)) : value & ~(1n << BigInt(index));
}
