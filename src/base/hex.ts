const HEX = /^0x[0-9a-fA-F]{1,16}$/;

/**
 * Reads a 32-bit register or revision.
 * @param text `0x` and 1 to 16 hex digits, leading zeros allowed
 * @returns the value as an unsigned number, or null when the text is not hexadecimal or is wider than 32 bits
 */
export function parseHex32(text: string): number | null {
  if (!HEX.test(text)) return null;
  const value = Number(text);
  return value <= 0xffff_ffff ? value : null;
}

/**
 * Reads a 64-bit MSR value.
 * @param text `0x` and 1 to 16 hex digits
 * @returns the value, or null when the text is not of that form
 */
export function parseHex64(text: string): bigint | null {
  return HEX.test(text) ? BigInt(text) : null;
}

/** @returns `0x` and the shortest lower-case digits of an unsigned value. */
export function hex(value: number | bigint): string {
  return `0x${(typeof value === 'number' ? (value >>> 0 === value ? value : BigInt(value)) : value).toString(16)}`;
}

/** @returns `0x` and exactly eight lower-case digits: how registers are written in profiles. */
export function hex32(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}
