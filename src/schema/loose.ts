/** Reading values whose type nobody has checked yet: a wrong type is silently nothing here, the schema has named it. */

/** @returns the value under a key of an object, else undefined. */
export function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

/** @returns the entries of a list, else none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** @returns the keys of an object that is no list, else none. */
export function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** @returns a text, else null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

const HEX = /^0x[0-9a-fA-F]{1,16}$/;

/** @returns the value of `0x` and at most 16 digits (exact up to 53 bits, as leaves and MSR indexes are), else NaN. */
export function looseHex(value: unknown): number {
  return typeof value === 'string' && HEX.test(value) ? Number(value) : Number.NaN;
}

/** @returns the exact value of `0x` and at most 16 digits, else null: other texts are the schema's to name. */
export function looseHex64(value: unknown): bigint | null {
  return typeof value === 'string' && HEX.test(value) ? BigInt(value) : null;
}
